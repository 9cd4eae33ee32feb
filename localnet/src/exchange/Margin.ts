import { absolute, divideUp, larger, multiplyUp } from '../market/E8.ts';
import { maxNotionalE8 } from '../market/MarginTier.ts';
import { maintenanceMarginE8, liquidationPriceE8 } from './Liquidation.ts';
import { type Order, remainingE8 } from './Order.ts';
import { costE8, notionalE8, reduce, reducibleE8, type Side, signOf, unrealizedE8 } from './Position.ts';
import { type Contract, contractOf, markE8, type Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

/** Taker and maker fee of the lowest VIP level, as rates in e8 (0.05 % and 0.02 %). */
export const TAKER_FEE_E8 = 50_000n;
export const MAKER_FEE_E8 = 20_000n;

/** Margin asked for opening an amount of quote, rounded up. */
export function initialMarginE8(quoteE8: bigint, leverage: number): bigint {
  return divideUp(quoteE8, BigInt(leverage));
}

/** Wallet balance outside isolated positions. */
export function crossWalletE8(venue: Venue): bigint {
  let walletE8 = venue.walletE8;
  for (const { position } of venue.contracts.values()) walletE8 -= position.isolatedWalletE8;
  return walletE8;
}

/** Margin that a position binds at mark (its notional over its leverage). */
export function positionMarginE8(contract: Contract): bigint {
  return initialMarginE8(absolute(notionalE8(contract.position, markE8(contract))), contract.leverage);
}

/** Margin and fee kept back for one resting order: for the part that would open, at its limit. */
export function reservedE8(contract: Contract, order: Order): bigint {
  if (order.reduceOnly) return 0n;
  const leftE8 = remainingE8(order);
  const openingE8 = leftE8 - reducibleE8(contract.position, order.side, leftE8);
  return openingE8 === 0n ? 0n : requiredE8(contract, order.side, openingE8, order.priceE8);
}

/** Margin plus taker fee for opening a quantity at a price. */
function requiredE8(contract: Contract, side: Side, openingE8: bigint, priceE8: bigint): bigint {
  const quoteE8 = costE8(side, openingE8, priceE8);
  return initialMarginE8(quoteE8, contract.leverage) + multiplyUp(quoteE8, TAKER_FEE_E8);
}

/** Margin kept back for the resting orders of a contract. */
export function openOrderMarginE8(venue: Venue, contract: Contract): bigint {
  let totalE8 = 0n;
  for (const order of venue.book.openOrders.values()) {
    if (order.symbol === contract.rules.symbol) totalE8 += reservedE8(contract, order);
  }
  return totalE8;
}

/**
 * What may be bound by new orders: the cross wallet, less what cross positions and resting orders bind, plus the
 * unrealised profit or loss of cross positions; never negative. An order being filled does not count against itself.
 */
export function availableE8(venue: Venue, except?: Order): bigint {
  return larger(0n, spareE8(venue, except));
}

/** How much margin is missing for what positions and resting orders bind; 0 when it is all there. */
export function shortfallE8(venue: Venue): bigint {
  return larger(0n, -spareE8(venue));
}

function spareE8(venue: Venue, except?: Order): bigint {
  let balanceE8 = crossWalletE8(venue);
  for (const contract of venue.contracts.values()) {
    if (contract.isolated) continue;
    balanceE8 += unrealizedE8(contract.position, markE8(contract)) - positionMarginE8(contract);
  }
  for (const order of venue.book.openOrders.values()) {
    if (order !== except) balanceE8 -= reservedE8(contractOf(venue, order.symbol), order);
  }
  return balanceE8;
}

/**
 * Whether an order may open what it would open.
 * @throws VenueError -2027 (position too large for the leverage), -2019 (margin)
 */
export function requireMargin(
  venue: Venue,
  contract: Contract,
  order: { readonly side: Side; readonly quantityE8: bigint; readonly priceE8: bigint },
  except?: Order,
): void {
  const { side, quantityE8, priceE8 } = order;
  const closingE8 = reducibleE8(contract.position, side, quantityE8);
  const openingE8 = quantityE8 - closingE8;
  if (openingE8 === 0n) return;
  const afterE8 = absolute(contract.position.quantityE8 + signOf(side) * quantityE8);
  if (costE8(side, afterE8, priceE8) > maxNotionalE8(contract.tiers, contract.leverage))
    throw refusals.maxPosition();
  let freedE8 = 0n;
  if (closingE8 > 0n) {
    const closing = reduce({ ...contract.position }, closingE8, priceE8);
    freedE8 = closing.realizedE8 + closing.releasedMarginE8;
  }
  if (requiredE8(contract, side, openingE8, priceE8) > availableE8(venue, except) + freedE8)
    throw refusals.margin();
}

/** What stands behind a position: its isolated wallet, or in cross mode the cross wallet net of the other cross positions. */
export function collateralE8(venue: Venue, contract: Contract): bigint {
  if (contract.isolated) return contract.position.isolatedWalletE8;
  let balanceE8 = crossWalletE8(venue);
  for (const other of venue.contracts.values()) {
    if (other === contract || other.isolated) continue;
    const mark = markE8(other);
    balanceE8 += unrealizedE8(other.position, mark);
    balanceE8 -= maintenanceMarginE8(other.tiers, notionalE8(other.position, mark));
  }
  return balanceE8;
}

/** The contract's liquidation price now, 0 when there is none. */
export function liquidationOf(venue: Venue, contract: Contract): bigint {
  return liquidationPriceE8(contract.position, collateralE8(venue, contract), contract.tiers);
}
