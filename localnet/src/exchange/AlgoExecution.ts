import { absolute, divideDown, formatE8, larger, smaller } from '../market/E8.ts';
import { createMarketOrder, fill, hasMargin } from './Execution.ts';
import { type AlgoOrder, endAlgo } from './Order.ts';
import { reducibleE8 } from './Position.ts';
import { type Contract, contractOf, type Venue } from './Venue.ts';

/**
 * Sets off a conditional order at the price the path has reached. It becomes a market order of the same side: trimmed
 * to the position when it only reduces (expired when nothing is left), rejected when it would open without margin.
 */
export function fireAlgo(venue: Venue, algo: AlgoOrder, reachedE8: bigint): void {
  const { book, timeMs } = venue;
  const contract = contractOf(venue, algo.symbol);
  const { symbol, algoId, clientAlgoId, side } = algo;
  const heldE8 = absolute(contract.position.quantityE8);
  const wantedE8 = algo.closePosition ? heldE8 : algo.quantityE8;
  const reduces = algo.reduceOnly || algo.closePosition;
  const quantityE8 = reduces ? reducibleE8(contract.position, side, wantedE8) : wantedE8;
  const priceE8 =
    algo.type === 'STOP_MARKET' ? stopFillE8(venue, contract, algo, reachedE8) : algo.triggerPriceE8;
  algo.status = 'TRIGGERED';
  algo.triggeredMs = timeMs;
  venue.events.push({
    kind: 'trigger',
    timeMs,
    symbol,
    algoId,
    clientAlgoId,
    type: algo.type,
    triggerPrice: formatE8(algo.triggerPriceE8),
    price: formatE8(reachedE8),
  });
  if (quantityE8 === 0n) return endAlgo(book, algo, 'EXPIRED', timeMs);
  if (!reduces && !hasMargin(venue, contract, { side, quantityE8, priceE8 })) {
    return endAlgo(book, algo, 'REJECTED', timeMs);
  }
  const order = createMarketOrder(venue, contract, {
    clientOrderId: clientAlgoId,
    side,
    quantityE8,
    reduceOnly: reduces,
    closePosition: algo.closePosition,
  });
  algo.actual = order;
  algo.status = 'FINISHED';
  algo.updatedMs = timeMs;
  book.openAlgos.delete(algoId);
  fill(venue, order, priceE8, false);
}

/**
 * Price at which a triggered stop fills (risk model, section 11): the worse of trigger and reached price, then
 * max(5 bp, a tenth of the bar's range) against the trader, on the tick, not beyond the bar's extreme on that side.
 */
function stopFillE8(venue: Venue, contract: Contract, algo: AlgoOrder, reachedE8: bigint): bigint {
  const { bar, rules } = contract;
  const sells = algo.side === 'SELL';
  const baseE8 = (sells ? smaller : larger)(algo.triggerPriceE8, reachedE8);
  if (venue.stopSlippage === 'none' || bar === undefined) return baseE8;
  const slipE8 = larger(divideDown(baseE8 * 5n, 10_000n), (bar.highE8 - bar.lowE8) / 10n);
  const ticks = (priceE8: bigint): bigint => divideDown(priceE8, rules.tickE8) * rules.tickE8;
  return sells
    ? smaller(baseE8, larger(bar.lowE8, ticks(baseE8 - slipE8)))
    : larger(baseE8, smaller(bar.highE8, ticks(baseE8 + slipE8 + rules.tickE8 - 1n)));
}
