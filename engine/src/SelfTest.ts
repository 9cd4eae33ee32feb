import { BAR_MS, type Bar } from './Bar.ts';
import { createDesk, stateHash } from './DeskState.ts';
import { intend, observe } from './Desk.ts';
import { instrumentHash, type Instrument } from './Instrument.ts';
import { DEFAULT_LIMITS } from './Limits.ts';
import type { Observation } from './Observation.ts';
import { FLAT, type Position } from './Position.ts';
import { loadHistory } from './Warming.ts';
import { fnv1aWords } from './codec/Fnv.ts';
import { exp } from './math/Exp.ts';
import { log, logRatio } from './math/Log.ts';
import { phi } from './math/Normal.ts';
import { kappaOf, touchProbability } from './model/FirstPassage.ts';

/*
 * Whether this machine computes what ours did: hashes of the mathematics and of a short replay with its decisions,
 * against constants that `npx tsx engine/test/selfTestHashes.ts` prints. Whoever fails decides nothing.
 */

/** One hash per function, and one of the replay. */
export interface SelfTestHashes {
  readonly exp: number;
  readonly log: number;
  readonly logRatio: number;
  readonly phi: number;
  readonly touchProbability: number;
  readonly kappaOf: number;
  readonly replay: number;
}

export const SELF_TEST_HASHES: SelfTestHashes = {
  exp: 0x04907dea,
  log: 0x4ac08cde,
  logRatio: 0x0def4067,
  phi: 0xd26c97fd,
  touchProbability: 0x5db4d0cc,
  kappaOf: 0xf4472c82,
  replay: 0x21308464,
};

/** The outcome; `failed` names what differed. */
export interface SelfTestResult {
  readonly passed: boolean;
  readonly failed: readonly string[];
}

/** Every branch of these functions is taken dozens of times; a canister pays some ten thousand instructions for each. */
const RESULTS = 200;
/** An inverse takes sixty evaluations. */
const INVERSES = 10;

/** Thirty-two bits per call (xorshift32: nothing but shifts, which cost a canister least), as a fraction of 1. */
function generator(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

function hashOf(count: number, seed: number, result: (random: () => number) => number): number {
  const random = generator(seed);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = result(random);
  return fnv1aWords(new Uint8Array(values.buffer));
}

const INSTRUMENT: Instrument = {
  symbol: 'SELFTEST',
  tickNumerator: 1,
  tickDenominator: 1_000,
  quantityStep: 1,
  minNotionalUsdt: 5,
  takerFee: 0.0005,
  tiers: [
    { minNotional: 0, maxNotional: 5_000, mmr: 0.01, maxLeverage: 25, cum: 0 },
    { minNotional: 5_000, maxNotional: 100_000, mmr: 0.025, maxLeverage: 20, cum: 75 },
  ],
};
const START_MS = 1_704_067_200_000;
const REPLAY_BARS = 200;
const HISTORY_BARS = 100;
const FUNDING_MS = 28_800_000;

function walk(seed: number, start: number): Bar[] {
  const random = generator(seed);
  const bars: Bar[] = [];
  let close = start;
  for (let i = 0; i < REPLAY_BARS; i++) {
    const open = close;
    const move = (random() + random() - 1) * (i % 67 === 66 ? 0.06 : 0.008);
    close = Math.round(open * (1 + move) * 1_000) / 1_000;
    const high = Math.ceil((open > close ? open : close) * (1 + 0.003 * random()) * 1_000) / 1_000;
    const low = Math.floor((open < close ? open : close) * (1 - 0.003 * random()) * 1_000) / 1_000;
    bars.push({
      timeMs: START_MS + i * BAR_MS,
      open,
      high,
      low,
      close,
      volume: Math.floor(100_000 * random()),
    });
  }
  return bars;
}

function idOf(n: number): Uint8Array {
  const id = new Uint8Array(16);
  id[0] = n & 255;
  return id;
}

/** Flat, then a long, flat again, then a short: the rest follows from the decisions. */
function positionAt(i: number, bars: readonly Bar[]): Position {
  const from = i < 150 ? 115 : 160;
  if (i < from || (i >= 140 && i < 160)) return FLAT;
  const entryPrice = bars[from - 1]!.close;
  const side = i < 150 ? 1 : -1;
  const openedMs = START_MS + from * BAR_MS;
  return {
    side,
    quantity: 80,
    entryPrice,
    walletUsdt: 16 * entryPrice,
    venueLiquidationPrice: 0,
    openedMs,
  };
}

function lookAt(i: number, bars: readonly Bar[], leader: readonly Bar[], hash: number): Observation {
  const { close } = bars[i]!;
  const timeMs = START_MS + (i + 1) * BAR_MS;
  return {
    id: idOf(i),
    timeMs,
    markPrice: close,
    funding:
      i % 9 === 0
        ? null
        : { timeMs: (Math.floor(timeMs / FUNDING_MS) + 1) * FUNDING_MS, rate: 0.0001, intervalHours: 8 },
    account: { equityUsdt: 1_000 },
    position: positionAt(i, bars),
    restingStopPrice: 0,
    restingStopQuantity: 0,
    instrumentHash: hash,
    instrument: null,
    bars: [bars[i]!],
    leaderBars: i % 50 < 4 ? [] : [leader[i]!],
    settlements: timeMs % FUNDING_MS === 0 ? [{ timeMs, rate: 0.0002 }] : [],
    openInterest: 4_000_000 + 1_000 * ((i * 7) % 90),
    book: {
      bids: [{ price: close * 0.999, size: 500 + i }],
      asks: [{ price: close * 1.001, size: 700 + i }],
    },
    longPrintsUsdt: i % 31 === 0 ? 5_000 : 0,
    shortPrintsUsdt: 0,
  };
}

function replayHash(): number {
  const bars = walk(11, 10);
  const leader = walk(12, 2_000);
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, {
    id: idOf(0),
    kind: 'replay',
    venue: 'selftest',
    accountHash: new Uint8Array(32),
    instrument: INSTRUMENT,
    leaderSymbol: 'LEADER',
    bars: bars.slice(0, HISTORY_BARS),
    leaderBars: leader.slice(0, HISTORY_BARS),
    settlements: [],
    openInterest: [{ timeMs: START_MS, units: 4_000_000 }],
  });
  const venueHash = instrumentHash(INSTRUMENT);
  let hash = 0;
  for (let i = HISTORY_BARS; i < REPLAY_BARS; i++) {
    const { bytes } = observe(desk, lookAt(i, bars, leader, venueHash));
    // Every bar's decision moves the state; hashing a fifth of them finds the rest at the end.
    if (i % 5 === 0) hash = Math.imul(hash ^ fnv1aWords(bytes), 0x01000193);
  }
  const { bytes } = intend(desk, { id: idOf(1), timeMs: desk.state.timeMs, side: -1, notionalUsdt: 500 });
  hash = Math.imul(hash ^ fnv1aWords(bytes), 0x01000193);
  return (hash ^ stateHash(desk)) >>> 0;
}

/** What this machine makes of it. */
export function selfTestHashes(): SelfTestHashes {
  return {
    exp: hashOf(RESULTS, 1, (random) => exp(100 * random() - 50)),
    log: hashOf(RESULTS, 2, (random) => log(exp(80 * random() - 40))),
    logRatio: hashOf(RESULTS, 3, (random) => logRatio(10 + random(), 10 + 0.5 * random())),
    phi: hashOf(RESULTS, 4, (random) => phi(16 * random() - 8)),
    touchProbability: hashOf(RESULTS, 5, (random) => touchProbability(12 * random())),
    kappaOf: hashOf(INVERSES, 6, (random) => kappaOf(0.0005 + 0.1 * random())),
    replay: replayHash(),
  };
}

/** Run once per installation and at each start. A machine that differs in one bit must not decide. */
export function selfTest(expected: SelfTestHashes = SELF_TEST_HASHES): SelfTestResult {
  const found = selfTestHashes();
  const failed: string[] = [];
  for (const name of Object.keys(expected) as (keyof SelfTestHashes)[]) {
    if (found[name] !== expected[name]) failed.push(name);
  }
  return { passed: failed.length === 0, failed };
}
