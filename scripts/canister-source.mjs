import { build, transform } from 'esbuild';
import { lowered } from './lowered.mjs';

/*
 * QuickJS compiles source when the module starts, and that takes a thousand instructions a byte: 200 M for engine and
 * canister together. So the module that is installed holds only the methods' names; the rest lies in it as text that is
 * compiled with the first call, once (the self-test after an installation is such a call). Source and meaning are those
 * of `canisters/risk/src/index.ts`, which azle can build as it is.
 */

const ENGINE = '@plimsoll/engine';
/** Everything behind the methods; imported by the index alone, as a namespace of functions. */
const BEHIND = './Canister.ts';

/**
 * The canister as one JavaScript module that imports from azle alone.
 *
 * @param {object} paths
 * @param {string} paths.root of the repository
 * @param {string} paths.folder of the canister's sources, below the root
 * @param {Readonly<Record<string, string>>} [define] constants to bake in, as esbuild's `define`
 * @returns {Promise<string>}
 */
export async function canisterSource({ root, folder }, define = {}) {
  const [behind, index] = await Promise.all([
    bundle(root, { entry: `./${folder}/Canister.ts`, external: [ENGINE, 'azle'], define }),
    bundle(root, { entry: `./${folder}/index.ts`, external: [BEHIND, 'azle'] }),
  ]);
  // Of the engine only what is called: text that is never compiled is still read with each start.
  const called = [...new Set(behind.imports(ENGINE))].sort().join(', ');
  const engine = await bundle(root, { source: `export { ${called} } from '${ENGINE}';`, lowers: true });
  // Under other names, since the index takes some of them too.
  const azleNames = [...new Set(behind.imports('azle'))];
  const inner = azleNames.map((name) => `${name}: behind_${name}`).join(', ');
  const outer = azleNames.map((name) => `${name} as behind_${name}`).join(', ');
  const text = [
    `const engine = (() => {\n${engine.body({})}})();`,
    behind.body({ [ENGINE]: 'engine', azle: 'azle' }),
  ].join('\n');
  const { code } = await transform(`export default (azle) => {\n${text}};`, {
    minify: true,
    target: 'es2022',
  });
  const expression = code.replace(/^export default /, '').replace(/;\s*$/, '');
  const module = [
    `import { ${outer} } from 'azle';`,
    `const TEXT = ${JSON.stringify(expression)};`,
    `let loaded = null;`,
    `const load = () => (loaded ??= (0, eval)(TEXT)({ ${inner} }));`,
    `const behind = {};`,
    `for (const name of ${JSON.stringify(behind.exports)}) behind[name] = (a, b, c) => load()[name](a, b, c);`,
    plainDecorators(index.code).replace(
      new RegExp(`^import \\* as (\\w+) from "${BEHIND.replaceAll('.', '\\.')}";$`, 'gm'),
      'const $1 = behind;',
    ),
  ].join('\n');
  // Compiled with each start, so the shorter the better.
  return (await transform(module, { minify: true, target: 'es2022' })).code;
}

/**
 * The methods' decorators without what esbuild brings for every other kind of them (fields, accessors, private names,
 * metadata): of a class that has methods only, and whose decorators give nothing back, this is all that is meant.
 */
const DECORATORS = `
var __decoratorStart = () => [];
var __runInitializers = (initializers, flags, self) => { for (const one of initializers) one.call(self); };
var __decorateElement = (initializers, flags, name, [decorate], target) => {
  if (flags !== 1) throw new TypeError(name);
  decorate(target.prototype[name], {
    kind: 'method', name, static: false, private: false, addInitializer: (one) => initializers.push(one),
  });
};
var __decoratorMetadata = () => undefined;
`;

/** @param {string} code */
function plainDecorators(code) {
  const from = code.search(/^var __/m);
  const to = code.indexOf('\n// ', from);
  if (from < 0 || to < 0 || !code.slice(from, to).includes('__decorateElement = ')) {
    throw new Error('The index: expected the decorators of esbuild at its beginning');
  }
  return code.slice(0, from) + DECORATORS + code.slice(to);
}

/**
 * @param {string} root
 * @param {object} what `entry`, a module's path, or `source`, a module itself
 * @param {string} [what.entry]
 * @param {string} [what.source]
 * @param {string[]} [what.external]
 * @param {Readonly<Record<string, string>>} [what.define]
 * @param {boolean} [what.lowers] the canister's own part is a thin shell: lowering it would only make the module longer
 */
async function bundle(root, { entry, source, external = [], define = {}, lowers = false }) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    ...(source === undefined
      ? { entryPoints: [entry] }
      : { stdin: { contents: source, resolveDir: root, loader: 'js' } }),
    define,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    minifySyntax: true,
    preserveSymlinks: true,
    legalComments: 'none',
    plugins: [{ name: 'external as written', setup: leaveOut(external) }],
  });
  const { text } = outputFiles[0];
  const code = lowers ? lowered(text) : text;
  // esbuild writes what a bundle takes and gives in these two forms only.
  const taken = [...code.matchAll(/^import \{([^}]*)\} from "([^"]+)";$/gm)];
  const given = [...code.matchAll(/^export \{([^}]*)\};$/gm)].flatMap(([, list]) => pairsOf(list));
  return {
    code,
    exports: given.map(([, as]) => as),
    imports: (from) =>
      taken.filter(([, , name]) => name === from).flatMap(([, list]) => pairsOf(list).map(([name]) => name)),
    /** The module as the body of a function, which returns what the module exports. */
    body: (variables) => {
      const inner = code
        .replace(
          /^import \{([^}]*)\} from "([^"]+)";$/gm,
          (_, list, from) => `const {${list.replace(/ as /g, ': ')}} = ${variables[from]};`,
        )
        .replace(/^export \{[^}]*\};$/gm, '');
      return `${inner}\nreturn { ${given.map(([name, as]) => `${as}: ${name}`).join(', ')} };`;
    },
  };
}

/**
 * esbuild's own `external` resolves relative paths first, and against another folder.
 *
 * @param {string[]} external
 * @returns {(build: import('esbuild').PluginBuild) => void}
 */
function leaveOut(external) {
  return (bundling) => {
    bundling.onResolve({ filter: /.*/ }, ({ path }) =>
      external.includes(path) ? { path, external: true } : undefined,
    );
  };
}

/** @param {string} list `a, b as c`; each as the name inside and the name outside */
function pairsOf(list) {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => {
      const [name, as = name] = item.split(' as ');
      return [name, as];
    });
}
