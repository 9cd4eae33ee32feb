/** Where the instructions of a canister's messages go: see `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { LocalSubnet } from '../../localnet/src/ic/LocalSubnet.ts';
import { collapsedStacks, costsOf, totalOf, type CallNode } from '../../localnet/src/profile/CallTree.ts';
import { Profiler } from '../../localnet/src/profile/Profiler.ts';
import { reportOf } from '../../localnet/src/profile/Report.ts';
import { namedBuild, sourcesOf } from './PlainBuild.ts';
import { playRisk } from './Scenario.ts';

interface Options {
  readonly functions: boolean;
  readonly top: number;
  readonly json?: true;
  readonly stacks?: string;
  readonly wasm?: string;
  readonly arg: Uint8Array;
  readonly initArg: Uint8Array;
  readonly query?: true;
}

interface Played {
  readonly roots: ReadonlyMap<string, CallNode>;
  readonly sourceOf?: (file: string, line: number) => string | undefined;
}

const EMPTY_CANDID = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0);

function hex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) throw new InvalidArgumentError('expected bytes in hex');
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

async function playOurs(level: 'wasm' | undefined): Promise<Played> {
  const { wasm, script } = await namedBuild();
  const profiler = new Profiler(level && { level });
  playRisk(wasm, profiler);
  const sourceOf = sourcesOf(script);
  return { roots: profiler.roots(), sourceOf: (_file, line) => sourceOf(line) };
}

function playOther(path: string, method: string | undefined, options: Options): Played {
  const profiler = new Profiler(options.functions ? { level: 'wasm' } : {});
  const subnet = new LocalSubnet({ profiler });
  const id = subnet.createCanister();
  subnet.installCode(id, readFileSync(path), { arg: options.initArg });
  subnet.run();
  if (method !== undefined && !profiler.roots().has(method)) {
    const { result } =
      options.query === true
        ? subnet.callQuery(id, method, options.arg)
        : subnet.callUpdate(id, method, options.arg);
    if (result.status === 'rejected') throw new Error(`${method}: ${result.rejectMessage}`);
  }
  return { roots: profiler.roots() };
}

/** The messages whose kind, method or both are `wanted`. */
function chosen(roots: Played['roots'], wanted: string): [string, CallNode][] {
  const found = [...roots].filter(([message]) => message === wanted || message.split(' ').includes(wanted));
  if (found.length > 0) return found;
  throw new Error(`expected one of ${[...roots.keys()].join(', ')}, got ${wanted}`);
}

function overview(roots: Played['roots']): string {
  const lines = [...roots].map(([message, root]) => {
    const each = Math.round(totalOf(root) / root.calls);
    return `${each.toLocaleString('en-US').padStart(16)}  ${message}`;
  });
  return `${['    instructions  message, on average', ...lines].join('\n')}\n`;
}

async function main(method: string | undefined, options: Options): Promise<void> {
  const { wasm, functions, top, stacks } = options;
  const { roots, sourceOf } =
    wasm === undefined ? await playOurs(functions ? 'wasm' : undefined) : playOther(wasm, method, options);
  if (method === undefined) {
    process.stdout.write(overview(roots));
    return;
  }
  const found = chosen(roots, method);
  if (stacks !== undefined) writeFileSync(stacks, found.map(([, root]) => collapsedStacks(root)).join(''));
  if (options.json === true) {
    const messages = found.map(([message, root]) => ({
      ...{ message, messages: root.calls, instructions: totalOf(root), functions: costsOf(root) },
    }));
    process.stdout.write(`${JSON.stringify(messages)}\n`);
    return;
  }
  const texts = found.map(([message, root]) =>
    reportOf(message, root, { top, ...(sourceOf && { sourceOf }) }),
  );
  process.stdout.write(texts.join('\n'));
}

await new Command('profile')
  .description(
    'Where the instructions of a message go, exact. Without a method: what each message of the risk canister costs.',
  )
  .argument('[method]', 'such as observe, load_history or init')
  .option('--functions', 'every WebAssembly function, not those of the script alone', false)
  .option('--top <n>', 'functions and files to show', count, 25)
  .option('--json', 'print JSON, sums over all messages')
  .option('--stacks <file>', 'write collapsed stacks, as flame graph tools read them')
  .option('--wasm <file>', 'another canister, installed and called once')
  .option('--arg <hex>', 'argument of that call; default: Candid of nothing', hex, EMPTY_CANDID)
  .option('--init-arg <hex>', 'argument of its installation', hex, EMPTY_CANDID)
  .option('--query', 'make that call as a query')
  .action(async (method: string | undefined, options: Options) => {
    try {
      await main(method, options);
    } catch (error) {
      process.stderr.write(`profile: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  })
  .parseAsync();
