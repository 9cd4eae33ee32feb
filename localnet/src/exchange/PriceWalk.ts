import { absolute } from '../market/E8.ts';
import { fireAlgo } from './AlgoExecution.ts';
import { fillResting } from './Execution.ts';
import { liquidate } from './ForcedClose.ts';
import { liquidationOf } from './Margin.ts';
import { type Direction, directionOf, isReached } from './Order.ts';
import { type Contract, isFlat, type Venue } from './Venue.ts';

/** Something that the price may set off. */
interface Trigger {
  readonly priceE8: bigint;
  readonly direction: Direction;
  /** Precedence at the same price: stop, take-profit, limit, liquidation. */
  readonly rank: number;
  readonly fire: (reachedE8: bigint) => void;
}

const LIQUIDATION_RANK = 3;

/**
 * Moves the price without a break to `toE8`; whatever lies between fires at its own price, in the order in which the
 * price comes to it, each on the account as the one before left it. Market time runs evenly from the venue's time to `endMs`.
 */
export function walk(venue: Venue, contract: Contract, toE8: bigint, endMs: number): void {
  const beginMs = venue.timeMs;
  const fromE8 = contract.lastE8;
  for (;;) {
    const next = nextOnPath(venue, contract, toE8);
    if (next === undefined) break;
    contract.lastE8 = next.atE8;
    venue.timeMs = beginMs + elapsedMs(fromE8, next.atE8, toE8, endMs - beginMs);
    next.trigger.fire(next.atE8);
  }
  contract.lastE8 = toE8;
  venue.timeMs = beginMs;
}

/**
 * The price reappears at `openE8` after a gap. A liquidation price that was jumped comes first: by the time any order
 * could trade, the position is the liquidation engine's. Then what was passed fires at the open, nearest to the last price first.
 */
export function jump(venue: Venue, contract: Contract, openE8: bigint): void {
  const fromE8 = contract.lastE8;
  contract.lastE8 = openE8;
  for (;;) {
    const passed = triggersOf(venue, contract).filter(({ direction, priceE8 }) =>
      isReached(direction, priceE8, openE8),
    );
    const key = (trigger: Trigger): bigint =>
      trigger.rank === LIQUIDATION_RANK ? -1n : absolute(trigger.priceE8 - fromE8);
    const next = earliest(passed, key);
    if (next === undefined) return;
    next.fire(openE8);
  }
}

function nextOnPath(
  venue: Venue,
  contract: Contract,
  toE8: bigint,
): { trigger: Trigger; atE8: bigint } | undefined {
  const hereE8 = contract.lastE8;
  const reachable = triggersOf(venue, contract).filter(
    ({ direction, priceE8 }) => isReached(direction, priceE8, hereE8) || isReached(direction, priceE8, toE8),
  );
  // One already satisfied (its level moved under the price, as after funding) fires where the price stands.
  const reachedAt = ({ direction, priceE8 }: Trigger): bigint =>
    isReached(direction, priceE8, hereE8) ? hereE8 : priceE8;
  const trigger = earliest(reachable, (candidate) => absolute(reachedAt(candidate) - hereE8));
  return trigger && { trigger, atE8: reachedAt(trigger) };
}

function earliest(triggers: readonly Trigger[], key: (trigger: Trigger) => bigint): Trigger | undefined {
  let best: Trigger | undefined;
  for (const trigger of triggers) {
    if (best === undefined) best = trigger;
    else {
      const difference = key(trigger) - key(best);
      if (difference < 0n || (difference === 0n && trigger.rank < best.rank)) best = trigger;
    }
  }
  return best;
}

function triggersOf(venue: Venue, contract: Contract): Trigger[] {
  const { symbol } = contract.rules;
  const triggers: Trigger[] = [];
  for (const algo of venue.book.openAlgos.values()) {
    if (algo.symbol !== symbol) continue;
    triggers.push({
      priceE8: algo.triggerPriceE8,
      direction: directionOf(algo.type, algo.side),
      rank: algo.type === 'STOP_MARKET' ? 0 : 1,
      fire: (reachedE8) => fireAlgo(venue, algo, reachedE8),
    });
  }
  for (const order of venue.book.openOrders.values()) {
    if (order.symbol !== symbol) continue;
    triggers.push({
      priceE8: order.priceE8,
      direction: order.side === 'BUY' ? 'atOrBelow' : 'atOrAbove',
      rank: 2,
      fire: () => fillResting(venue, order),
    });
  }
  const liquidationE8 = isFlat(contract) ? 0n : liquidationOf(venue, contract);
  if (liquidationE8 > 0n) {
    triggers.push({
      priceE8: liquidationE8,
      direction: contract.position.quantityE8 > 0n ? 'atOrBelow' : 'atOrAbove',
      rank: LIQUIDATION_RANK,
      fire: (reachedE8) => liquidate(venue, contract, reachedE8),
    });
  }
  return triggers;
}

function elapsedMs(fromE8: bigint, atE8: bigint, toE8: bigint, spanMs: number): number {
  const lengthE8 = absolute(toE8 - fromE8);
  return lengthE8 === 0n ? 0 : Number((absolute(atE8 - fromE8) * BigInt(spanMs)) / lengthE8);
}
