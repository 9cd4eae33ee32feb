import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bandsOf, ladderOf, middleOf, slipsOf, spreadOf, type Book } from './Book.ts';
import type { Figure, VenueReading } from './Reading.ts';
import { scoresOf, type Trade } from './Score.ts';

const figure = (value: number | null): Figure => ({ value, source: 'test', readMs: 1 });
const price = fc.integer({ min: 1_000, max: 9_000 }).map((ticks) => ticks / 1_000);
const size = fc.double({ min: 0.1, max: 1e5, noNaN: true });
/** A book around a price: steps outwards on both sides. */
const book: fc.Arbitrary<Book> = fc
  .record({
    mid: price,
    bids: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), size), { minLength: 1, maxLength: 40 }),
    asks: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), size), { minLength: 1, maxLength: 40 }),
  })
  .map(({ mid, bids, asks }) => {
    const side = (sign: number, steps: readonly (readonly [number, number])[]) => {
      let at = mid;
      const rows: number[][] = [];
      for (const [step, quantity] of steps) {
        at += (sign * step * mid) / 10_000;
        rows.push([at, quantity]);
      }
      return ladderOf(rows, 1);
    };
    return { bids: side(-1, bids), asks: side(1, asks) };
  });

test('a wider band holds at least as much, and all bands no more than the book', () => {
  fc.assert(
    fc.property(book, (made) => {
      const mid = middleOf(made)!;
      const bands = bandsOf(made, mid, figure);
      const whole = (levels: Float64Array) => {
        let sum = 0;
        for (let i = 0; i < levels.length; i += 2) sum += levels[i]! * levels[i + 1]!;
        return sum;
      };
      for (let i = 1; i < bands.length; i++) {
        expect(bands[i]!.bids.value!).toBeGreaterThanOrEqual(bands[i - 1]!.bids.value!);
        expect(bands[i]!.asks.value!).toBeGreaterThanOrEqual(bands[i - 1]!.asks.value!);
      }
      expect(bands.at(-1)!.bids.value!).toBeLessThanOrEqual(whole(made.bids.levels) * (1 + 1e-12));
      expect(spreadOf(made, mid)).toBeGreaterThan(0);
    }),
  );
});

test('slippage is at least half the spread, grows with size, and leaving through half the book costs no less', () => {
  fc.assert(
    fc.property(
      book,
      fc.constantFrom(1, -1),
      fc.double({ min: 1, max: 1e5, noNaN: true }),
      (made, side, notional) => {
        const mid = middleOf(made)!;
        const small = slipsOf(made, mid, side, notional);
        const large = slipsOf(made, mid, side, 2 * notional);
        const half = spreadOf(made, mid) / 2 - 1e-12;
        if (small.entry !== null) expect(small.entry).toBeGreaterThanOrEqual(half);
        if (large.entry !== null) expect(large.entry).toBeGreaterThanOrEqual(small.entry! - 1e-12);
        // Through half of the book is as twice the size through all of it.
        const mirrored = slipsOf(made, mid, -side, 2 * notional).entry;
        if (small.exit === null || mirrored === null) expect(small.exit).toBe(mirrored);
        else expect(small.exit).toBeCloseTo(mirrored, 9);
      },
    ),
  );
});

test('sizes counted in contracts are base units times their size', () => {
  expect([
    ...ladderOf(
      [
        [5, 30],
        [5.1, 0],
        [Number.NaN, 1],
      ],
      0.1,
    ).levels,
  ]).toEqual([5, 3]);
});

const fraction = fc.option(fc.double({ min: -0.01, max: 0.01, noNaN: true }), { freq: 8 });
const flag = fc.constantFrom(true, true, true, false, null);
const reading: fc.Arbitrary<VenueReading> = fc.record({
  venue: fc.string({ minLength: 1, maxLength: 6 }),
  outcome: fc.constant('read' as const),
  symbol: fc.constant('ICP/USDT:USDT'),
  adapter: fc.constant('none' as const),
  midPrice: fc.constant(figure(5)),
  spread: fc.constant(figure(0.001)),
  depth: fc.constant([]),
  entrySlip: fraction.map(figure),
  exitSlip: fraction.map(figure),
  takerFee: fraction.map(figure),
  makerFee: fraction.map(figure),
  fundingRate: fraction.map(figure),
  fundingHours: fc.constantFrom(1, 4, 8, null).map(figure),
  openInterestUsdt: fc.constantFrom(null, 1e5, 1e8).map(figure),
  latencyMs: fc.constant(figure(5)),
  protection: fc.record({
    stopMarket: flag,
    byMark: flag,
    reduceOnly: flag,
    takeProfit: flag,
    attached: flag,
    trailing: flag,
  }),
});
const readings = fc.uniqueArray(reading, { selector: ({ venue }) => venue, maxLength: 8 });
const trade: fc.Arbitrary<Trade> = fc.record({
  side: fc.constantFrom(1 as const, -1 as const),
  notionalUsdt: fc.double({ min: 1, max: 1e6, noNaN: true }),
  holdHours: fc.integer({ min: 1, max: 336 }),
});

test('a score is the sum of the parts it names, or names what is missing', () => {
  fc.assert(
    fc.property(readings, trade, (given, wanted) => {
      for (const { costBp, costUsdt, parts, missing } of scoresOf(given, wanted)) {
        expect(costBp === null).toBe(missing.length > 0);
        if (costBp === null) continue;
        const sum = parts.reduce((total, part) => total + part.fraction, 0);
        expect(costBp).toBeCloseTo(sum * 10_000, 9);
        expect(costUsdt).toBeCloseTo(sum * wanted.notionalUsdt, 6);
        expect(parts.map(({ name }) => name)).toEqual(['entry slippage', 'exit slippage', 'fees', 'funding']);
      }
    }),
  );
});

test('only a venue with mark-triggered stops is ranked, and ranks follow cost', () => {
  fc.assert(
    fc.property(readings, trade, (given, wanted) => {
      const scores = scoresOf(given, wanted);
      expect(scores.map(({ venue }) => venue).sort()).toEqual(given.map(({ venue }) => venue).sort());
      const ranked = scores.filter(({ rank }) => rank !== null);
      expect(ranked.map(({ rank }) => rank)).toEqual(ranked.map((_, i) => i + 1));
      for (let i = 1; i < ranked.length; i++) {
        expect(ranked[i]!.costBp!).toBeGreaterThanOrEqual(ranked[i - 1]!.costBp!);
      }
      for (const { venue } of ranked) {
        const { protection, openInterestUsdt } = given.find((each) => each.venue === venue)!;
        expect([protection.stopMarket, protection.byMark]).toEqual([true, true]);
        if (openInterestUsdt.value !== null) {
          expect(wanted.notionalUsdt).toBeLessThanOrEqual(0.005 * openInterestUsdt.value);
        }
      }
    }),
  );
});

test('funding is paid by one side and received by the other', () => {
  fc.assert(
    fc.property(reading, trade, (given, wanted) => {
      const fundingOf = (side: 1 | -1) =>
        scoresOf([given], { ...wanted, side })[0]!.parts.find(({ name }) => name === 'funding')?.fraction ??
        0;
      expect(fundingOf(1) + fundingOf(-1)).toBeCloseTo(0, 12);
    }),
  );
});
