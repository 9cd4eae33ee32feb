import { divideDown, formatE8, ONE_E8 } from '../market/E8.ts';
import { type Contract, post, type Venue } from './Venue.ts';

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
