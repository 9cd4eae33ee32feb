import { Command, InvalidArgumentError, Option } from 'commander';
import { banner } from './Banner.ts';
import { loadAccounts } from './exchange/AccountsFile.ts';
import { NOT_EMULATED } from './exchange/Emulation.ts';
import { DEVIATIONS } from './ic/Deviations.ts';
import type { Pace } from './exchange/Pace.ts';
import type { BookKind, LiquidationCharge } from './exchange/Venue.ts';
import { LOCAL_CREDENTIALS } from './exchange/Signature.ts';
import { startLocalnet, type ClockKind } from './Localnet.ts';
import { parseE8 } from './market/E8.ts';
import { loadRecording, type Recording } from './market/Recording.ts';
import { BAR_LENGTHS_MS } from './market/Bar.ts';
import { createSynthetic, SYNTHETIC_DEFAULTS } from './market/Synthetic.ts';
import { chooseWindow, endAt, parseInstant } from './Window.ts';

interface Options {
  readonly port: number;
  readonly exchangePort: number;
  readonly json?: true;
  readonly market?: string;
  readonly leader?: string;
  readonly funding?: string;
  readonly tiers?: string;
  readonly mark?: string;
  readonly index?: string;
  readonly openInterest?: string;
  readonly syntheticIndex?: true;
  readonly bar: number;
  readonly book: BookKind;
  readonly liquidation: LiquidationCharge;
  readonly pace?: Pace;
  readonly symbol: string;
  readonly leaderSymbol: string;
  readonly from?: string;
  readonly to?: string;
  readonly equity: bigint;
  readonly seed?: number;
  readonly identityPort: number;
  readonly state?: string;
  readonly clock: ClockKind;
  readonly stopSlippage: 'model' | 'none';
  readonly accounts?: string;
  readonly rateLimits: 'count' | 'enforce';
}

/** Of keys, randomness and the synthetic market. */
const DEFAULT_SEED = 1;

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError(`expected a port from 0 to 65535, got "${text}"`);
  }
  return value;
}

function seed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new InvalidArgumentError(`expected a whole number from 0 to 4294967295, got "${text}"`);
  }
  return value;
}

function usdt(text: string): bigint {
  const value = parseE8(text);
  if (value === undefined || value <= 0n)
    throw new InvalidArgumentError(`expected USDT above 0, got "${text}"`);
  return value;
}

function barMinutes(text: string): number {
  if (BAR_LENGTHS_MS.includes(Number(text) * 60_000)) return Number(text);
  throw new InvalidArgumentError(`expected 1, 3, 5, 15, 30 or 60 minutes, got "${text}"`);
}

function pace(text: string): Pace {
  if (text === 'max') return text;
  if (text === 'real') return 1;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError(`expected real, max or a factor above 0, got "${text}"`);
  return value;
}

function recordingOf(options: Options): Recording {
  const { market, leader, funding, tiers, mark, index, openInterest, symbol, leaderSymbol } = options;
  if (market === undefined && leader === undefined) {
    const barMs = options.bar * 60_000;
    const bars = (SYNTHETIC_DEFAULTS.bars * SYNTHETIC_DEFAULTS.barMs) / barMs;
    return createSynthetic({
      seed: options.seed ?? DEFAULT_SEED,
      barMs,
      bars,
      index: options.syntheticIndex === true,
    });
  }
  if (market === undefined || leader === undefined) {
    throw new Error('expected --market and --leader together, got one of them; give both or neither');
  }
  return loadRecording({
    symbol,
    candles: market,
    leader: leaderSymbol,
    leaderCandles: leader,
    ...(funding === undefined ? {} : { funding }),
    ...(tiers === undefined ? {} : { tiers }),
    ...(mark === undefined ? {} : { mark }),
    ...(index === undefined ? {} : { index }),
    ...(openInterest === undefined ? {} : { openInterest }),
  });
}

async function main(options: Options): Promise<void> {
  const whole = recordingOf(options);
  const window = chooseWindow(
    whole,
    options.from === undefined ? undefined : parseInstant(options.from, '--from'),
    options.to === undefined ? undefined : parseInstant(options.to, '--to'),
  );
  const localnet = await startLocalnet({
    recording: endAt(whole, window),
    fromMs: window.fromMs,
    walletE8: options.equity,
    seed: String(options.seed ?? DEFAULT_SEED),
    port: options.port,
    exchangePort: options.exchangePort,
    identityPort: options.identityPort,
    clock: options.clock,
    ...(options.state === undefined ? {} : { stateDirectory: options.state }),
    stopSlippage: options.stopSlippage,
    book: options.book,
    liquidation: options.liquidation,
    ...(options.pace === undefined ? {} : { pace: options.pace }),
    ...(options.accounts === undefined ? {} : { accounts: loadAccounts(options.accounts) }),
    rateLimits: options.rateLimits,
  });
  const stop = (): void => {
    void localnet.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`localnet: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Whoever started us with a channel is our life line: without it nobody would ever stop us.
  process.once('disconnect', stop);
  const { icUrl, rootKey, exchangeUrl, identityUrl } = localnet;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ icUrl, rootKey, exchangeUrl, identityUrl })}\n`);
    return;
  }
  const market = whole.synthetic
    ? `a synthetic market, seed ${options.seed ?? DEFAULT_SEED}`
    : `the recording ${options.market ?? ''}`;
  const facts = {
    ...{ icUrl, rootKey, exchangeUrl, identityUrl, market, credentials: LOCAL_CREDENTIALS },
    stateDirectory: options.state,
    clock: options.clock,
    notAsOnTheIc: DEVIATIONS,
    notAsOnBinance: NOT_EMULATED,
  };
  process.stdout.write(banner(facts, process.stdout.columns));
}

const program = new Command('localnet')
  .description('An Internet Computer and an exchange on this machine, for demonstration and tests')
  .option('--port <n>', 'port of the Internet Computer, 0 takes any', port, 4943)
  .option('--exchange-port <n>', 'port of the exchange, 0 takes any', port, 4944)
  .option('--identity-port <n>', 'port of the development identity provider, 0 takes any', port, 4945)
  .option('--state <dir>', 'keep the canisters, keys and time of the Internet Computer here over restarts')
  .addOption(
    new Option(
      '--clock <kind>',
      "the Internet Computer's: the machine's, one that stands still until moved, or the played market's",
    )
      .choices(['real', 'manual', 'market'])
      .default('real'),
  )
  .option('--json', 'print one line of JSON once ready')
  .option(
    '--market <csv>',
    'candles to play: timestamp_ms,open,high,low,close,volume, 1 to 60 minutes, .gz or not',
  )
  .option('--leader <csv>', "the leader's candles")
  .option('--funding <csv>', 'settlements of the market: timestamp_ms,funding_rate')
  .option('--tiers <json>', 'margin tiers; default: the tables in force at each date')
  .option('--mark <csv>', "the market's mark prices: timestamp_ms,open,high,low,close")
  .option('--index <csv>', "the market's index prices; without --mark the mark follows from them")
  .option('--open-interest <csv>', "the market's: timestamp_ms,open_interest_contracts")
  .option('--synthetic-index', 'give the synthetic market an index, a mark of its own and open interest')
  .option('--bar <minutes>', 'length of the synthetic bars', barMinutes, 5)
  .option('--symbol <id>', 'perpetual that is traded', 'ICPUSDT')
  .option('--leader-symbol <id>', 'perpetual that leads', 'ETHUSDT')
  .option('--from <date>', 'first bar to play (UTC); default: as soon as the warm-up is complete')
  .option('--to <date>', 'stop before this bar (UTC); default: the end of the recording')
  .addOption(
    new Option('--equity <usdt>', 'what the account holds')
      .argParser(usdt)
      // An amount, which JSON cannot write into the help.
      .default(parseE8('10000'), '10000'),
  )
  .option('--accounts <json>', 'further accounts: [{equity,keys:[{apiKey,apiSecret,mayTrade,…}]}]')
  .addOption(
    new Option('--rate-limits <kind>', 'show what requests weigh, or refuse those beyond the limits too')
      .choices(['count', 'enforce'])
      .default('count'),
  )
  .option('--seed <n>', `of keys, randomness and the synthetic market (default: ${DEFAULT_SEED})`, seed)
  .addOption(
    new Option('--stop-slippage <kind>', 'fill of triggered stops')
      .choices(['model', 'none'])
      .default('model'),
  )
  .addOption(
    new Option('--book <kind>', 'market orders fill at the last price, or walk a book with depth')
      .choices(['none', 'depth'])
      .default('none'),
  )
  .addOption(
    new Option('--liquidation <charge>', "takes the whole margin, or the venue's fee")
      .choices(['margin', 'fee'])
      .default('margin'),
  )
  .option('--pace <factor>', 'let market time go on by itself: real, a factor of real time, or max', pace)
  .action(async (options: Options) => {
    try {
      await main(options);
    } catch (error) {
      process.stderr.write(`localnet: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  });

await program.parseAsync();
