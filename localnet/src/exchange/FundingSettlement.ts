import { divideDown, formatE8, ONE_E8 } from '../market/E8.ts';
import { nextSettlement, passSettlement } from './FundingSchedule.ts';
import { marksAt } from './MarkPrice.ts';
import { type Contract, markE8, post, type Venue } from './Venue.ts';

/** Settles what falls due up to and including a time: at the open of a bar that opens just then, else at mark. */
export function settleFundingUntil(venue: Venue, untilMs: number): void {
  const standsAtMs = venue.timeMs;
  for (const contract of venue.contracts.values()) {
    for (;;) {
      const settlement = nextSettlement(contract);
      if (settlement === undefined || settlement.timeMs > untilMs) break;
      passSettlement(contract, settlement);
      venue.timeMs = settlement.timeMs;
      const opens = contract.bar?.timeMs === settlement.timeMs;
      settleFunding(venue, contract, settlement.rateE8, opens ? markAtOpenE8(contract) : markE8(contract));
    }
  }
  venue.timeMs = standsAtMs;
}

/** Mark at the open of the bar in progress, before any price has jumped there. */
function markAtOpenE8(contract: Contract): bigint {
  const { bar, marks } = contract;
  if (bar === undefined) return markE8(contract);
  const point = { phase: 'open', heldE8: 0n, lastE8: bar.openE8, timeMs: bar.timeMs } as const;
  return marks.frozenE8 ?? marksAt(contract, point).markE8 ?? bar.openE8;
}

/** Settles funding on what is held: `−quantity × mark × rate`, rounded down, out of the isolated margin when isolated. */
export function settleFunding(venue: Venue, contract: Contract, rateE8: bigint, mark: bigint): void {
  const { position, rules } = contract;
  if (position.quantityE8 === 0n) return;
  const amountE8 = divideDown(-position.quantityE8 * mark * rateE8, ONE_E8 * ONE_E8);
  if (contract.isolated) position.isolatedWalletE8 += amountE8;
  post(venue, 'FUNDING_FEE', rules.symbol, amountE8);
  venue.events.push({
    kind: 'funding',
    timeMs: venue.timeMs,
    symbol: rules.symbol,
    rate: formatE8(rateE8),
    markPrice: formatE8(mark),
    amount: formatE8(amountE8),
  });
}
