import {
  DEFAULT_LIMITS,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  encodeRevocation,
} from '@plimsoll/engine';
import { expect, it } from 'vitest';
import { AGENT, DAY_MS, OWNER, WARM_UP } from './support/Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

/**
 * Millions of instructions that each message may take: what was measured and about a fifth. A cycle each on a subnet of 13 nodes.
 */
const BUDGET: Readonly<Record<string, number>> = {
  init: 370,
  register: 62,
  set_limits: 11,
  grant: 10,
  load_history: 7_900,
  'observe, closed bar': 27.5,
  'observe, closed hour': 29,
  'observe, tick': 5,
  'observe, tick again': 3.2,
  'observe, record again': 10.2,
  'observe, malformed': 1.9,
  intent: 21.5,
  'head, query': 6.5,
  'records, query of 5': 18,
  'grants, query': 5,
  'build_info, query': 3.5,
  revoke: 9.6,
  upgrade: 370,
  'observe, first after an upgrade': 88,
};

it('every message keeps to its budget of instructions', async () => {
  const market = createMarket(WARM_UP + 13, 1);
  const risk = new Risk(await builtWasm(), START_MS);
  const spent: Record<string, number> = {};
  const note = (name: string): number => (spent[name] = Number(risk.instructions) / 1e6);
  note('init');
  const send = (
    name: string,
    method: Parameters<Risk['send']>[0],
    frame: Uint8Array,
    sender = AGENT,
  ): void => {
    risk.send(method, frame, sender);
    note(name);
  };
  send('register', 'register', encodeLimits(DEFAULT_LIMITS), OWNER);
  send('set_limits', 'set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 10 }), OWNER);
  send('grant', 'grant', encodeGrant({ agent: AGENT, expiresMs: START_MS + DAY_MS }), OWNER);
  send('load_history', 'load_history', encodeHistory(historyOf(market, WARM_UP)));
  const look = encodeObservation(lookOf(market, WARM_UP));
  send('observe, closed bar', 'observe', look);
  const tick = encodeObservation(lookOf(market, WARM_UP, { tick: true }));
  send('observe, tick', 'observe', tick);
  send('observe, tick again', 'observe', tick);
  send('observe, record again', 'observe', look);
  send('observe, malformed', 'observe', look.subarray(0, 100));
  send('intent', 'intent', encodeIntent(wishOf(lookOf(market, WARM_UP).timeMs + 2_000, idOf(1e6))));
  risk.head(OWNER, OWNER);
  note('head, query');
  expect(risk.records(OWNER, OWNER, 0, 5).length).toBe(5);
  note('records, query of 5');
  risk.grants(OWNER, OWNER);
  note('grants, query');
  risk.buildInfo();
  note('build_info, query');
  for (let i = 1; i < 12; i++) risk.send('observe', encodeObservation(lookOf(market, WARM_UP + i)), AGENT);
  note('observe, closed hour');
  risk.upgrade();
  note('upgrade');
  send('observe, first after an upgrade', 'observe', encodeObservation(lookOf(market, WARM_UP + 12)));
  send('revoke', 'revoke', encodeRevocation(AGENT), OWNER);
  expect(Object.keys(spent).sort()).toEqual(Object.keys(BUDGET).sort());
  const over = Object.entries(spent).filter(([name, millions]) => millions > BUDGET[name]!);
  expect(over, JSON.stringify(spent)).toEqual([]);
});
