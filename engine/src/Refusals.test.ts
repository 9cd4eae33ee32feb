import { describe, expect, test } from 'vitest';
import {
  assertHistory,
  assertPosition,
  BAR_MS,
  bindingFactor,
  decodeHistory,
  decodeIntent,
  decodeObservation,
  encodeHistory,
  encodeIntent,
  encodeObservation,
  intend,
  loadHistory,
  observe,
  setLimits,
  assertLimits,
  DEFAULT_LIMITS,
  type Limits,
  type Observation,
} from './index.ts';
import { getF32, getF64, getText, putF64, putRate, putText, putU8, reader, writer } from './codec/Bytes.ts';
import { decimalsFor, scaleOf, WIDE } from './codec/Decimals.ts';
import { historyOf, idOf, INSTRUMENT, longPosition, observationOf, START_MS } from '../test/market.ts';
import { after, PLAY_MS, plainBars, plainDesk, played, refusal } from '../test/Stage.ts';

const field = (act: () => unknown): string => refusal(act).field;
const leaf = (act: () => unknown): string => refusal(act).leaf;
const mark = played(0).open;

describe('an observation out of its domain', () => {
  const seen = (changes: Partial<Observation>): (() => unknown) => {
    return () => observe(plainDesk(), observationOf(2, [], PLAY_MS, mark, changes));
  };
  const position = longPosition(10, mark, 3, PLAY_MS);

  test.each([
    ['timeMs', { timeMs: -1 }],
    ['timeMs', { timeMs: 0.5 }],
    ['markPrice', { markPrice: 0 }],
    ['markPrice', { markPrice: 2 ** 25 }],
    ['account.equityUsdt', { account: { equityUsdt: Number.NaN } }],
    ['funding.rate', { funding: { timeMs: PLAY_MS, rate: 0.1, intervalHours: 8 } }],
    ['funding.intervalHours', { funding: { timeMs: PLAY_MS, rate: 0, intervalHours: 3 } }],
    ['funding.timeMs', { funding: { timeMs: 9e15, rate: 0, intervalHours: 8 } }],
    ['position.side', { position: { ...position, side: 2 as 1 } }],
    ['position.quantity', { position: { ...position, quantity: 0 } }],
    ['position.entryPrice', { position: { ...position, entryPrice: 0 } }],
    ['restingStopPrice', { restingStopPrice: -1 }],
    ['restingStopQuantity', { restingStopQuantity: Infinity }],
    ['openInterest', { openInterest: 0.5 }],
    ['longPrintsUsdt', { longPrintsUsdt: -1 }],
    ['shortPrintsUsdt', { shortPrintsUsdt: 0.5, bars: [played(0)], timeMs: PLAY_MS + BAR_MS }],
    ['printsUsdt', { longPrintsUsdt: 5 }],
    ['id', { id: idOf(1).slice(1) }],
    ['bars', { bars: plainBars.slice(0, 13) }],
    ['leaderBars', { leaderBars: plainBars.slice(0, 13) }],
    ['settlements', { settlements: Array.from({ length: 13 }, () => ({ timeMs: 0, rate: 0 })) }],
    ['instrument.symbol', { instrument: { ...INSTRUMENT, symbol: 'BTCUSDT' } }],
    ['instrument.quantityStep', { instrument: { ...INSTRUMENT, quantityStep: 0 } }],
    ['instrument.tickNumerator', { instrument: { ...INSTRUMENT, tickNumerator: 0.5 } }],
    ['instrument.takerFee', { instrument: { ...INSTRUMENT, takerFee: 0.01 } }],
  ] as [string, Partial<Observation>][])('names %s', (name, changes) => {
    expect(field(seen(changes))).toBe(name);
  });

  test('worth more than a frame can carry names the position', () => {
    expect(field(() => assertPosition({ ...position, quantity: 60_000_000 }, 100))).toMatch(/^position/);
    expect(() => assertPosition({ ...position, side: 0 as 1 }, 10)).not.toThrow();
  });

  test('as a frame: cut, longer than any, or with a byte too many', () => {
    const bytes = encodeObservation(observationOf(2, [], PLAY_MS, mark, { position }));
    expect(leaf(() => decodeObservation(bytes.slice(0, 79)))).toBe('frame-truncated');
    expect(leaf(() => decodeObservation(bytes.slice(0, 100)))).toBe('frame-truncated');
    expect(leaf(() => decodeObservation(Uint8Array.from([...bytes, 0])))).toBe('frame-trailing');
    const long = new Uint8Array(100_000);
    long.set(bytes);
    expect(leaf(() => decodeObservation(long))).toBe('oversized');
    const other = bytes.slice();
    other[0] = 2;
    expect(leaf(() => decodeObservation(other))).toBe('frame-version');
    expect(leaf(() => decodeObservation(new Uint8Array(0)))).toBe('frame-version');
    // An amount beyond 2^26 units: the mark's highest byte.
    const dear = bytes.slice();
    dear[39] = 0x7f;
    expect(field(() => decodeObservation(dear))).toBe('markPrice');
    const late = bytes.slice();
    late[31] = 0x7f;
    expect(field(() => decodeObservation(late))).toBe('timeMs');
  });

  test('with an instrument that its hash does not fit is refused', () => {
    const bytes = encodeObservation(
      observationOf(2, [], PLAY_MS, mark, { instrument: INSTRUMENT, instrumentHash: 5 }),
    );
    expect(field(() => decodeObservation(bytes))).toBe('instrumentHash');
  });
});

describe('a history out of its domain', () => {
  test('names what is too much, too short or out of order', () => {
    const bars = plainBars.slice(0, 40);
    const many = Array.from({ length: 3_001 }, (_, i) => ({
      ...plainBars[0]!,
      timeMs: START_MS + i * BAR_MS,
    }));
    expect(field(() => assertHistory(historyOf(many)))).toBe('history.bars');
    expect(field(() => assertHistory(historyOf(bars, { leaderBars: many })))).toBe('history.leaderBars');
    expect(field(() => assertHistory(historyOf(bars, { accountHash: new Uint8Array(31) })))).toBe(
      'history.accountHash',
    );
    expect(field(() => loadHistory(plainDesk(), historyOf([])))).toBe('history.bars');
    const points = [
      { timeMs: START_MS, units: 5 },
      { timeMs: START_MS, units: 6 },
    ];
    expect(() => decodeHistory(encodeHistory(historyOf(bars, { openInterest: points })))).toThrow();
    const settlements = [{ timeMs: START_MS, rate: -0.0123 }];
    const read = decodeHistory(encodeHistory(historyOf(bars, { settlements })));
    expect(read.settlements).toEqual(settlements);
    expect(leaf(() => encodeHistory(historyOf(bars, { settlements: [{ timeMs: 0, rate: 30 }] })))).toBe(
      'out-of-domain',
    );
    const steep = [{ timeMs: START_MS, rate: 0.2 }];
    expect(field(() => decodeHistory(encodeHistory(historyOf(bars, { settlements: steep }))))).toMatch(
      /rate$/,
    );
    const odd = [{ ...bars[0]!, timeMs: bars[0]!.timeMs + 1 }];
    expect(field(() => encodeHistory(historyOf(odd)))).toMatch(/timeMs$/);
  });

  test('of an older time than the feed has names the bars that it wants', () => {
    const desk = plainDesk();
    expect(leaf(() => loadHistory(desk, historyOf(plainBars.slice(0, 300))))).toBe('out-of-order');
  });
});

describe('limits out of their domain', () => {
  const refused = (changes: Partial<Limits>): string =>
    field(() => assertLimits({ ...DEFAULT_LIMITS, ...changes }));

  test('name the field, the accounts and the names included', () => {
    expect(refused({ accountCapitalUsdt: [] })).toBe('limits.accountCapitalUsdt');
    expect(refused({ accountCapitalUsdt: DEFAULT_LIMITS.accountCapitalUsdt.map(() => -1) })).toBe(
      'limits.accountCapitalUsdt',
    );
    expect(refused({ venues: Array.from({ length: 9 }, (_, i) => `v${String(i)}`) })).toBe('limits.venues');
    expect(refused({ venues: ['two words'] })).toBe('limits.venues');
    expect(refused({ symbols: ['B', 'A'] })).toBe('limits.symbols');
    expect(refused({ symbols: ['A', 'A'] })).toBe('limits.symbols');
    expect(() => setLimits(plainDesk(), { ...DEFAULT_LIMITS, maxLeverage: 0 })).toThrow('maxLeverage');
  });
});

describe('a wish out of its domain', () => {
  test('names the field, in the desk and in its frame', () => {
    const wish = { id: idOf(1), timeMs: PLAY_MS, side: 1, notionalUsdt: 100 } as const;
    const refused = (changes: object): string => field(() => intend(plainDesk(), { ...wish, ...changes }));
    expect(refused({ id: new Uint8Array(3) })).toBe('id');
    expect(refused({ side: 0 })).toBe('side');
    expect(refused({ notionalUsdt: 0 })).toBe('notionalUsdt');
    expect(refused({ timeMs: -1 })).toBe('timeMs');
    const bytes = encodeIntent(wish);
    bytes[18] = 16;
    expect(field(() => decodeIntent(bytes))).toBe('account');
  });
});

describe('the codec', () => {
  test('refuses numbers and texts that no frame has', () => {
    const doubles = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);
    expect(field(() => getF64(reader(doubles(Number.NaN)), 'value'))).toBe('value');
    expect(field(() => getF64(reader(doubles(-Infinity)), 'value'))).toBe('value');
    expect(getF64(reader(doubles(Infinity)), 'value')).toBe(Infinity);
    const single = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer);
    expect(field(() => getF32(reader(single(-1)), 'volume'))).toBe('volume');
    expect(field(() => getText(reader(Uint8Array.of(1, 7)), 'name'))).toBe('name');
    expect(field(() => putRate(writer(4), 22, 'rate'))).toBe('rate');
    expect(field(() => putF64(writer(8), Number.NaN, 'value'))).toBe('value');
    const w = writer(1);
    putU8(w, 1);
    putText(w, 'grows', 'name');
    expect(w.at).toBe(7);
  });

  test('gives a series the fewest decimals that hold it, and the wide form what none hold', () => {
    expect(decimalsFor([1, 2])).toBe(0);
    expect(decimalsFor([1.25, 2])).toBe(2);
    expect(decimalsFor([0.00000001])).toBe(8);
    expect(decimalsFor([60_000_000.5])).toBe(1);
    expect(decimalsFor([43.00000001])).toBe(WIDE);
    expect(decimalsFor([-1])).toBe(WIDE);
    expect(scaleOf(WIDE, 'decimals')).toBe(1e8);
    expect(field(() => scaleOf(9, 'decimals'))).toBe('decimals');
  });

  test('carries prices of nine digits in the wide form', () => {
    const bar = { ...played(0), open: 43.00000001, high: 44, low: 43, close: 43.5 };
    const bytes = encodeObservation(observationOf(2, [bar], PLAY_MS + BAR_MS, 43.5, { leaderBars: [bar] }));
    const read = decodeObservation(bytes);
    expect(read.bars[0]).toMatchObject({ open: 43.00000001, high: 44, low: 43, close: 43.5 });
    const history = encodeHistory(historyOf([bar], { leaderBars: [{ ...bar, close: 43.00000001 }] }));
    expect(decodeHistory(history).leaderBars[0]!.close).toBe(43.00000001);
  });
});

test('what bound is asked of a decision on record, not of a tick’s answer', () => {
  const desk = plainDesk();
  expect(bindingFactor(observe(desk, after(0)).decision)).toBeTypeOf('string');
  const tick = observe(desk, observationOf(9, [], PLAY_MS + BAR_MS, played(0).close)).decision;
  expect(field(() => bindingFactor(tick))).toBe('decision.table');
});
