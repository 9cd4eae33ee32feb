import { basename } from 'node:path';
import { build, transform } from 'esbuild';
import { AS_INSTALLED } from './installed.mjs';
import { GLOBALS, lowered } from './lowered.mjs';

/*
 * QuickJS compiles source when the module starts, and that takes more than a thousand instructions a byte: 300 M for
 * engine and canister together. So the module that is installed holds only the methods' names; the rest lies in it as two
 * texts that are compiled when they are first needed, once: what the self-test runs, and all else. Source and meaning are
 * those of `canisters/risk/src/index.ts`, which azle can build as it is.
 *
 * What stands in parentheses QuickJS reads twice, to see whether it is an arrow function's head: so no module
 * is a function called at once, in parentheses around all of it.
 */

const ENGINE = '@plimsoll/engine';
/** What runs first after a start; imported as a namespace of functions, like what is behind the methods. */
const BOOT = './Boot.ts';
/** Everything behind the methods. */
const BEHIND = './Canister.ts';
/** What both texts need of the engine, in the first of them. */
const SHARED = 'shared';

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
  const [boot, behind, index] = await Promise.all([
    bundle(root, { entry: `./${folder}/Boot.ts`, external: [ENGINE] }),
    bundle(root, { entry: `./${folder}/Canister.ts`, external: [ENGINE, BOOT, 'azle'], define }),
    bundle(root, { entry: `./${folder}/index.ts`, external: [BOOT, BEHIND, 'azle'] }),
  ]);
  const engine = await engineParts(root, boot.imports(ENGINE), behind.imports(ENGINE));
  const first = await minified(
    `function () {
    function _shared() {${engine.shared.body({})}}
    function _engine(shared) {${engine.first.body({ [SHARED]: 'shared' })}}
    function _boot(engine) {${boot.body({ [ENGINE]: 'engine' })}}
    var shared = _shared();
    return { shared, boot: _boot(_engine(shared)) };
    }`,
  );
  const rest = await minified(
    `function (azle, { shared, boot }) {
    function _engine() {${engine.rest.body({ [SHARED]: 'shared' })}}
    function _behind(engine) {${behind.body({ [ENGINE]: 'engine', [BOOT]: 'boot', azle: 'azle' })}}
    return _behind(_engine());
    }`,
  );
  // Under other names, since the index takes some of them too.
  const azleNames = [...new Set(behind.imports('azle'))];
  const inner = azleNames.map((name) => `${name}: behind_${name}`).join(', ');
  const outer = azleNames.map((name) => `${name} as behind_${name}`).join(', ');
  const module = [
    `import { ${outer} } from 'azle';`,
    `const first = ${JSON.stringify(first)}, rest = ${JSON.stringify(rest)};
    function lazily() {
      const compiled = (text) => (0, eval)(text);
      let begun = null, loaded = null;
      const begin = () => (begun ??= compiled(first)());
      const load = () => (loaded ??= compiled(rest)({ ${inner} }, begin()));
      const boot = {}, behind = {};
      for (const name of ${JSON.stringify(boot.exports)}) boot[name] = () => begin().boot[name]();
      for (const name of ${JSON.stringify(behind.exports)}) behind[name] = (a, b, c) => load()[name](a, b, c);
      return { boot, behind };
    }
    const lazy = lazily();`,
    namespaceAs(BOOT, 'lazy.boot', namespaceAs(BEHIND, 'lazy.behind', plainDecorators(index.code))),
  ].join('\n');
  // Compiled with each start, so the shorter the better.
  return (await transform(module, { minify: true, target: 'es2022' })).code;
}

/**
 * Of the engine only what is called, since text that is never compiled is still read with each start: what the boot needs
 * alone, what all else needs alone, and what both do.
 *
 * @param {string} root
 * @param {readonly string[]} bootNames
 * @param {readonly string[]} behindNames
 */
async function engineParts(root, bootNames, behindNames) {
  const sources = { first: exporting(bootNames), rest: exporting(behindNames) };
  const { outputFiles } = await build({
    ...options(root),
    define: GLOBALS,
    entryPoints: Object.keys(sources),
    outdir: 'out',
    splitting: true,
    chunkNames: SHARED,
    plugins: [{ name: 'entries in memory', setup: serve(root, sources) }, AS_INSTALLED],
  });
  const part = (name) => {
    const { text } = outputFiles.find(({ path }) => basename(path) === `${name}.js`);
    return moduleOf(lowered(text).replaceAll(`"./${SHARED}.js"`, `"${SHARED}"`));
  };
  return { first: part('first'), rest: part('rest'), shared: part(SHARED) };
}

/** @param {readonly string[]} names */
function exporting(names) {
  return `export { ${[...new Set(names)].sort().join(', ')} } from '${ENGINE}';`;
}

/**
 * @param {string} expression a function
 * @returns {Promise<string>} the same, shorter, as text whose value it is
 */
async function minified(expression) {
  const { code } = await transform(`export default ${expression};`, { minify: true, target: 'es2022' });
  return `0,${code.replace(/^export default\s*/, '').replace(/;\s*$/, '')}`;
}

/**
 * @param {string} path that the code imports as a namespace
 * @param {string} variable to take in its place
 * @param {string} code
 */
function namespaceAs(path, variable, code) {
  const line = new RegExp(`^import \\* as (\\w+) from "${path.replaceAll('.', '\\.')}";$`, 'gm');
  const found = [...code.matchAll(line)];
  if (found.length !== 1) throw new Error(`The index: expected one import of ${path} as a namespace`);
  return code.replace(line, (_, name) => `const ${name} = ${variable};`);
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

/** @param {string} root */
function options(root) {
  return {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    minifySyntax: true,
    preserveSymlinks: true,
    legalComments: 'none',
  };
}

/**
 * One part of the canister's own, lowered like the engine.
 *
 * @param {string} root
 * @param {object} what
 * @param {string} what.entry a module's path
 * @param {string[]} what.external
 * @param {Readonly<Record<string, string>>} [what.define]
 */
async function bundle(root, { entry, external, define = {} }) {
  const { outputFiles } = await build({
    ...options(root),
    entryPoints: [entry],
    define: { ...GLOBALS, ...define },
    plugins: [{ name: 'external as written', setup: leaveOut(external) }, AS_INSTALLED],
  });
  return moduleOf(lowered(outputFiles[0].text));
}

/** @param {string} code as esbuild writes a module: it says what it takes and gives in these two forms only */
function moduleOf(code) {
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
          // Not `const`, every read of which would be checked for whether it was initialised.
          (_, list, from) => `var {${list.replace(/ as /g, ': ')}} = ${variables[from]};`,
        )
        .replace(/^export \{[^}]*\};$/gm, '');
      return `\n${inner}\nreturn { ${given.map(([name, as]) => `${as}: ${name}`).join(', ')} };\n`;
    },
  };
}

/**
 * @param {string} root
 * @param {Readonly<Record<string, string>>} sources by the name of the entry point
 * @returns {(build: import('esbuild').PluginBuild) => void}
 */
function serve(root, sources) {
  return (bundling) => {
    bundling.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === 'entry-point' ? { path, namespace: 'memory' } : undefined,
    );
    bundling.onLoad({ filter: /.*/, namespace: 'memory' }, ({ path }) => ({
      contents: sources[path],
      resolveDir: root,
    }));
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
