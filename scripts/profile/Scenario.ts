import { DEFAULT_LIMITS, encodeIntent, encodeLimits, encodeObservation } from '../../engine/src/index.ts';
import { AGENT, enrol, OWNER, WARM_UP, warm } from '../../canisters/risk/test/support/Cast.ts';
import { createMarket, idOf, lookOf, START_MS, wishOf } from '../../canisters/risk/test/support/Market.ts';
import { Risk } from '../../canisters/risk/test/support/Risk.ts';
import type { Profiler } from '../../localnet/src/profile/Profiler.ts';

const LOOKS = 13;

/** A little of everything that the risk canister does, every method at least once. */
export function playRisk(wasm: Uint8Array, profiler: Profiler): void {
  const risk = new Risk(wasm, START_MS, { profiler });
  const market = createMarket(WARM_UP + LOOKS + 1, 1);
  enrol(risk);
  risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 10 }), OWNER);
  warm(risk, market);
  for (let i = 0; i < LOOKS; i++) {
    risk.send('observe', encodeObservation(lookOf(market, WARM_UP + i)), AGENT);
    risk.send('observe', encodeObservation(lookOf(market, WARM_UP + i, { tick: true })), AGENT);
  }
  const timeMs = lookOf(market, WARM_UP + LOOKS - 1).timeMs + 2_000;
  risk.send('intent', encodeIntent(wishOf(timeMs, idOf(1e6))), AGENT);
  risk.head(OWNER, OWNER);
  risk.records(OWNER, OWNER, 0, 5);
  risk.grants(OWNER, OWNER);
  risk.buildInfo();
  risk.upgrade();
  risk.send('observe', encodeObservation(lookOf(market, WARM_UP + LOOKS)), AGENT);
}
