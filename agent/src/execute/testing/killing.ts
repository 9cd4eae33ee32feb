// A campaign of power cuts: one trade from entry to close, killed at a step that the seed chooses, once or twice.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPrng } from '../../../../localnet/src/market/Prng.ts';
import { Journal } from '../../journal/Journal.ts';
import { openBinanceUsdm } from '../../venue/BinanceUsdm.ts';
import { countDuplicates } from '../Protection.ts';
import { exchangeOf, flat, KEYS, serve, type Prices } from './Market.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..', '..', '..');
const BUNDLE = join(ROOT, 'agent', 'dist', `killed-agent-${String(process.pid)}.mjs`);

/** Up through a ratchet to the first take-profit, and back. */
const BARS: readonly Prices[] = [
  [10, 10.1, 9.95, 10.1],
  [10.1, 10.4, 10.05, 10.4],
  [10.4, 10.8, 10.35, 10.6],
  [10.6, 10.65, 10.5, 10.55],
  [10.55, 10.6, 10.5, 10.5],
  flat(10.5),
  flat(10.5),
];

/** In one file, so that a life begins in a fraction of a second. */
export async function bundleKilledAgent(): Promise<() => void> {
  await build({
    entryPoints: [join(HERE, 'KilledAgent.ts')],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: {
      '@plimsoll/engine': join(ROOT, 'engine', 'src', 'index.ts'),
      '@plimsoll/proof': join(ROOT, 'proof', 'src', 'index.ts'),
    },
    logLevel: 'error',
  });
  return () => rmSync(BUNDLE, { force: true });
}

interface Life {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly output: string;
}

function live(url: string, journal: string, kill: number): Promise<Life> {
  const child = spawn(
    process.execPath,
    [BUNDLE, '--url', url, '--journal', journal, '--kill', String(kill)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
}

/** What was found after one run; all empty and zero when it is as it must be. */
export interface KillOutcome {
  readonly seed: number;
  /** Steps at which a life was cut. */
  readonly kills: readonly number[];
  readonly violations: readonly string[];
}

/** Steps of a life that is not cut. */
export async function countSteps(): Promise<number> {
  return scene(async (url, journal) => {
    const { output } = await live(url, journal, 0);
    const steps = Number(/DONE (\d+)/.exec(output)?.[1]);
    if (!(steps > 0)) throw new Error(`expected a whole life, got: ${output}`);
    return steps;
  });
}

/** @param steps of a life that is not cut */
export async function killOnce(seed: number, steps: number): Promise<KillOutcome> {
  const prng = createPrng(seed);
  const pick = (n: number): number => 1 + Math.floor(prng.uniform() * n);
  return scene(async (url, path, exchange) => {
    const kills: number[] = [];
    const violations: string[] = [];
    let life: Life | null = null;
    // A second cut often falls into the recovery from the first.
    for (const reach of prng.uniform() < 0.4 ? [steps, 30] : [steps]) {
      const kill = pick(reach);
      life = await live(url, path, kill);
      if (life.signal !== 'SIGKILL') break;
      kills.push(kill);
      if (prng.uniform() < 0.3) exchange.advance('point');
    }
    if (life === null || life.signal === 'SIGKILL') life = await live(url, path, 0);
    if (life.code !== 0) violations.push(`ended with ${String(life.code)}: ${life.output.slice(-500)}`);
    violations.push(...(await disagreements(url, path)));
    return { seed, kills, violations };
  });
}

async function disagreements(url: string, path: string): Promise<readonly string[]> {
  const journal = new Journal(path);
  try {
    const venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl: url });
    const found: string[] = [];
    const rows = journal.allOrders();
    const accepted = await venue.acceptedOrders(0);
    const duplicates = countDuplicates(rows, accepted);
    if (duplicates > 0) found.push(`${String(duplicates)} duplicate orders`);
    const { side, quantity } = await venue.position();
    if (side !== 0) found.push(`${String(quantity)} are still held after the close`);
    for (const order of await venue.restingOrders()) found.push(`orphan ${order.clientOrderId}`);
    for (const row of journal.unresolved()) found.push(`${row.clientOrderId} is ${row.state} in the journal`);
    for (const row of journal.confirmed()) found.push(`${row.clientOrderId} rests in the journal only`);
    for (const order of accepted) {
      if (order.clientOrderId.startsWith('plm-') && journal.order(order.clientOrderId) === null)
        found.push(`${order.clientOrderId} is not in the journal`);
    }
    const sum = (fills: readonly { readonly quantity: number }[]) =>
      fills.reduce((all, fill) => all + fill.quantity, 0);
    const [theirs, ours] = [sum(await venue.fills(0)), sum(journal.fills(0))];
    if (Math.abs(theirs - ours) > 1e-9) found.push(`fills: venue ${String(theirs)}, journal ${String(ours)}`);
    const entries = accepted.filter(({ clientOrderId }) => clientOrderId.startsWith('plm-in-'));
    if (entries.length > 1) found.push(`${String(entries.length)} entries`);
    return found;
  } finally {
    journal.close();
  }
}

async function scene<T>(
  work: (url: string, journal: string, exchange: ReturnType<typeof exchangeOf>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'));
  const exchange = exchangeOf(BARS);
  const { server, baseUrl } = await serve(exchange);
  try {
    return await work(baseUrl, join(folder, 'journal.db'), exchange);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
