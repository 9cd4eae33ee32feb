import { absolute, formatE8, larger, smaller } from '../market/E8.ts';
import { createMarketOrder, fill } from './Execution.ts';
import { bankruptcyPriceE8, maintenanceMarginE8 } from './Liquidation.ts';
import { collateralE8 } from './Margin.ts';
import { endAlgo, endOrder } from './Order.ts';
import { notionalE8 } from './Position.ts';
import { type Contract, post, type Venue } from './Venue.ts';

/**
 * Liquidation: the symbol's orders are cancelled, the position is closed at the price reached (never beyond bankruptcy:
 * the insurance fund bears that), and what is left of its collateral goes to the insurance fund — all of the isolated
 * margin, or in cross mode the maintenance margin.
 */
export function liquidate(venue: Venue, contract: Contract, reachedE8: bigint): void {
  const { position, rules, isolated } = contract;
  const { symbol } = rules;
  const { book, timeMs } = venue;
  for (const order of [...book.openOrders.values()]) {
    if (order.symbol === symbol) endOrder(book, order, 'CANCELED', timeMs);
  }
  for (const algo of [...book.openAlgos.values()]) {
    if (algo.symbol === symbol) endAlgo(book, algo, 'CANCELED', timeMs);
  }
  const behindE8 = collateralE8(venue, contract);
  const floorE8 = bankruptcyPriceE8(position, behindE8);
  const isLong = position.quantityE8 > 0n;
  const priceE8 = isLong ? larger(reachedE8, floorE8) : smaller(reachedE8, floorE8);
  const maintenanceE8 = maintenanceMarginE8(contract.tiers, notionalE8(position, priceE8));
  const walletBeforeE8 = venue.walletE8;
  const order = createMarketOrder(
    venue,
    contract,
    {
      clientOrderId: `autoclose-${timeMs}`,
      side: isLong ? 'SELL' : 'BUY',
      quantityE8: absolute(position.quantityE8),
      reduceOnly: true,
      closePosition: false,
    },
    'LIQUIDATION',
  );
  fill(venue, order, priceE8, false);
  const leftE8 = behindE8 + (venue.walletE8 - walletBeforeE8);
  const clearedE8 = isolated ? leftE8 : larger(0n, smaller(leftE8, maintenanceE8));
  post(venue, 'INSURANCE_CLEAR', symbol, -clearedE8);
  venue.events.push({
    kind: 'liquidation',
    timeMs,
    symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    price: formatE8(priceE8),
    quantity: formatE8(order.quantityE8),
    lost: formatE8(walletBeforeE8 - venue.walletE8),
  });
}
