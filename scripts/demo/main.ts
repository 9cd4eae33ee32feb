import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { EXIT } from '../../agent/src/cli/ExitCode.ts';
import { parseSpan } from '../../agent/src/replay/Wishes.ts';
import { wrap } from '../../agent/src/view/wrap.ts';
import { spawnAgent, startDemo, type Demo, type Flags } from './Demo.ts';

/** Pace of the synthetic market, so that a person can follow it. */
const DEMO_BARS_PER_SECOND = 12;
const DEMO_ENTER_EVERY = '6h';

interface Options {
  readonly headless?: true;
  readonly market?: string;
  readonly leader?: string;
  readonly funding?: string;
  readonly tiers?: string;
  readonly from?: string;
  readonly to?: string;
  readonly side: string;
  readonly enterEvery?: string;
  readonly entries?: string;
  readonly notional: number;
  readonly equity: number;
  readonly seed: number;
  readonly json?: string;
  readonly state?: string;
  readonly stopSlippage: string;
  readonly port: number;
  readonly exchangePort: number;
}

function above0(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity))
    throw new InvalidArgumentError(`expected a number above 0, got "${text}"`);
  return value;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new InvalidArgumentError(`expected a whole number of 0 or more, got "${text}"`);
  }
  return value;
}

function localnetFlags(options: Options): Flags {
  const { market, leader, funding, tiers, from, to, seed, equity, port, exchangePort, stopSlippage } =
    options;
  return {
    market,
    leader,
    funding,
    tiers,
    from,
    to,
    seed,
    equity,
    port,
    'exchange-port': exchangePort,
    'stop-slippage': stopSlippage,
  };
}

/** Found out before an hour of replaying, not after it. */
async function requireWritable(json: string): Promise<void> {
  const folder = dirname(resolve(json));
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const came = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`--json: expected a folder that can be written, got: ${came}; name another file`, {
      cause,
    });
  }
}

async function runAgent(demo: Demo, options: Options): Promise<number> {
  const isSynthetic = options.market === undefined;
  const isHeadless = options.headless === true;
  const child = spawnAgent(
    demo,
    {
      side: options.side,
      'enter-every': options.enterEvery ?? (isSynthetic ? DEMO_ENTER_EVERY : undefined),
      entries: options.entries,
      notional: options.notional,
      json: options.json,
      'bars-per-second': isSynthetic && !isHeadless ? DEMO_BARS_PER_SECOND : undefined,
    },
    isHeadless,
    'inherit',
  );
  // Ctrl-C reaches the agent by itself: it finishes what it is at, writes its account and ends.
  const ignore = (): void => undefined;
  const passOn = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', ignore);
  process.on('SIGTERM', passOn);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', ignore);
  process.off('SIGTERM', passOn);
  return code ?? 1;
}

async function main(options: Options): Promise<number> {
  const say = (text: string): void => {
    for (const line of wrap(text, process.stdout.columns ?? Infinity, 2)) process.stdout.write(`${line}\n`);
  };
  const what =
    options.market === undefined
      ? `a SYNTHETIC market, seed ${options.seed}`
      : `a recording, ${options.market}`;
  say(`${pc.bold('Plimsoll')}  replaying ${what}, on this machine alone`);
  if (options.enterEvery !== undefined) parseSpan(options.enterEvery, '--enter-every');
  if (options.json !== undefined) await requireWritable(options.json);
  const demo = await startDemo(localnetFlags(options), options.state);
  try {
    const { deployed, localnet, moduleHash } = demo;
    say(`canister ${deployed.canister}, module ${moduleHash.slice(0, 16)}…, on ${localnet.address.icUrl}`);
    say(`owner ${deployed.owner} registered, agent granted`);
    say(`exchange ${localnet.address.exchangeUrl}, simulated, spoken to by the unmodified ccxt client`);
    const code = await runAgent(demo, options);
    // What was asked for could not be played at all: nothing of the attempt is worth keeping.
    if (code === EXIT.request) await rm(demo.stateDir, { recursive: true, force: true });
    return code;
  } finally {
    await demo.localnet.stop();
  }
}

const program = new Command('npm start --')
  .description('Play a market through canister, agent and exchange on this machine')
  .option('--headless', 'lines instead of a live view, as fast as possible')
  .option('--market <csv>', 'five-minute candles to play; without it a synthetic market')
  .option('--leader <csv>', "the leader's candles")
  .option('--funding <csv>', 'funding settlements of the market')
  .option('--tiers <json>', 'margin tiers')
  .option('--from <date>', 'first bar to play, UTC')
  .option('--to <date>', 'stop before this bar, UTC')
  .addOption(
    new Option('--side <side>', 'entries to wish for').choices(['long', 'short', 'both']).default('long'),
  )
  .option(
    '--enter-every <span>',
    'a wish at the first bar and after every such span: 45m, 12h, 1d (default 24h; synthetic 6h)',
  )
  .option('--entries <csv>', 'wishes at given bars instead: timestamp_ms,side')
  .option('--notional <usdt>', 'USDT wished for per entry', above0, 1_000)
  .option('--equity <usdt>', 'USDT on the account', above0, 1_000)
  .option('--seed <n>', 'of the synthetic market and the local network', whole, 1)
  .option('--json <file>', 'write the summary there (docs/replay.md says what is in it)')
  .option('--state <folder>', 'where the run leaves journal, key and receipts (default .plimsoll/runs)')
  .addOption(
    new Option('--stop-slippage <kind>', 'fill of triggered stops')
      .choices(['model', 'none'])
      .default('model'),
  )
  .option('--port <n>', 'port of the local Internet Computer; 0 takes any', whole, 0)
  .option('--exchange-port <n>', 'port of the local exchange; 0 takes any', whole, 0)
  .addHelpText(
    'after',
    '\nExample:\n  npm start -- --headless --market ICP.csv.gz --leader ETH.csv.gz --funding F.csv.gz \\\n    --from 2024-08-02 --to 2024-08-07 --enter-every 12h --json out.json',
  )
  .action(async (options: Options) => {
    try {
      process.exitCode = await main(options);
    } catch (error) {
      process.stderr.write(
        `plimsoll: ${(error instanceof Error ? error.message : String(error)).replace(/^localnet: /, '')}\n`,
      );
      process.exitCode = 1;
    }
  });

await program.parseAsync();
