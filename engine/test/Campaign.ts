/*
 * Throws random and adversarial inputs at a desk: each is answered with a finite decision or refused with an
 * EngineError. Used by Robustness.prop.ts; run alone for the long campaign: npx tsx engine/test/Campaign.ts [N] [SEED].
 */
import { pathToFileURL } from 'node:url';
import {
  BAR_MS,
  createDesk,
  decodeDecision,
  DEFAULT_LIMITS,
  encodeDecision,
  EngineError,
  intend,
  loadHistory,
  observe,
  restoreDesk,
  snapshotDesk,
  stateHash,
  type Bar,
  type BookLevel,
  type Desk,
  type Instrument,
  type Observation,
  type Position,
} from '../src/index.ts';
import { generator, historyOf, idOf, INSTRUMENT, observationOf, randomBars, START_MS } from './market.ts';

const NASTY: readonly number[] = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  5e-324,
  -5e-324,
  1e-300,
  1e300,
  1.7976931348623157e308,
  -1,
  1,
  1e-8,
  67_108_864,
  67_108_865,
  16_777_216,
  9_007_199_254_740_991,
  9_007_199_254_740_992,
  0.1,
  300_000,
];

type Random = () => number;
type Mutable = Record<string, unknown>;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Replaces one number somewhere inside by something nasty, or scales it, or empties or doubles a list. */
function damage(random: Random, value: unknown): unknown {
  if (typeof value === 'number') {
    if (random() < 0.7) return pick(random, NASTY);
    return value * pick(random, [-1, 0.5, 2, 1e-9, 1e9, 1 + 1e-15]);
  }
  if (value instanceof Uint8Array) return random() < 0.5 ? new Uint8Array(0) : value;
  if (Array.isArray(value)) {
    const how = random();
    if (value.length === 0 || how < 0.1) return [];
    if (how < 0.2) return [...value, ...value];
    if (how < 0.3) return value.toReversed();
    const at = Math.floor(random() * value.length);
    return value.map((item: unknown, i) => (i === at ? damage(random, item) : item));
  }
  if (typeof value === 'object' && value !== null) {
    const key = pick(random, Object.keys(value));
    return { ...(value as Mutable), [key]: damage(random, (value as Mutable)[key]) };
  }
  return value;
}

/** A price anywhere between a grain of dust and the most that is accepted, mostly near the last. */
function priceNear(random: Random, last: number): number {
  const how = random();
  if (how < 0.9) return last * (0.97 + 0.06 * random());
  if (how < 0.97) return last * (0.4 + 1.4 * random());
  return pick(random, [1e-8, 0.001, 0.5, 1e4, 16_777_216]);
}

function barAt(random: Random, timeMs: number, last: number): Bar {
  const open = priceNear(random, last);
  const close = priceNear(random, last);
  const high = Math.max(open, close) * (1 + 0.02 * random());
  const low = Math.min(open, close) * (1 - 0.02 * random());
  return { timeMs, open, high, low, close, volume: pick(random, [0, 1, 1e5, 1e12]) };
}

function levels(random: Random, side: number, middle: number): BookLevel[] {
  const count = Math.floor(random() * 21);
  return Array.from({ length: count }, (_, i) => ({
    price: middle * (1 + side * 0.0005 * (i + random())),
    size: random() * pick(random, [1, 1e3, 1e7]),
  }));
}

function positionAt(random: Random, mark: number, timeMs: number): Position {
  const side = pick(random, [0, 1, -1] as const);
  return {
    side,
    quantity: Math.floor(1 + random() * pick(random, [10, 1e3, 1e7])),
    entryPrice: priceNear(random, mark),
    walletUsdt: (random() - 0.2) * pick(random, [1, 1e3, 1e6]),
    venueLiquidationPrice: random() < 0.5 ? 0 : priceNear(random, mark),
    openedMs: timeMs - Math.floor(random() * 1e9),
  };
}

const COARSE: Instrument = { ...INSTRUMENT, tickNumerator: 1_000, tickDenominator: 1, quantityStep: 7 };

/** A look that could be: only afterwards is something in it broken, or not. */
function lookAt(random: Random, desk: Desk, n: number): Observation {
  const { feed } = desk.state;
  const skip = random() < 0.9 ? 1 : Math.floor(random() * 16);
  const count = random() < 0.6 ? 1 : Math.floor(random() * 13);
  const bars: Bar[] = [];
  let last = feed.lastClose;
  for (let i = 0; i < count; i++) {
    const bar = barAt(random, feed.lastMs + (skip + i) * BAR_MS, last);
    bars.push(bar);
    last = bar.close;
  }
  const timeMs = Math.max(desk.state.timeMs, (bars.at(-1)?.timeMs ?? feed.lastMs) + BAR_MS);
  const leaderBars = bars
    .filter(({ timeMs: t }) => t > feed.leader.lastMs && random() < 0.9)
    .map(({ timeMs: t }) => barAt(random, t, feed.leader.lastClose || 2_000));
  const markPrice = priceNear(random, last);
  const instrument = random() < 0.02 ? pick(random, [INSTRUMENT, COARSE]) : null;
  return observationOf(n, bars, timeMs, markPrice, {
    instrument,
    instrumentHash: desk.state.instrumentHash,
    leaderBars,
    position: positionAt(random, markPrice, timeMs),
    account: { equityUsdt: (random() - 0.1) * pick(random, [1, 1e4, 6e7]) },
    funding: random() < 0.1 ? null : { timeMs: timeMs + 1, rate: (random() - 0.5) * 0.1, intervalHours: 8 },
    openInterest: random() < 0.3 ? 0 : Math.floor(random() * 1e9),
    book:
      random() < 0.3
        ? { bids: [], asks: [] }
        : { bids: levels(random, -1, last), asks: levels(random, 1, last) },
    longPrintsUsdt: Math.floor(random() * 1e6),
    restingStopPrice: random() < 0.5 ? 0 : markPrice,
  });
}

function assertFinite(value: unknown, path: string): void {
  if (typeof value === 'number') {
    const mayBeInfinite = /constraints|Slip/.test(path);
    const isFine = value === value && !Object.is(value, -0) && value !== -Infinity;
    if (!isFine || (value === Infinity && !mayBeInfinite)) throw new Error(`${path} is ${String(value)}`);
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const [key, child] of Object.entries(value)) assertFinite(child, `${path}.${key}`);
  }
}

export interface CampaignResult {
  readonly decided: number;
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * @param count inputs thrown
 * @throws Error when an answer is not finite, an error is of another kind, or a refusal changed anything
 */
export function campaign(count: number, seed: number): CampaignResult {
  const random = generator(seed);
  const history = historyOf(randomBars(seed, 400, START_MS), {
    leaderBars: randomBars(seed + 1, 400, START_MS),
  });
  const start = createDesk(DEFAULT_LIMITS);
  loadHistory(start, history);
  start.state.wasWarm = true;
  const bytes = snapshotDesk(start);
  let desk = restoreDesk(bytes);
  let decided = 0;
  const refused: Record<string, number> = {};
  const attempt = (act: () => void): void => {
    const before = random() < 0.02 ? stateHash(desk) : null;
    try {
      act();
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === 'internal') throw error;
      refused[error.leaf] = (refused[error.leaf] ?? 0) + 1;
      if (before !== null && stateHash(desk) !== before)
        throw new Error('a refusal changed something', { cause: error });
    }
  };
  for (let n = 0; n < count; n++) {
    if (n % 500 === 0) desk = restoreDesk(bytes);
    const kind = random();
    attempt(() => {
      if (kind < 0.8) {
        const look = lookAt(random, desk, n);
        const thrown = random() < 0.5 ? look : (damage(random, look) as Observation);
        const { decision } = observe(desk, thrown);
        assertFinite(decision, 'decision');
        assertFinite(decodeDecision(encodeDecision(decision)), 'decoded');
      } else if (kind < 0.98) {
        const intent = {
          id: idOf(n),
          timeMs: desk.state.timeMs,
          side: pick(random, [1, -1] as const),
          notionalUsdt: 1e7 * random(),
        };
        const thrown = (random() < 0.5 ? intent : damage(random, intent)) as typeof intent;
        const { decision } = intend(desk, thrown);
        assertFinite(decision, 'decision');
        encodeDecision(decision);
      } else {
        const part = historyOf(history.bars.slice(0, 20), { leaderBars: history.leaderBars.slice(0, 20) });
        loadHistory(random() < 0.5 ? desk : createDesk(DEFAULT_LIMITS), damage(random, part) as typeof part);
      }
      decided++;
    });
  }
  return { decided, refused };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [count = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
  const from = performance.now();
  const result = campaign(count, seed);
  const seconds = Math.round((performance.now() - from) / 1_000);
  console.log(JSON.stringify({ count, seed, seconds, ...result }));
}
