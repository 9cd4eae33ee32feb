import { warningBit, type Decision, type Instrument, type Observation } from '@plimsoll/engine';
import { expect, test } from 'vitest';
import { EntryBars } from './EntryBars.ts';
import { LiquidationCheck } from './LiquidationCheck.ts';

/** Isolated long of 100 at 10 with 200 behind it: liquidated at (1000 − 200 − cum) / (100 × (1 − mmr)). */
const position = (
  side: 1 | 0,
  venueLiquidationPrice: number,
  quantity = 100 * side,
): Observation['position'] =>
  ({
    side,
    quantity,
    entryPrice: 10,
    walletUsdt: 200,
    venueLiquidationPrice,
  }) as Observation['position'];

const instrumentOf = (mmr: number): Instrument =>
  ({ tiers: [{ floor: 0, cap: 1_000_000, mmr, cum: 0, maxLeverage: 20 }] }) as unknown as Instrument;

function checking(mmr: () => number) {
  const bars = new EntryBars();
  const said: string[] = [];
  const asked: string[] = [];
  const check = new LiquidationCheck({
    bars,
    reconcile: () => asked.push('the venue'),
    venue: { instrument: () => Promise.resolve(instrumentOf(mmr())) },
    say: (severity, code) => said.push(`${severity} ${code}`),
  });
  const passed = (side: 1 | 0, theirs: number, disagrees: boolean, quantity?: number, rules = 1): boolean =>
    check.passed({
      observation: {
        position: position(side, theirs, quantity),
        markPrice: 10,
        instrumentHash: rules,
      } as Observation,
      decision: { warnings: disagrees ? warningBit('liquidation-disagrees') : 0 } as Decision,
    });
  return { check, bars, said, asked, passed };
}

test('a disagreement bars entries until a held position agrees', async () => {
  const { check, bars, said, passed } = checking(() => 0.01);
  passed(1, 9, true);
  expect(bars.has('liquidation-disagrees')).toBe(true);
  await check.lookAgain(false);
  expect(bars.has('liquidation-disagrees')).toBe(true);
  passed(1, 8.08, false);
  expect(bars.has('liquidation-disagrees')).toBe(false);
  expect(said).toEqual(['alarm liquidation-disagrees']);
});

test('a new disagreement has the venue’s rules asked for anew and looked at again at once, and only once', () => {
  const { asked, passed } = checking(() => 0.01);
  expect(passed(1, 8.08, false)).toBe(false);
  expect(passed(1, 9, true)).toBe(true);
  expect([passed(1, 9, true), passed(1, 9, true)]).toEqual([false, false]);
  expect(passed(1, 8.08, false)).toBe(false);
  expect(passed(1, 9, true)).toBe(true);
  expect(asked).toEqual(['the venue', 'the venue']);
});

test('once flat, what was found is computed again with the tiers of then, and bars until that agrees', async () => {
  let mmr = 0.01;
  const { check, bars, said, passed } = checking(() => mmr);
  // By tiers of 10 % it lies at 8.89, by those of 1 % at 8.08.
  passed(1, 8.89, true);
  passed(0, 0, false);
  expect(bars.has('liquidation-disagrees')).toBe(true);
  await check.lookAgain(true);
  expect(bars.has('liquidation-disagrees')).toBe(true);
  mmr = 0.1;
  await check.lookAgain(true);
  expect(bars.has('liquidation-disagrees')).toBe(false);
  expect(said).toEqual(['alarm liquidation-disagrees', 'info liquidation-agrees']);
  // What is settled is not asked for again.
  mmr = 0.01;
  await check.lookAgain(true);
  expect(bars.has('liquidation-disagrees')).toBe(false);
});

test('a difference at the end of a position that had agreed is one of time, and lifted once it is gone', async () => {
  const { check, bars, said, passed } = checking(() => 0.01);
  passed(1, 8.08, false);
  // Half of it was sold, and the venue's price is still that of the whole.
  passed(1, 8.08, true, 50);
  await check.lookAgain(false);
  expect(bars.has('liquidation-disagrees')).toBe(true);
  await check.lookAgain(true);
  expect(bars.has('liquidation-disagrees')).toBe(false);
  expect(said).toEqual(['alarm liquidation-disagrees', 'info liquidation-agrees']);
});

test.each([
  ['a larger position', 8.08, 200, 1],
  ['other rules', 8.08, 50, 2],
  ['a price that was not told', 0, 50, 1],
])('nothing is taken for proven by %s', async (_, agreed, quantity, rules) => {
  const { check, bars, passed } = checking(() => 0.01);
  passed(1, agreed, false);
  passed(1, 8.89, true, quantity, rules);
  await check.lookAgain(true);
  expect(bars.has('liquidation-disagrees')).toBe(true);
});
