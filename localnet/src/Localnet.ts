import { createHash } from 'node:crypto';
import type { AccountOptions, Exchange } from './exchange/Exchange.ts';
import type { Pace } from './exchange/Pace.ts';
import type { BookKind, LiquidationCharge } from './exchange/Venue.ts';
import type { Clock } from './ic/Clock.ts';
import { clockOfMs, ManualClock, wallClock } from './ic/Clock.ts';
import { IcServer } from './ic/http/IcServer.ts';
import { subnetKeysFromSeed } from './ic/http/SubnetKeys.ts';
import { LocalSubnet } from './ic/LocalSubnet.ts';
import { StateDirectory } from './ic/StateDirectory.ts';
import { StateDirectoryError } from './ic/StateDirectoryError.ts';
import { StateKeeper } from './ic/StateKeeper.ts';
import { InstructionMeter } from './Instructions.ts';
import type { Recording } from './market/Recording.ts';

/**
 * Where the Internet Computer takes its time from: this machine, `advanceClock` alone (`manual`), or the market that the
 * exchange plays, so that a replay gives the same bytes whenever it is run (`market`; the exchange then judges the age of
 * requests by it too).
 */
export type ClockKind = 'real' | 'manual' | 'market';

export interface LocalnetOptions {
  readonly recording: Recording;
  /** First bar to play. */
  readonly fromMs: number;
  readonly walletE8: bigint;
  /** Decides keys and randomness of the Internet Computer, and the keys of identities. */
  readonly seed: string;
  readonly port: number;
  readonly exchangePort: number;
  /** Port of the development identity provider; none is started without one. */
  readonly identityPort?: number;
  readonly stopSlippage: 'model' | 'none';
  readonly book?: BookKind;
  readonly liquidation?: LiquidationCharge;
  /** Further accounts of the exchange, with keys of their own. */
  readonly accounts?: readonly AccountOptions[];
  /** Whether the exchange answers 429 and 418, or only shows what was used. */
  readonly rateLimits?: 'count' | 'enforce';
  /** Lets market time go on by itself; without it the market stands still until told to advance. */
  readonly pace?: Pace;
  /** Where the Internet Computer's state is kept from one start to the next; in memory alone without one. */
  readonly stateDirectory?: string;
  readonly clock?: ClockKind;
  readonly onPrint?: (canisterId: string, text: string) => void;
  /** Told of failures that no caller hears of, such as a state that could not be written. */
  readonly onError?: (error: unknown) => void;
}

/** An Internet Computer and an exchange on this machine. */
export interface Localnet {
  readonly icUrl: string;
  /** Hex of the DER-encoded root key that clients pin. */
  readonly rootKey: string;
  readonly exchangeUrl: string;
  /** What applications give as identity provider; undefined when none was asked for. */
  readonly identityUrl: string | undefined;
  /**
   * Moves a manual clock and runs what is due by then.
   * @returns the network's time after that, ms
   * @throws ClockError when the clock is real
   */
  advanceClock(durationMs: number): number;
  close(): Promise<void>;
}

/** The clock cannot be moved. */
export class ClockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ClockError';
  }
}

type Closer = () => Promise<void>;

/**
 * Starts all servers; when one cannot start, none is left running.
 * @throws PortInUseError, ExchangePortError, StateDirectoryError
 */
export async function startLocalnet(options: LocalnetOptions): Promise<Localnet> {
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await start(options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(options: LocalnetOptions, closers: Closer[]): Promise<Omit<Localnet, 'close'>> {
  const { seed, stateDirectory, onError = console.error } = options;
  // Most of the time to start is loading code: what is not needed at first is loaded beside it.
  const loading = loadExchange(options);
  loading.catch(() => undefined);
  const keysReady = subnetKeysFromSeed(createHash('sha256').update(seed).digest());
  keysReady.catch(() => undefined);
  const directory = stateDirectory === undefined ? undefined : await openState(stateDirectory, seed);
  if (directory !== undefined) closers.push(() => directory.close());

  const kind = options.clock ?? 'real';
  const manual = kind === 'manual' ? new ManualClock(Date.now()) : undefined;
  let marketMs = (): number => options.fromMs;
  const clock = manual ?? (kind === 'market' ? clockOfMs(() => marketMs()) : wallClock);
  const subnet = newSubnet(options, clock, directory);
  // A saved time may be ahead of this machine's; a manual clock goes on from there.
  manual?.setMs(Math.max(Date.now(), Math.ceil(Number(subnet.timeNs()) / 1e6)));
  const keeper = directory && new StateKeeper(directory, subnet, seed, onError);
  if (keeper !== undefined) closers[closers.length - 1] = () => keeper.close();
  const meter = new InstructionMeter(subnet);
  const ic = await IcServer.start({ subnet, keys: await keysReady, port: options.port });
  closers.push(() => ic.close());

  const advanceClock = (durationMs: number): number => {
    if (manual === undefined) {
      throw new ClockError('expected a manual clock, got the real one; start with --clock manual to move it');
    }
    manual.advanceMs(durationMs);
    subnet.tick();
    keeper?.changed();
    return Number(subnet.timeNs() / 1_000_000n);
  };
  const { exchange, ExchangeServer, runMarket } = await loading;
  marketMs = () => exchange.venue.timeMs;
  if (kind === 'market') {
    // Whoever is told of a new time by the exchange must find the network there already.
    exchange.watchers.add(() => {
      if (subnet.timeNs() < clock.nowNs()) subnet.tick();
    });
  }
  const server = new ExchangeServer(exchange, {
    'GET /localnet/v1/instructions': () => meter.all(),
    'GET /localnet/v1/clock': () => ({ kind, timeMs: Number(subnet.timeNs() / 1_000_000n) }),
    'POST /localnet/v1/clock/advance': (query) => ({ timeMs: advanceClock(durationOf(query)) }),
  });
  const exchangeUrl = await server.start(options.exchangePort);
  closers.push(() => server.close());
  if (options.pace !== undefined) {
    const market = runMarket(exchange, options.pace);
    closers.push(() => Promise.resolve(market.stop()));
  }
  const identity = await startIdentity(options, clock);
  if (identity !== undefined) closers.push(() => identity.close());
  return {
    icUrl: ic.url,
    rootKey: Buffer.from(ic.rootKey).toString('hex'),
    exchangeUrl,
    identityUrl: identity?.url,
    advanceClock,
  };
}

function newSubnet(
  { seed, onPrint }: LocalnetOptions,
  clock: Clock,
  directory: StateDirectory | undefined,
): LocalSubnet {
  return new LocalSubnet({
    seed,
    clock,
    ...(onPrint === undefined ? {} : { onPrint }),
    ...(directory?.saved === undefined ? {} : { image: directory.saved }),
  });
}

async function openState(path: string, seed: string): Promise<StateDirectory> {
  const directory = await StateDirectory.open(path);
  const saved = directory.saved?.seed;
  if (saved === undefined || saved === seed) return directory;
  await directory.close();
  throw new StateDirectoryError(
    `expected the seed ${saved} that the keys in ${path} come from, got ${seed}; ` +
      'start with that seed, or choose another directory',
  );
}

async function loadExchange(options: LocalnetOptions) {
  const [exchanges, { ExchangeServer }, { runMarket }] = await Promise.all([
    import('./exchange/Exchange.ts'),
    import('./exchange/ExchangeServer.ts'),
    import('./exchange/Pace.ts'),
  ]);
  const { recording, fromMs: startMs, walletE8, stopSlippage, book, liquidation, seed } = options;
  const { accounts, rateLimits } = options;
  const exchange: Exchange = new exchanges.Exchange({
    ...{ recording, startMs, walletE8, stopSlippage, seed },
    ...(book === undefined ? {} : { book }),
    ...(liquidation === undefined ? {} : { liquidation }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(rateLimits === undefined ? {} : { rateLimits }),
    ...(options.clock === 'market' ? { now: () => exchange.venue.timeMs } : {}),
  });
  return { exchange, ExchangeServer, runMarket };
}

async function startIdentity({ identityPort: port, seed }: LocalnetOptions, clock: Clock) {
  if (port === undefined) return undefined;
  const { startIdentityServer } = await import('./identity/IdentityServer.ts');
  return startIdentityServer({ seed, port, clock });
}

const MAX_STEP_MS = 366 * 86_400_000;

function durationOf(query: string): number {
  const text = new URLSearchParams(query).get('ms');
  const durationMs = text === null || !/^\d+$/.test(text) ? Number.NaN : Number(text);
  if (!(durationMs <= MAX_STEP_MS)) {
    throw new ClockError(`expected ?ms= with whole milliseconds up to ${MAX_STEP_MS}, got "${query}"`);
  }
  return durationMs;
}
