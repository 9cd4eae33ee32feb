import type { OrderRow } from '../journal/Rows.ts';
import type { Fill, VenueOrder } from '../venue/Venue.ts';

/** Quantities are summed as decimals; less than this is arithmetic noise. */
const NOISE = 1e-9;

interface Change {
  readonly timeMs: number;
  readonly held: number;
  readonly covered: number;
}

/**
 * The longest stretch of market time during which quantity was held that resting stops did not cover, milliseconds.
 * A stop counts from the market time at which the venue accepted it to the time at which it was cancelled or filled,
 * with its quantity, and only against positions of the side it exits. Changes at one market time count as one.
 * @param fills from flat on, oldest first
 * @param stops stops on record, those still resting included
 * @param untilMs end of the measurement, market time
 */
export function longestUnprotectedMs(
  fills: readonly Fill[],
  stops: readonly OrderRow[],
  untilMs: number,
): number {
  const times = changesOf(fills, stops, untilMs);
  let longest = 0;
  let sinceMs: number | null = null;
  for (const { timeMs, held, covered } of times) {
    const isBare = held > NOISE && covered < held - NOISE;
    if (sinceMs !== null) longest = Math.max(longest, timeMs - sinceMs);
    sinceMs = isBare ? (sinceMs ?? timeMs) : null;
  }
  return longest;
}

function changesOf(fills: readonly Fill[], stops: readonly OrderRow[], untilMs: number): readonly Change[] {
  const accepted = stops.filter((row) => row.role === 'stop' && row.confirmedMarketMs !== null);
  const times = new Set<number>([untilMs]);
  for (const fill of fills) times.add(fill.timeMs);
  for (const row of accepted) {
    if (row.confirmedMarketMs !== null) times.add(row.confirmedMarketMs);
    if (row.endedMarketMs !== null) times.add(row.endedMarketMs);
  }
  let amount = 0;
  let next = 0;
  return [...times]
    .filter((timeMs) => timeMs <= untilMs)
    .sort((a, b) => a - b)
    .map((timeMs) => {
      for (let fill = fills[next]; fill !== undefined && fill.timeMs <= timeMs; fill = fills[++next]) {
        amount += fill.side === 'buy' ? fill.quantity : -fill.quantity;
      }
      const exit = amount > 0 ? 'sell' : 'buy';
      const covered = accepted
        .filter((row) => row.side === exit && isLiveAt(row, timeMs))
        .reduce((sum, row) => sum + row.quantity, 0);
      return { timeMs, held: Math.abs(amount), covered };
    });
}

function isLiveAt(row: OrderRow, timeMs: number): boolean {
  const { confirmedMarketMs, endedMarketMs } = row;
  return (
    confirmedMarketMs !== null &&
    confirmedMarketMs <= timeMs &&
    (endedMarketMs === null || endedMarketMs > timeMs)
  );
}

/**
 * Orders the venue accepted beyond the first for one plan, role and version. The id names just that, so that two
 * accepted orders of one kind and one id are one order sent twice. (The market order that a conditional order becomes
 * may carry its id; it is of the other kind and no duplicate.)
 * @param accepted every order the venue accepted, both kinds; orders that are not ours never count
 */
export function countDuplicates(rows: readonly OrderRow[], accepted: readonly VenueOrder[]): number {
  const kinds = new Map(rows.map((row) => [row.clientOrderId, row.kind]));
  const seen = new Set<string>();
  let duplicates = 0;
  for (const order of accepted) {
    if (kinds.get(order.clientOrderId) !== order.kind || order.state === 'rejected') continue;
    if (seen.has(order.clientOrderId)) duplicates++;
    seen.add(order.clientOrderId);
  }
  return duplicates;
}
