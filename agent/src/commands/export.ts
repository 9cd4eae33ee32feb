import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { Principal } from '@icp-sdk/core/principal';
import agentPackage from '../../package.json' with { type: 'json' };
import { fetchBundle, type BundleFrom } from '../canister/fetchBundle.ts';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { LogError } from '../canister/LogError.ts';
import { createHttpAgent } from '../canister/Network.ts';
import { CliError } from '../cli/CliError.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { printJson, printLines } from '../cli/Output.ts';
import type { Config } from '../config/Config.ts';
import { CONFIG_FILE, readConfig } from '../config/readConfig.ts';
import { JOURNAL, RECEIPTS, TABLE_NAMES, TABLES, type TableName } from '../export/Tables.ts';
import { csvOf, jsonLinesOf, writeWhole, type Counter, type Written } from '../export/writeFile.ts';
import { bundleOf } from '../receipts/Bundle.ts';
import { ReceiptStore, type ReadableReceipts } from '../receipts/ReceiptStore.ts';
import { identityPathOf, rootKeyOf } from '../run/openCanister.ts';
import { sharedClock } from '../run/sharedClock.ts';

type Format = 'csv' | 'jsonl' | 'bundle';

interface Flags {
  readonly config: string;
  readonly state?: string;
  readonly owner?: string;
  readonly format: Format;
  readonly table: TableName;
  readonly out: string;
  readonly from?: string;
  readonly force?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  plimsoll export --format csv --table fills --out fills.csv
  plimsoll export --format jsonl --table decisions --out decisions.jsonl --json
  plimsoll export --format bundle --out record.bundle
  plimsoll export --format bundle --from newest --out since-checkpoint.bundle

CSV and JSONL are readings of this machine's own record; the bundle is what proves it to others:
of this machine's receipts, or with --from of what the canister itself keeps (no receipts are needed for it).
Exit codes: 0 written, 2 wrong use, or a state directory that cannot be read.`;

export function register(program: Command): void {
  program
    .command('export')
    .description('Write the record as CSV, as JSON lines, or as a bundle that anyone can verify.')
    .option('-c, --config <file>', 'the configuration, for state and owner', CONFIG_FILE)
    .option('--state <dir>', 'the state directory, in place of the configured one')
    .option('--owner <principal>', 'of the bundle, in place of the configured one')
    .addOption(
      new Option('--format <format>', 'of the file').choices(['csv', 'jsonl', 'bundle']).default('csv'),
    )
    .addOption(new Option('--table <table>', 'of csv and jsonl').choices(TABLE_NAMES).default('decisions'))
    .option(
      '--from <where>',
      'ask the canister for the bundle: from the oldest record it keeps, the newest checkpoint, or a checkpoint by its sequence',
    )
    .requiredOption('--out <file>', 'where to write')
    .option('--force', 'replace the file if there is one')
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', EXAMPLES)
    .action((flags: Flags) => tellingWhy(() => run(flags)));
}

async function run(flags: Flags): Promise<undefined> {
  const path = resolve(flags.out);
  if (flags.force !== true && (await exists(path))) {
    throw new CliError({
      expected: `no file at ${path}`,
      got: 'one',
      advice: 'nothing was written; give --force to replace it',
    });
  }
  try {
    if (flags.from !== undefined) {
      await writeFetched(flags, fromOf(flags), path);
      return;
    }
    const source = await sourceOf(flags);
    if (flags.format === 'bundle') await writeBundle(flags, source, path);
    else await writeTable(flags, source.state, path);
  } catch (error) {
    if (error instanceof LogError) throw new CliError(error.message);
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === null) throw error;
    throw new CliError({
      expected: `to write ${path}`,
      got: code,
      advice: 'nothing was written; name a file in a folder that is there and yours',
    });
  }
}

function fromOf({ from = '', format }: Flags): BundleFrom {
  if (format !== 'bundle')
    throw new CliError({
      expected: '--from with --format bundle alone',
      got: `--format ${format}`,
      advice: 'leave --from out',
    });
  if (from === 'oldest' || from === 'newest') return from;
  if (/^\d{1,15}$/.test(from)) return Number(from);
  throw new CliError({
    expected: "--from oldest, newest or a checkpoint's sequence",
    got: `"${from}"`,
    advice: 'plimsoll export --help has examples',
  });
}

/** What the canister itself keeps, asked for with the configured key. */
async function writeFetched(flags: Flags, from: BundleFrom, path: string): Promise<void> {
  const config = await readConfig(flags.config);
  // Certificates of a market of this machine carry its time.
  await sharedClock(config);
  const [host = '', ...otherHosts] = config.network.urls;
  const rootKey = rootKeyOf(config);
  const canisterId = Principal.fromText(config.canister);
  const identity = await readIdentityFile(identityPathOf(config));
  const agent = createHttpAgent({ host, otherHosts, rootKey }, identity);
  const owner = principalOf(flags.owner ?? config.owner).toUint8Array();
  const bundle = await fetchBundle(
    { agent, canisterId, rootKey, nowMs: Date.now() },
    { createdBy: `plimsoll ${agentPackage.version}`, canisterId, owner },
    from,
  );
  const written = await writeWhole(path, whole(bundle));
  tell(flags, written, { from, canister: canisterId.toText() }, [verifyLine(path, canisterId, config)]);
}

interface Source {
  readonly state: string;
  readonly owner: string | null;
  /** Null where state and owner were given. */
  readonly config: Config | null;
}

async function sourceOf(flags: Flags): Promise<Source> {
  const needsConfig = flags.state === undefined || (flags.format === 'bundle' && flags.owner === undefined);
  const config = needsConfig ? await readConfig(flags.config) : null;
  const state = flags.state === undefined ? (config?.state ?? '') : resolve(flags.state);
  if (!(await exists(state))) {
    throw new CliError({
      expected: `a state directory at ${state}`,
      got: 'nothing',
      advice: 'name it with --state',
    });
  }
  return { state, owner: flags.owner ?? config?.owner ?? null, config };
}

async function writeTable(flags: Flags, state: string, path: string): Promise<void> {
  const source = join(state, flags.table === 'decisions' ? RECEIPTS : JOURNAL);
  // Opening either would make an empty one, and an empty file would look like an empty record.
  if (!(await exists(source)))
    throw new CliError({ expected: source, got: 'nothing', advice: 'is it the state directory?' });
  const counter: Counter = { rows: 0 };
  const pieces = (flags.format === 'csv' ? csvOf : jsonLinesOf)(TABLES[flags.table], state, counter);
  const written = await writeWhole(path, pieces);
  tell(flags, written, { table: flags.table, rows: counter.rows }, [
    `sha256sum ${path}`,
    'A reading, not a proof: `plimsoll export --format bundle` writes what others can verify.',
  ]);
}

async function writeBundle(flags: Flags, source: Source, path: string): Promise<void> {
  const { state, owner } = source;
  if (!(await exists(join(state, RECEIPTS)))) {
    throw new CliError({
      expected: `receipts in ${state}`,
      got: 'none',
      advice: 'is it the state directory?',
    });
  }
  const store = ReceiptStore.reading(join(state, RECEIPTS));
  const { count, canisterId } = await firstOf(store);
  const header = {
    createdBy: `plimsoll ${agentPackage.version}`,
    canisterId,
    owner: principalOf(owner ?? '').toUint8Array(),
  };
  const bundle = await bundleOf(store, header);
  const written = await writeWhole(path, whole(bundle));
  const line = verifyLine(path, canisterId, source.config);
  tell(flags, written, { receipts: count, canister: canisterId.toText() }, [line]);
}

/** With the pinned key where that is known and not the mainnet's; whoever was sent the file has to know it otherwise. */
function verifyLine(path: string, canisterId: Principal, config: Config | null): string {
  const rootKey = config?.network.rootKey ?? "<the network's, mainnet's by default>";
  const key = rootKey === 'mainnet' ? '' : ` --root-key ${rootKey}`;
  return `plimsoll verify ${path} --canister ${canisterId.toText()}${key}`;
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

async function firstOf(
  store: ReadableReceipts,
): Promise<{ readonly count: number; readonly canisterId: Principal }> {
  let count = 0;
  let canisterId: Principal | null = null;
  for await (const stored of store.read()) {
    canisterId ??= ReceiptStore.decode(stored).request.canisterId;
    count += 1;
  }
  if (canisterId === null)
    throw new CliError({ expected: 'at least one receipt', got: 'none', advice: 'nothing was written' });
  return { count, canisterId };
}

function principalOf(text: string): Principal {
  try {
    return Principal.fromText(text);
  } catch {
    throw new CliError({
      expected: '--owner to be a principal',
      got: `"${text}"`,
      advice: 'such as 2vxsx-fae',
    });
  }
}

function tell(flags: Flags, written: Written, more: object, verify: readonly string[]): void {
  if (flags.json === true) {
    printJson({ ...written, format: flags.format, ...more, verify: verify[0] });
    return;
  }
  const facts = Object.entries(more).map(([name, value]) => `${name} ${String(value)}`);
  printLines([
    `${written.path}  ${facts.join(', ')}, ${String(written.bytes)} bytes`,
    `sha256  ${written.sha256}`,
    `verify  ${verify.join('\n        ')}`,
  ]);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
