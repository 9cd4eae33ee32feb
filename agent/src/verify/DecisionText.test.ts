import { tableOf } from '@plimsoll/engine';
import { expect, test } from 'vitest';
import { decisionOf, planOf } from '../execute/testing/Decisions.ts';
import { decisionLines } from './DecisionText.ts';

const pricesIn = (lines: readonly string[]): string[] =>
  lines
    .flatMap((line) => [
      ...line.matchAll(/(?:mark|stop|liquidation|trigger,|at) (\d[\d.]*)(?!\S*x|[\dT:-]*Z)(?= |,|;|$)/g),
    ])
    .map(([, price]) => price ?? '');

test('prices are told with as many decimals as the finest of them on the grid', () => {
  const fine = decisionOf({
    markPrice: 10.1,
    liquidationEffective: 8.12345,
    plan: planOf({ stopPrice: 9.501, takeProfits: [{ price: 10.75, quantity: 30 }] }),
  });
  const lines = decisionLines(fine);
  expect(lines[0]).toContain('mark 10.100 at ');
  expect(lines).toContain('stop 9.501');
  expect(lines.join('\n')).toContain('liquidation 8.123 with the fee in the trigger, 8.100 as the venue');
  expect(lines.join('\n')).toContain('take profit 30 at 10.750;');
  const prices = pricesIn(lines);
  expect(prices.length).toBeGreaterThanOrEqual(6);
  for (const price of prices) expect(price).toMatch(/^\d+\.\d{3}$/);
});

test('where every price on the grid is round, a mark still has four figures', () => {
  const told = (markPrice: number): string =>
    decisionLines(decisionOf({ plan: null, stopPrice: 0, markPrice })).join('\n');
  expect(told(5.1234)).toContain('mark 5.123 ');
  expect(told(0.051234)).toContain('mark 0.05123 ');
  expect(told(61_234.5)).toContain('mark 61235 ');
});

test('what there is none of is told as none, not as a price of 0', () => {
  expect(decisionLines(decisionOf({ plan: null, stopPrice: 0 }))).toContain('stop none');
});

test('a factor is told where it takes something off that can be seen', () => {
  const sized = (factor: number): string => {
    const table = tableOf(decisionOf());
    const constraints = { ...table.constraints, factors: table.constraints.factors.map(() => factor) };
    return decisionLines(decisionOf({ table: { ...table, constraints } }))[2] ?? '';
  };
  expect(sized(0.5)).toMatch(/^size at most 900\.00 USDT \(bound by \w+, times 0\.5 by F_\w+\)/);
  expect(sized(1 - 1e-12)).toMatch(/^size at most 900\.00 USDT \(bound by \w+\)/);
});
