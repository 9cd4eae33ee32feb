import fc from 'fast-check';
import { expect, test } from 'vitest';
import { real, RUNS, side, tiers } from '../test/Arbitrary.ts';
import { INSTRUMENT } from '../test/market.ts';
import { TOUCH_PROBABILITY } from './Feed.ts';
import { isLiquidationFar, liquidationFan, liquidationsOf, marginToAdd } from './Liquidations.ts';
import { createWaters } from './Waters.ts';
import { FAR_DEVIATIONS, mustClose, mustReduce } from './model/Action.ts';
import { touchProbability } from './model/FirstPassage.ts';

const HOURS = [1, 4, 8, 24] as const;
const rate = real(-0.003, 0.003);
/** Waters turned to a side, and a position in them: quantity, entry and wallet. */
const held = fc
  .record({
    side,
    table: tiers,
    markPrice: real(3, 8),
    sigmaSide: real(0.003, 0.08),
    fundingMean: rate,
    fundingNext: rate,
    fundingIntervalHours: fc.constantFrom(1, 2, 4, 8),
    hoursToFunding: real(0, 8),
    quantity: real(10, 50_000),
    backing: real(-0.05, 1.1),
    margin: fc.option(
      fc.record({
        maintenance: fc.constantFrom('tiered', 'flat'),
        basis: fc.constantFrom('mark', 'entry'),
        triggerFee: real(0, 0.002),
      }),
      { nil: undefined },
    ),
  })
  .map(({ table, hoursToFunding, quantity, backing, margin, ...seen }) => ({
    waters: Object.assign(createWaters(), seen, {
      sigma: seen.sigmaSide,
      msToFunding: hoursToFunding * 3_600_000,
      instrument: { ...INSTRUMENT, tiers: table, ...(margin !== undefined && { margin }) },
    }),
    quantity,
    wallet: backing * quantity * 5,
  }));

test('where liquidation is said to be far, no horizon of the fan comes near to what is acted upon', () => {
  let far = 0;
  let near = 0;
  fc.assert(
    fc.property(held, fc.constantFrom(8, 24), ({ waters, quantity, wallet }, longest) => {
      const { effective } = liquidationsOf(waters, quantity, 5, wallet);
      const isFar = isLiquidationFar(waters, quantity, wallet, longest, effective);
      const rows = liquidationFan(waters, quantity, 5, wallet, HOURS, effective);
      const worst = Math.max(...rows.filter(({ hours }) => hours <= longest).map(({ pTouch }) => pTouch));
      if (worst <= touchProbability(FAR_DEVIATIONS)) far += isFar ? 1 : 0;
      else near++;
      expect(isFar && worst > touchProbability(FAR_DEVIATIONS)).toBe(false);
    }),
    RUNS,
  );
  // Both kinds came, and the test finds most of what is far.
  expect(near).toBeGreaterThan(RUNS.numRuns / 10);
  expect(far).toBeGreaterThan(RUNS.numRuns / 10);
});

test('a short whose funding moves its liquidation price below nothing is not far from it', () => {
  const waters = Object.assign(createWaters(), {
    ...{ side: -1, markPrice: 10, sigma: 0.01, sigmaSide: 0.01, instrument: INSTRUMENT },
    ...{ fundingMean: -0.0999, fundingNext: -0.0999, fundingIntervalHours: 1, msToFunding: 3_600_000 },
  });
  const { effective } = liquidationsOf(waters, 1_000, 0.1, 23_981);
  expect(isLiquidationFar(waters, 1_000, 23_981, 24, effective)).toBe(false);
});

test('with the margin that is to be added liquidation is touched within 8 h with less than 0.5 %, or with none needed', () => {
  let asked = 0;
  let spent = 0;
  fc.assert(
    fc.property(held, ({ waters, quantity, wallet }) => {
      const fanOf = (behind: number) =>
        liquidationFan(
          waters,
          quantity,
          5,
          behind,
          HOURS,
          liquidationsOf(waters, quantity, 5, behind).effective,
        );
      const add = marginToAdd(waters, quantity, 5, wallet, fanOf(wallet));
      if (add > 0) asked++;
      if (add > 0 && wallet < 0) spent++;
      const touch = fanOf(wallet + add).find(({ hours }) => hours === 8)!.pTouch;
      expect(touch).toBeLessThanOrEqual(TOUCH_PROBABILITY * (1 + 1e-6));
    }),
    RUNS,
  );
  expect(asked).toBeGreaterThan(RUNS.numRuns / 10);
  expect(spent).toBeGreaterThan(0);
});

test('what is touched with the probability of far is neither closed nor reduced for it', () => {
  const touch = touchProbability(FAR_DEVIATIONS);
  expect(mustClose(touch, touch)).toBe(false);
  expect(mustReduce(touch, touch, TOUCH_PROBABILITY, 0, Infinity)).toBe(false);
  // And not far beyond: a tenth of a deviation nearer something is.
  const nearer = touchProbability(FAR_DEVIATIONS - 0.1);
  expect(mustClose(nearer, nearer)).toBe(true);
});
