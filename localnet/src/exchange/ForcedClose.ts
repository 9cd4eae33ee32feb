import { absolute, formatE8, larger, multiplyUp, smaller } from '../market/E8.ts';
import { onTickE8 } from './Depth.ts';
import { createMarketOrder, fill } from './Execution.ts';
import { bankruptcyPriceE8, maintenanceMarginE8 } from './Liquidation.ts';
import { collateralE8 } from './Margin.ts';
import { endAlgo, endOrder, type Order } from './Order.ts';
import { notionalE8 } from './Position.ts';
import { LIQUIDATION_FEE_E8 } from './SymbolRules.ts';
import { type Contract, markE8, post, type Venue } from './Venue.ts';

/**
 * Liquidation: orders are cancelled, the position is closed at the price reached (never beyond bankruptcy: the
 * insurance fund bears that), and the insurance fund is paid. By default it takes what is left of the collateral — all
 * of the isolated margin, or in cross mode the maintenance margin; with `liquidation: 'fee'` the venue's fee on the
 * notional, as far as the collateral reaches, and the rest comes back.
 */
export function liquidate(venue: Venue, contract: Contract, reachedE8: bigint): void {
  const { position, rules, isolated } = contract;
  cancelOrders(venue, contract);
  const behindE8 = collateralE8(venue, contract);
  const floorE8 = bankruptcyPriceE8(position, behindE8);
  const isLong = position.quantityE8 > 0n;
  const priceE8 = isLong ? larger(reachedE8, floorE8) : smaller(reachedE8, floorE8);
  const notional = notionalE8(position, priceE8);
  const maintenanceE8 = maintenanceMarginE8(contract.tiers, notional);
  const walletBeforeE8 = venue.walletE8;
  const order = closeAt(venue, contract, { clientOrderId: `autoclose-${venue.timeMs}`, priceE8 });
  const leftE8 = behindE8 + (venue.walletE8 - walletBeforeE8);
  const feeE8 = multiplyUp(absolute(notional), LIQUIDATION_FEE_E8);
  const takenE8 =
    venue.settings.liquidation === 'fee'
      ? smaller(leftE8, feeE8)
      : isolated
        ? leftE8
        : smaller(leftE8, maintenanceE8);
  const clearedE8 = isolated ? takenE8 : larger(0n, takenE8);
  post(venue, 'INSURANCE_CLEAR', rules.symbol, -clearedE8);
  announce(venue, 'liquidation', order, walletBeforeE8 - venue.walletE8);
}

/**
 * Auto-deleveraging: the venue takes a part of a position (all without a quantity) from the winning side, at mark and
 * without a fee, to close what another's liquidation left over.
 * @returns the order by which it did, undefined when nothing is held
 */
export function deleverage(venue: Venue, contract: Contract, quantityE8?: bigint): Order | undefined {
  const heldE8 = absolute(contract.position.quantityE8);
  if (heldE8 === 0n) return undefined;
  const walletBeforeE8 = venue.walletE8;
  const side = contract.position.quantityE8 > 0n ? 'SELL' : 'BUY';
  const order = closeAt(venue, contract, {
    clientOrderId: 'adl_autoclose',
    priceE8: onTickE8(contract, side, markE8(contract)),
    quantityE8: smaller(quantityE8 ?? heldE8, heldE8),
  });
  announce(venue, 'deleveraging', order, walletBeforeE8 - venue.walletE8);
  return order;
}

/** The end of a contract: orders are cancelled and what is held is settled at mark, without a fee. */
export function settleContract(venue: Venue, contract: Contract): void {
  contract.status = 'CLOSE';
  cancelOrders(venue, contract);
  if (contract.position.quantityE8 === 0n) return;
  const walletBeforeE8 = venue.walletE8;
  const clientOrderId = `settlement_autoclose-${venue.timeMs}`;
  const order = closeAt(venue, contract, { clientOrderId, priceE8: markE8(contract) });
  announce(venue, 'settlement', order, walletBeforeE8 - venue.walletE8);
}

/** Cancels the symbol's orders, and when it shares its margin the plain orders of all that share it too. */
function cancelOrders(venue: Venue, contract: Contract): void {
  const { book, timeMs } = venue;
  const { symbol } = contract.rules;
  const isSharing = (name: string): boolean =>
    !contract.isolated && contract.status !== 'CLOSE' && venue.contracts.get(name)?.isolated === false;
  for (const order of [...book.openOrders.values()]) {
    if (order.symbol === symbol || isSharing(order.symbol)) endOrder(book, order, 'CANCELED', timeMs);
  }
  for (const algo of [...book.openAlgos.values()]) {
    if (algo.symbol === symbol) endAlgo(book, algo, 'CANCELED', timeMs);
  }
}

function closeAt(
  venue: Venue,
  contract: Contract,
  request: { readonly clientOrderId: string; readonly priceE8: bigint; readonly quantityE8?: bigint },
): Order {
  const heldE8 = contract.position.quantityE8;
  const order = createMarketOrder(
    venue,
    contract,
    {
      clientOrderId: request.clientOrderId,
      side: heldE8 > 0n ? 'SELL' : 'BUY',
      quantityE8: request.quantityE8 ?? absolute(heldE8),
      reduceOnly: true,
      closePosition: false,
    },
    'LIQUIDATION',
  );
  fill(venue, order, request.priceE8, false);
  return order;
}

function announce(
  venue: Venue,
  kind: 'liquidation' | 'deleveraging' | 'settlement',
  order: Order,
  lostE8: bigint,
): void {
  venue.events.push({
    kind,
    timeMs: venue.timeMs,
    symbol: order.symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    price: formatE8(order.averagePriceE8),
    quantity: formatE8(order.quantityE8),
    lost: formatE8(lostE8),
  });
}
