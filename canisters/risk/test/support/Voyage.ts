import {
  BAR_MS,
  encodeIntent,
  encodeObservation,
  FLAT,
  type Decision,
  type Plan,
  type Position,
} from '@plimsoll/engine';
import { idOf, lookOf, wishOf, type Market } from './Market.ts';

/** Takes a frame and gives the decision on it. */
export type Decide = (method: 'observe' | 'intent', frame: Uint8Array, timeMs: number) => Decision;

const BARS_BETWEEN_WISHES = 17;

/**
 * A trader's life over the bars `from` to `to`: looks at every close, ticks between, wishes to enter, fills that follow
 * the plan, stops that are hit, and orders that follow the decisions. Decisions choose what happens next, so two
 * deciders that differ once differ ever after.
 */
export function sail(market: Market, from: number, to: number, decide: Decide): void {
  let position: Position = FLAT;
  let stopPrice = 0;
  for (let index = from; index < to; index++) {
    const bar = market.bars[index]!;
    const isStopped =
      position.side === 1 ? bar.low <= stopPrice : position.side === -1 && bar.high >= stopPrice;
    if (isStopped) position = FLAT;
    // A cent is paid in with every bar: where an account stands still, no trade counts as won.
    const equityUsdt = 10_000 + index / 100;
    const look = lookOf(market, index, {
      position,
      equityUsdt,
      ...(position.side !== 0 && { restingStopPrice: stopPrice }),
    });
    let decision = decide('observe', encodeObservation(look), look.timeMs);
    position = obey(position, decision);
    stopPrice = decision.stopPrice;
    if (index % 3 === 0) {
      const markPrice = index % 2 === 0 ? bar.high : bar.low;
      const told = { tick: true, position, equityUsdt, markPrice, restingStopPrice: stopPrice };
      const tick = lookOf(market, index, told);
      decision = decide('observe', encodeObservation(tick), tick.timeMs);
      position = obey(position, decision);
      stopPrice = decision.stopPrice;
    }
    if (position.side === 0 && index % BARS_BETWEEN_WISHES === 0) {
      const timeMs = bar.timeMs + BAR_MS + 2_000;
      const side = index % (2 * BARS_BETWEEN_WISHES) === 0 ? 1 : -1;
      const wish = wishOf(timeMs, idOf(1e6 + index), side, 500 + 100 * (index % 50));
      const { plan } = decide('intent', encodeIntent(wish), timeMs);
      if (plan !== null) position = filled(plan, timeMs);
      stopPrice = plan?.stopPrice ?? 0;
    }
  }
}

/** What the account holds once the decision is carried out. */
function obey(position: Position, decision: Decision): Position {
  if (decision.action === 'CLOSE') return FLAT;
  if (decision.action !== 'REDUCE') return position;
  const share = decision.targetQuantity / position.quantity;
  return { ...position, quantity: decision.targetQuantity, walletUsdt: position.walletUsdt * share };
}

function filled(plan: Plan, openedMs: number): Position {
  const walletUsdt = (plan.quantity * plan.referencePrice) / plan.leverage;
  const { side, quantity, referencePrice: entryPrice } = plan;
  return { side, quantity, entryPrice, walletUsdt, venueLiquidationPrice: 0, openedMs };
}
