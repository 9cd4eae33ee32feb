import { Command, InvalidArgumentError, Option } from 'commander';
import { DEVIATIONS } from './ic/Deviations.ts';
import { startLocalnet } from './Localnet.ts';
import { parseE8 } from './market/E8.ts';
import { loadRecording, type Recording } from './market/Recording.ts';
import { createSynthetic } from './market/Synthetic.ts';
import { chooseWindow, endAt, parseInstant } from './Window.ts';

interface Options {
  readonly port: number;
  readonly exchangePort: number;
  readonly json?: true;
  readonly market?: string;
  readonly leader?: string;
  readonly funding?: string;
  readonly tiers?: string;
  readonly symbol: string;
  readonly leaderSymbol: string;
  readonly from?: string;
  readonly to?: string;
  readonly equity: bigint;
  readonly seed: number;
  readonly stopSlippage: 'model' | 'none';
}

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

function recordingOf(options: Options): Recording {
  const { market, leader, funding, tiers, symbol, leaderSymbol } = options;
  if (market === undefined && leader === undefined) return createSynthetic({ seed: options.seed });
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
    seed: String(options.seed),
    port: options.port,
    exchangePort: options.exchangePort,
    stopSlippage: options.stopSlippage,
  });
  const stop = (): void => {
    void localnet.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Whoever started us with a channel is our life line: without it nobody would ever stop us.
  process.once('disconnect', stop);
  const { icUrl, rootKey, exchangeUrl } = localnet;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ icUrl, rootKey, exchangeUrl })}\n`);
    return;
  }
  const market = whole.synthetic
    ? `a synthetic market, seed ${options.seed}`
    : `the recording ${options.market ?? ''}`;
  process.stdout.write(
    [
      `Internet Computer  ${icUrl}`,
      `Root key           ${rootKey}`,
      `Exchange           ${exchangeUrl} (Binance USDⓈ-M REST), playing ${market}`,
      '',
      'In icp.yaml:',
      'networks:',
      '  - name: local',
      '    mode: connected',
      `    url: ${icUrl}`,
      `    root-key: ${rootKey}`,
      '',
      'Not as on the Internet Computer:',
      ...DEVIATIONS.map((deviation) => `- ${deviation}`),
      '',
      'Ctrl-C stops both.',
      '',
    ].join('\n'),
  );
}

const program = new Command('localnet')
  .description('An Internet Computer and an exchange on this machine, for demonstration and tests')
  .option('--port <n>', 'port of the Internet Computer, 0 takes any', port, 4943)
  .option('--exchange-port <n>', 'port of the exchange, 0 takes any', port, 4944)
  .option('--json', 'print one line of JSON once ready')
  .option('--market <csv>', 'candles to play: timestamp_ms,open,high,low,close,volume, 5 minutes, .gz or not')
  .option('--leader <csv>', "the leader's candles")
  .option('--funding <csv>', 'settlements of the market: timestamp_ms,funding_rate')
  .option('--tiers <json>', 'margin tiers; default: the tables in force at each date')
  .option('--symbol <id>', 'perpetual that is traded', 'ICPUSDT')
  .option('--leader-symbol <id>', 'perpetual that leads', 'ETHUSDT')
  .option('--from <date>', 'first bar to play (UTC); default: as soon as the warm-up is complete')
  .option('--to <date>', 'stop before this bar (UTC); default: the end of the recording')
  .option('--equity <usdt>', 'what the account holds', usdt, parseE8('10000'))
  .option('--seed <n>', 'of keys, randomness and the synthetic market', seed, 1)
  .addOption(
    new Option('--stop-slippage <kind>', 'fill of triggered stops')
      .choices(['model', 'none'])
      .default('model'),
  )
  .action(async (options: Options) => {
    try {
      await main(options);
    } catch (error) {
      process.stderr.write(`localnet: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  });

await program.parseAsync();
