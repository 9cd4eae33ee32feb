import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeAnswer,
  decodeDecision,
  decodeGrant,
  decodeHistory,
  decodeIntent,
  decodeLimits,
  decodeObservation,
  decodeRecord,
  DEFAULT_LIMITS,
  encodeAnswer,
  decodeEssence,
  encodeDecision,
  encodeEssence,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  encodeRecord,
  EngineError,
  instrumentHash,
  intend,
  checkpointInput,
  createDesk,
  loadHistory,
  isNowhereLooser,
  observe,
  WARM_UP_BARS,
  BAR_MS,
  quarterKelly,
  type Decision,
  type Limits,
} from './index.ts';
import { parseFrame, readTables } from '../test/FrameTables.ts';
import { FULL_LIMITS, KEEPER_FRAMES } from '../test/KeeperFrames.ts';
import {
  historyOf,
  idOf,
  INSTRUMENT,
  longPosition,
  observationOf,
  randomBars,
  START_MS,
} from '../test/market.ts';

const bars = randomBars(3, 40, START_MS);
const venue = {
  ...INSTRUMENT,
  crowd: [
    { leverage: 10, weight: 0.75 },
    { leverage: 50, weight: 0.25 },
  ],
  margin: { maintenance: 'tiered', basis: 'entry', triggerFee: 0.0006 } as const,
};
const seen = observationOf(5, bars.slice(0, 12), START_MS + 12 * BAR_MS, 10, {
  instrumentHash: instrumentHash(venue),
  instrument: venue,
  leaderBars: bars.slice(0, 3),
  settlements: [{ timeMs: START_MS, rate: -0.000123 }],
  position: longPosition(12, 9.9, 4, START_MS),
  restingStopPrice: 9.5,
  restingStopQuantity: 12,
  openInterest: 4_000_000,
  book: {
    bids: [
      { price: 9.99, size: 100 },
      { price: 9.98, size: 250.5 },
    ],
    asks: [{ price: 10.01, size: 75 }],
  },
  longPrintsUsdt: 1_234,
  shortPrintsUsdt: 5,
});

function wished(): Decision {
  const desk = createDesk(DEFAULT_LIMITS);
  const warm = randomBars(4, WARM_UP_BARS, START_MS);
  loadHistory(desk, historyOf(warm));
  const timeMs = START_MS + WARM_UP_BARS * BAR_MS;
  observe(desk, observationOf(1, [], timeMs, warm.at(-1)!.close));
  return intend(desk, { id: idOf(2), timeMs, side: 1, notionalUsdt: 1_000 }).decision;
}
const entered = wished();

const frames: readonly (readonly [
  string,
  Uint8Array,
  (frame: Uint8Array) => unknown,
  (value: never) => Uint8Array,
])[] = [
  ['limits', encodeLimits(FULL_LIMITS), decodeLimits, encodeLimits],
  ...KEEPER_FRAMES,
  [
    'history',
    encodeHistory(historyOf(bars, { leaderBars: bars, openInterest: [{ timeMs: START_MS, units: 5 }] })),
    decodeHistory,
    encodeHistory,
  ],
  ['observation', encodeObservation(seen), decodeObservation, encodeObservation],
  [
    'intent',
    encodeIntent({ id: idOf(1), timeMs: START_MS, side: -1, notionalUsdt: 250.5 }),
    decodeIntent,
    encodeIntent,
  ],
  ['grant', encodeGrant({ agent: idOf(7), expiresMs: START_MS }), decodeGrant, encodeGrant],
  ['decision', encodeDecision(entered), decodeDecision, encodeDecision],
  ['essence', encodeEssence(entered), decodeEssence, encodeEssence],
  [
    'record',
    encodeRecord({
      type: 'observation',
      owner: Uint8Array.of(1, 2, 3),
      sequence: 7,
      previousHead: new Uint8Array(32).fill(9),
      icTimeMs: START_MS,
      sinceCheckpoint: 5,
      limitsVersion: 2,
      engineVersion: 1,
      frameLength: 300,
      essence: Uint8Array.of(6, 7, 8),
      decision: Uint8Array.of(4, 5),
    }),
    decodeRecord,
    encodeRecord,
  ],
  [
    'answer',
    encodeAnswer({
      kind: 'tick',
      sequence: 3,
      head: new Uint8Array(32).fill(7),
      decision: Uint8Array.of(1),
    }),
    decodeAnswer,
    encodeAnswer,
  ],
];

/** The leaves that docs/frame.md and the decoded value name alike, at any depth. */
function shared(told: unknown, came: unknown, path = ''): [string, unknown, unknown][] {
  if (typeof told !== 'object' || told === null) return [[path, told, came]];
  if (typeof came !== 'object' || came === null) return [];
  return Object.entries(told).flatMap(([field, value]) =>
    field in came ? shared(value, (came as Record<string, unknown>)[field], `${path}.${field}`) : [],
  );
}

/** Fields that frames carry as a number and values as a name. */
const NAMED = /\.(version|kind|type|action|reason|volatilityRegime|trendRegime)$/;

const tables = readTables();

describe.each(frames)('%s', (name, frame, decode, encode) => {
  test.skipIf(name === 'answer')('is laid out as docs/frame.md says', () => {
    const { fields, bytes } = parseFrame(tables, name, frame);
    expect(bytes).toBe(frame.length);
    const value = decode(frame);
    const pairs = shared(fields, value).filter(([path]) => !NAMED.test(path));
    expect(pairs.length).toBeGreaterThan(0);
    for (const [field, told, came] of pairs) expect([field, told]).toEqual([field, came]);
  });

  test('decodes and encodes to the same bytes', () => {
    expect(encode(decode(frame) as never)).toEqual(frame);
  });

  test('cut short or followed by anything it is refused', () => {
    for (let length = 0; length < frame.length; length += length < 200 ? 1 : 97) {
      expect(() => decode(frame.slice(0, length))).toThrow(EngineError);
    }
    expect(() => decode(Uint8Array.from([...frame, 0]))).toThrow(EngineError);
  });

  test('with any byte changed it is refused as ours would be, or means exactly what it says', () => {
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = frame.slice();
        changed[at]! ^= flip;
        let value: unknown;
        try {
          value = decode(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError);
          return;
        }
        try {
          expect(encode(value as never)).toEqual(changed);
        } catch (error) {
          // Whatever has two spellings must read as the value that the canonical one has.
          if (error instanceof EngineError) return;
          expect(encode(decode(encode(value as never)) as never)).toEqual(encode(value as never));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('random bytes are refused with a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

test('a checkpoint is laid out as docs/frame.md says', () => {
  const parts = [
    { key: 255, length: 700, hash: new Uint8Array(32).fill(1) },
    { key: 33, length: 27_000, hash: new Uint8Array(32).fill(2) },
  ];
  const input = checkpointInput(parts);
  const { fields, bytes } = parseFrame(tables, 'checkpoint', input);
  expect(bytes).toBe(input.length);
  expect(fields['kind']).toBe(19);
  expect(shared(fields['parts'], parts)).toHaveLength(2 * (2 + 32));
  for (const [field, told, came] of shared(fields['parts'], parts))
    expect([field, told]).toEqual([field, came]);
});

describe('limits', () => {
  const direction = {
    maxLeverage: -1,
    riskPerTrade: -0.001,
    capitalUsdt: -1,
    maxNotionalUsdt: -1,
    unattendedHours: 1,
    longestHoldHours: -1,
    shockReduceFraction: 0.1,
    maxLossUsdt: -1,
    portfolioBudget: -0.01,
    fundingSensitivity: 1,
    clusterSensitivity: 1,
    leaderSensitivity: 1,
    drawdownBreaker: -0.01,
    dailyLossBreaker: -0.01,
    lossStreakBreaker: -1,
    coolDownHours: 1,
    looseningDelayHours: 1,
  } as const;

  test.each(Object.keys(direction) as (keyof typeof direction)[])(
    '%s: one way tightens, the other loosens',
    (field) => {
      const tighter = { ...DEFAULT_LIMITS, [field]: DEFAULT_LIMITS[field] + direction[field] };
      expect(isNowhereLooser(DEFAULT_LIMITS, tighter)).toBe(true);
      expect(isNowhereLooser(tighter, DEFAULT_LIMITS)).toBe(false);
      expect(isNowhereLooser(tighter, tighter)).toBe(true);
    },
  );

  test.each([
    ['kTrend', 3],
    ['kChop', 3],
    ['firstTargetR', 2],
    ['secondTargetR', 4],
  ] as const)('%s: any change loosens', (field, value) => {
    const changed = { ...DEFAULT_LIMITS, [field]: value };
    expect(isNowhereLooser(DEFAULT_LIMITS, changed)).toBe(false);
    expect(isNowhereLooser(changed, DEFAULT_LIMITS)).toBe(false);
  });

  test('a record of trades tightens when it leaves less to risk, and any other change of it loosens', () => {
    const record = (kellyWins: number, kellyTrades: number): Limits => ({
      ...DEFAULT_LIMITS,
      kellyWins,
      kellyTrades,
      kellyPayoff: kellyTrades > 0 ? 1.2 : 0,
    });
    const none = record(0, 0);
    const good = record(60, 100);
    const bad = record(30, 100);
    expect(quarterKelly(none)).toBe(Infinity);
    expect(quarterKelly(bad)).toBe(0);
    expect(isNowhereLooser(none, good)).toBe(true);
    expect(isNowhereLooser(good, bad)).toBe(true);
    expect(isNowhereLooser(bad, good)).toBe(false);
    expect(isNowhereLooser(good, none)).toBe(false);
    expect(isNowhereLooser(bad, record(31, 100))).toBe(false);
  });

  test('a record must add up', () => {
    const refuse =
      (changes: Partial<Limits>): unknown =>
      () =>
        encodeLimits({ ...DEFAULT_LIMITS, ...changes });
    expect(refuse({ kellyWins: 3, kellyTrades: 2, kellyPayoff: 1 })).toThrow('limits.kellyWins');
    expect(refuse({ kellyTrades: 2 })).toThrow('limits.kellyPayoff');
    expect(refuse({ kellyPayoff: 2 })).toThrow('limits.kellyPayoff');
  });

  test.each([
    ['maxLeverage', 21],
    ['shockReduceFraction', 1.1],
    ['kTrend', 1],
    ['kChop', 5.5],
    ['maxLeverage', 2.5],
    ['riskPerTrade', 0.011],
    ['unattendedHours', 3],
    ['longestHoldHours', 337],
    ['capitalUsdt', -1],
    ['maxNotionalUsdt', Number.NaN],
  ] as const)('%s of %d is refused by name', (field, value) => {
    expect(() => encodeLimits({ ...DEFAULT_LIMITS, [field]: value })).toThrow(`limits.${field}`);
  });
});
