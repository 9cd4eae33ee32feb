import { expireOrder } from './Execution.ts';
import { endAlgo, endOrder } from './Order.ts';
import { type Contract, contractOf, type Venue } from './Venue.ts';

/** Earliest market time up to `untilMs` at which something of a symbol runs out; undefined when nothing does. */
export function nextTimerMs(venue: Venue, symbol: string, untilMs: number): number | undefined {
  const { book } = venue;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const order of [...book.openOrders.values(), ...book.openAlgos.values()]) {
    if (order.symbol === symbol && order.goodTillMs > 0) earliestMs = Math.min(earliestMs, order.goodTillMs);
  }
  const { cancelAllAtMs } = contractOf(venue, symbol);
  if (cancelAllAtMs > 0) earliestMs = Math.min(earliestMs, cancelAllAtMs);
  return earliestMs <= untilMs ? earliestMs : undefined;
}

/** Ends what has run out by a time: orders good till then, and by the countdown all open orders (not the conditional ones). */
export function fireTimers(venue: Venue, contract: Contract, untilMs: number): void {
  const { book } = venue;
  const { symbol } = contract.rules;
  const isDue = contract.cancelAllAtMs > 0 && contract.cancelAllAtMs <= untilMs;
  if (isDue) contract.cancelAllAtMs = 0;
  for (const order of [...book.openOrders.values()]) {
    if (order.symbol !== symbol) continue;
    if (order.goodTillMs > 0 && order.goodTillMs <= untilMs) expireOrder(venue, order);
    else if (isDue) endOrder(book, order, 'CANCELED', venue.timeMs);
  }
  for (const algo of [...book.openAlgos.values()]) {
    if (algo.symbol !== symbol || algo.goodTillMs === 0 || algo.goodTillMs > untilMs) continue;
    endAlgo(book, algo, 'EXPIRED', venue.timeMs);
  }
}

/** Ends what has run out by now in every symbol, whether or not its price moves. */
export function fireAllTimers(venue: Venue): void {
  for (const contract of venue.contracts.values()) fireTimers(venue, contract, venue.timeMs);
}
