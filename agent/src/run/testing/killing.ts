// A campaign of power cuts: one trade from the wish to the last report, killed at a step that the seed chooses, once or
// twice, and what is found afterwards on the venue, in the journal and in the canister.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPrng } from '../../../../localnet/src/market/Prng.ts';
import { endingOf } from './agreement.ts';
import type { Moved } from './KilledAgent.ts';
import type { Bug } from './Misbehaviour.ts';
import { STAGES, stageOf, type Cut } from './Steps.ts';
import { marketOf, START_MS, type Move } from './TradeMarket.ts';
import { TradeNetworks, type TradeNetwork } from './TradeNetwork.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..', '..', '..');
const BUNDLE = join(ROOT, 'agent', 'dist', `killed-agent-${String(process.pid)}.mjs`);
const BAR_MS = 300_000;

/** Up through moved stops to a take-profit, and back. */
const MOVES: readonly Move[] = [
  [0, 0.001, -0.001, 0],
  [0, 0.031, -0.001, 0.03],
  [0, 0.095, -0.001, 0.06],
  [0, 0.001, -0.002, -0.001],
  // The trade is over; a market that goes on while the agent is dead needs somewhere to go.
  ...Array.from({ length: 4 }, (): Move => [0, 0.001, -0.001, 0]),
];
/** Bars at whose open the owner, from another machine, allows less than is held, and then wants everything closed. */
const TIGHTEN_AT = 3;
const FLATTEN_AT = 4;
const DONE_AT = 4;

/** What was found after one run; all empty when it is as it must be. */
export interface KillOutcome {
  readonly seed: number;
  /** Steps at which a life was cut. */
  readonly kills: readonly string[];
  /** Entries that the venue accepted: none where the market had moved on while nobody lived. Then nothing was shown. */
  readonly entries: number;
  readonly violations: readonly string[];
}

/** Runs of one seed until one had something to lose. */
export interface KillResult extends KillOutcome {
  /** Runs before it in which nothing was entered. */
  readonly empty: number;
}

export interface KillOptions {
  readonly bug?: Bug;
  readonly first?: Cut;
  /** Throws the dice of what follows the first cut anew. */
  readonly again?: number;
}

/** A cut after which nothing is entered, however often: then the run has shown nothing, and says so. */
const MAX_EMPTY = 4;

interface Life {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly output: string;
}

/** Networks to kill on, and the steps of a life that is not cut. */
export class Killing {
  readonly steps: readonly string[];
  readonly #networks: TradeNetworks;

  private constructor(networks: TradeNetworks, steps: readonly string[]) {
    this.#networks = networks;
    this.steps = steps;
  }

  static async open(): Promise<Killing> {
    await bundle();
    const networks = await TradeNetworks.open(marketOf(MOVES), async (network) => {
      const { code, output } = await live(network, null, ['--warm']);
      require(code === 0, `an agent that warms its feed, got ${output}`);
    });
    const network = await networks.copy();
    try {
      const { output } = await live(network, null);
      const [, taken] = /^DONE (.*)$/m.exec(output) ?? [];
      if (taken === undefined) throw new Error(`expected a whole life, got: ${output}`);
      const { violations, entries } = await endingOf(network);
      require(violations.length === 0, `a life that is not cut to end well, got ${violations.join('; ')}`);
      require(entries === 1, `a life that is not cut to enter, got ${String(entries)} entries`);
      return new Killing(networks, JSON.parse(taken) as string[]);
    } finally {
      await network.close();
    }
  }

  /** The step that a seed chooses: seeds one after the other go through the stages, and through each stage's steps. */
  choose(seed: number): { readonly name: string; readonly nth: number } {
    const stage = STAGES[seed % STAGES.length];
    const names = [...new Set(this.steps.filter((step) => stageOf(step) === stage))];
    const name = names[Math.floor(seed / STAGES.length) % names.length];
    if (name === undefined) throw new RangeError(`expected steps of ${String(stage)}, got none`);
    const times = this.steps.filter((step) => step === name).length;
    return { name, nth: 1 + Math.floor(createPrng(seed).uniform() * times) };
  }

  /** The cut of a seed, with other dice for what follows it until the trade was entered. */
  async kill(seed: number): Promise<KillResult> {
    for (let empty = 0; ; empty++) {
      const outcome = await this.killOnce(seed, { again: empty });
      const isShown = outcome.entries > 0 || outcome.violations.length > 0;
      if (isShown || empty === MAX_EMPTY) return { ...outcome, empty };
    }
  }

  async killOnce(
    seed: number,
    { bug, first = this.choose(seed), again = 0 }: KillOptions = {},
  ): Promise<KillOutcome> {
    const prng = createPrng(seed + (again + 1) * 0x1_0000_0000);
    const network = await this.#networks.copy();
    const flags = bug === undefined ? [] : ['--bug', bug];
    try {
      const kills: string[] = [];
      // A second cut often falls into the recovery from the first.
      const second: Cut = { at: 1 + Math.floor(prng.uniform() * 40) };
      const cuts: readonly Cut[] = prng.uniform() < 0.4 ? [first, second, null] : [first, null];
      let life: Life | null = null;
      for (const cut of cuts) {
        life = await live(network, cut, flags);
        if (life.signal !== 'SIGKILL') break;
        kills.push(/^KILLED (.*)$/m.exec(life.output)?.[1] ?? 'by somebody else');
        // The market does not wait for whoever is dead.
        if (prng.uniform() < 0.3) moveOn(network);
      }
      const violations =
        life?.code === 0 ? [] : [`ended with ${String(life?.code)}: ${life?.output.slice(-2_000) ?? ''}`];
      const ending = await endingOf(network);
      const { entries } = ending;
      return { seed, kills, entries, violations: [...violations, ...ending.violations] };
    } finally {
      await network.close();
    }
  }

  close(): void {
    this.#networks.close();
    rmSync(BUNDLE, { force: true });
  }
}

function require(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`expected ${what}`);
}

/** In one file, so that a life begins in a fraction of a second. */
async function bundle(): Promise<void> {
  await build({
    entryPoints: [join(HERE, 'KilledAgent.ts')],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // What is loaded from a hundred files takes longer than all of a trade.
    external: ['ccxt', 'libsql', 'nodemailer', 'pino'],
    banner: {
      js: "import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);",
    },
    alias: {
      '@plimsoll/engine': join(ROOT, 'engine', 'src', 'index.ts'),
      '@plimsoll/proof': join(ROOT, 'proof', 'src', 'index.ts'),
    },
    logLevel: 'error',
  });
}

/** On to where something happens, and to what the owner does at the bar that opens there. */
function moveOn(network: TradeNetwork): void {
  const { exchange } = network;
  do exchange.advance('point');
  while (exchange.drainEvents().length === 0 && exchange.status().phase !== 'open' && !exchange.done);
  const { isOpen, bar } = whereIs(network);
  if (!isOpen) return;
  if (bar === TIGHTEN_AT) network.setLimits({ maxNotionalUsdt: 60 });
  if (bar === FLATTEN_AT) network.control('flatten');
}

function whereIs({ exchange }: TradeNetwork): Moved & { readonly bar: number } {
  const { timeMs, phase, barOpenMs } = exchange.status();
  const bar = (barOpenMs - START_MS) / BAR_MS;
  return { timeMs, bar, isOpen: phase === 'open', mayWish: bar <= 1, isDone: bar >= DONE_AT };
}

function live(network: TradeNetwork, cut: Cut, flags: readonly string[] = []): Promise<Life> {
  const child = spawn(
    process.execPath,
    [BUNDLE, '--config', network.config, '--cut', JSON.stringify(cut), ...flags],
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  child.on('message', (message) => {
    if (message === 'go on') moveOn(network);
    // Whoever was killed meanwhile hears nothing.
    child.send(whereIs(network), () => undefined);
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
}
