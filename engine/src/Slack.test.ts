import { expect, test } from 'vitest';
import { bindingLeverage, bindingNotional, intend, observe, slackOfConstraints, tableOf } from './index.ts';
import { idOf, observationOf } from '../test/market.ts';
import { PLAY_MS, plainDesk, played } from '../test/Stage.ts';

test('every constraint has its slack, what binds comes first with 1, what does not apply last', () => {
  const desk = plainDesk();
  const wished = { id: idOf(3), timeMs: desk.state.timeMs, side: 1, notionalUsdt: 1_000 } as const;
  const { decision } = intend(desk, wished);
  const { leverage, notional, factors } = slackOfConstraints(decision);
  expect([leverage.length, notional.length, factors.length]).toEqual([8, 9, 3]);
  expect(leverage[0]).toMatchObject({ constraint: bindingLeverage(decision), slack: 1 });
  expect(notional[0]).toMatchObject({ constraint: bindingNotional(decision), slack: 1 });
  for (const rows of [leverage, notional, factors]) {
    rows.forEach(({ value, slack }, i) => {
      expect(slack).toBeGreaterThanOrEqual(i === 0 ? 1 : rows[i - 1]!.slack);
      if (slack < Infinity) expect(slack * rows[0]!.value).toBeCloseTo(value, 9);
    });
  }
  expect(notional.find(({ constraint }) => constraint === 'N_OI')).toMatchObject({ slack: Infinity });
  const { constraints } = tableOf(decision);
  expect(leverage.map(({ value }) => value).sort()).toEqual([...constraints.leverage].sort());
});

test('the answer to a tick has no table to tell it of', () => {
  const desk = plainDesk();
  observe(desk, observationOf(4, [], PLAY_MS, played(0).open, { onRecord: true }));
  const { decision } = observe(desk, observationOf(5, [], PLAY_MS, played(0).open));
  expect(() => slackOfConstraints(decision)).toThrow('on record');
});
