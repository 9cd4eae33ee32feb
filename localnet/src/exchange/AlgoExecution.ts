import { absolute, divideDown, formatE8, larger, smaller } from '../market/E8.ts';
import { onTickE8 } from './Depth.ts';
import { createOrder, fill, hasMargin } from './Execution.ts';
import { canFillAtOnce, marginPriceE8, matchesOf, restOrExpire, take } from './Matching.ts';
import { type AlgoOrder, endAlgo, isTakeProfit } from './Order.ts';
import { reducibleE8 } from './Position.ts';
import { TRIGGER_PROTECT_E8 } from './SymbolRules.ts';
import { type Contract, contractOf, hasOwnMark, markE8, type Venue } from './Venue.ts';

/**
 * Sets off a conditional order at the price the path has reached. It becomes an order of the same side: trimmed to the
 * position when it only reduces (expired when nothing is left), rejected when it would open without margin or when
 * `priceProtect` finds mark and last too far apart.
 */
export function fireAlgo(venue: Venue, algo: AlgoOrder, triggerE8: bigint, reachedE8: bigint): void {
  const { book, timeMs } = venue;
  const contract = contractOf(venue, algo.symbol);
  const { symbol, algoId, clientAlgoId, side, type, timeInForce } = algo;
  const heldE8 = absolute(contract.position.quantityE8);
  const wantedE8 = algo.closePosition ? heldE8 : algo.quantityE8;
  const reduces = algo.reduceOnly || algo.closePosition;
  const quantityE8 = reduces ? reducibleE8(contract.position, side, wantedE8) : wantedE8;
  algo.status = 'TRIGGERED';
  algo.triggeredMs = timeMs;
  venue.events.push({
    kind: 'trigger',
    timeMs,
    symbol,
    algoId,
    clientAlgoId,
    type,
    triggerPrice: formatE8(triggerE8),
    price: formatE8(reachedE8),
  });
  if (quantityE8 === 0n) return endAlgo(book, algo, 'EXPIRED', timeMs);
  if (algo.priceProtect && isTooFarApart(contract)) return endAlgo(book, algo, 'REJECTED', timeMs);
  const isLimit = algo.priceE8 > 0n;
  const modelledE8 = fillPriceE8(venue, contract, algo, triggerE8, reachedE8);
  const levels =
    isLimit || venue.settings.book === 'depth'
      ? matchesOf(venue, contract, { side, quantityE8, limitE8: isLimit ? algo.priceE8 : undefined })
      : [{ priceE8: modelledE8, quantityE8 }];
  const priceE8 = marginPriceE8(levels, side, isLimit ? algo.priceE8 : modelledE8);
  if (!reduces && !hasMargin(venue, contract, { side, quantityE8, priceE8 })) {
    return endAlgo(book, algo, 'REJECTED', timeMs);
  }
  const order = createOrder(venue, contract, {
    clientOrderId: clientAlgoId,
    side,
    quantityE8,
    reduceOnly: reduces,
    closePosition: algo.closePosition,
    type: isLimit ? 'LIMIT' : 'MARKET',
    timeInForce,
    goodTillMs: isLimit ? algo.goodTillMs : 0,
    priceE8: algo.priceE8,
  });
  algo.actual = order;
  algo.status = 'FINISHED';
  algo.updatedMs = timeMs;
  book.openAlgos.delete(algoId);
  if (canFillAtOnce(timeInForce, levels, quantityE8)) {
    if (isLimit || venue.settings.book === 'depth') take(venue, order, levels);
    else fill(venue, order, modelledE8, false);
  }
  restOrExpire(venue, order);
}

/** Mark and last further apart than the venue's protection allows, as a share of mark. */
function isTooFarApart(contract: Contract): boolean {
  const mark = markE8(contract);
  return absolute(mark - contract.lastE8) * 100_000_000n > mark * TRIGGER_PROTECT_E8;
}

/** Price of a triggered market order where there is no book: a stop slips, a take-profit fills at its trigger. */
function fillPriceE8(
  venue: Venue,
  contract: Contract,
  algo: AlgoOrder,
  triggerE8: bigint,
  reachedE8: bigint,
): bigint {
  // A trigger by a mark of its own says nothing about the price that is traded.
  const byMark = algo.workingType === 'MARK_PRICE' && hasOwnMark(contract);
  const tradedE8 = byMark ? onTickE8(contract, algo.side, reachedE8) : undefined;
  if (isTakeProfit(algo.type)) return tradedE8 ?? triggerE8;
  const worse = algo.side === 'SELL' ? smaller : larger;
  return slippedE8(venue, contract, algo, tradedE8 ?? worse(triggerE8, reachedE8));
}

/**
 * Price at which a triggered stop fills (risk model, section 11): the worse of trigger and reached price, then
 * max(5 bp, a tenth of the bar's range) against the trader, on the tick, not beyond the bar's extreme on that side.
 */
function slippedE8(venue: Venue, contract: Contract, algo: AlgoOrder, baseE8: bigint): bigint {
  const { bar, rules } = contract;
  if (venue.settings.stopSlippage === 'none' || bar === undefined) return baseE8;
  const slipE8 = larger(divideDown(baseE8 * 5n, 10_000n), (bar.highE8 - bar.lowE8) / 10n);
  const ticks = (priceE8: bigint): bigint => divideDown(priceE8, rules.tickE8) * rules.tickE8;
  return algo.side === 'SELL'
    ? smaller(baseE8, larger(bar.lowE8, ticks(baseE8 - slipE8)))
    : larger(baseE8, smaller(bar.highE8, ticks(baseE8 + slipE8 + rules.tickE8 - 1n)));
}
