import {
  DEFAULT_LIMITS,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  encodeRevocation,
} from '@plimsoll/engine';
import { AGENT, DAY_MS, OWNER, WARM_UP } from './Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS, wishOf } from './Market.ts';
import { Risk } from './Risk.ts';

/** Millions of instructions by kind of message. */
export type Costs = Record<string, number>;

/** One life of one owner; every kind of message once. */
export function measureCosts(wasm: Uint8Array): Costs {
  const market = createMarket(WARM_UP + 16, 1);
  const costs: Costs = {};
  const note = (name: string, instructions: bigint): void => {
    costs[name] = Math.round(Number(instructions) / 1e3) / 1e3;
  };
  const risk = new Risk(wasm, START_MS);
  note('init', risk.instructions);
  note('self-test', risk.selfTestInstructions);
  note('all that follows the installation', risk.bootInstructions);
  const send = (name: string, ...call: Parameters<Risk['send']>): void => {
    risk.send(...call);
    note(name, risk.instructions);
  };
  const look = (index: number): Uint8Array => encodeObservation(lookOf(market, index));
  send('register', 'register', encodeLimits(DEFAULT_LIMITS), OWNER);
  send('set_limits', 'set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 10 }), OWNER);
  send('grant', 'grant', encodeGrant({ agent: AGENT, expiresMs: START_MS + DAY_MS }), OWNER);
  send('load_history', 'load_history', encodeHistory(historyOf(market, WARM_UP)), AGENT);
  // The first look fills caches.
  risk.send('observe', look(WARM_UP), AGENT);
  send('observe, closed bar', 'observe', look(WARM_UP + 1), AGENT);
  const tick = encodeObservation(lookOf(market, WARM_UP + 1, { tick: true }));
  send('observe, tick', 'observe', tick, AGENT);
  send('observe, tick again', 'observe', tick, AGENT);
  send('observe, record again', 'observe', look(WARM_UP + 1), AGENT);
  send('observe, malformed', 'observe', look(WARM_UP).subarray(0, 100), AGENT);
  const wish = wishOf(lookOf(market, WARM_UP + 1).timeMs + 2_000, idOf(1e6));
  send('intent', 'intent', encodeIntent(wish), AGENT);
  risk.head(OWNER, OWNER);
  note('head, warm', risk.instructions);
  risk.page(OWNER, OWNER, 4, 5);
  note('records, 5', risk.instructions);
  risk.grants(OWNER, OWNER);
  note('grants', risk.instructions);
  risk.buildInfo();
  note('build_info', risk.instructions);
  for (let i = 2; i < 12; i++) risk.send('observe', look(WARM_UP + i), AGENT);
  note('observe, closed hour', risk.instructions);
  risk.upgrade();
  note('upgrade', risk.instructions);
  note('self-test after an upgrade', risk.selfTestInstructions);
  risk.head(OWNER, OWNER);
  note('head, cold', risk.instructions);
  send('observe, first after an upgrade', 'observe', look(WARM_UP + 12), AGENT);
  send('revoke', 'revoke', encodeRevocation(AGENT), OWNER);
  return costs;
}
