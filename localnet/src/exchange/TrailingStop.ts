import { larger, smaller } from '../market/E8.ts';
import { type Contract, markE8, type Venue } from './Venue.ts';

/** Lets the trailing stops of a symbol note the price that has been reached, each the one it works by. */
export function followTrailing(venue: Venue, contract: Contract): void {
  for (const { symbol, trailing, side, workingType } of venue.book.openAlgos.values()) {
    if (trailing === undefined || symbol !== contract.rules.symbol) continue;
    const priceE8 = workingType === 'MARK_PRICE' ? markE8(contract) : contract.lastE8;
    trailing.extremeE8 = (side === 'SELL' ? larger : smaller)(trailing.extremeE8, priceE8);
  }
}
