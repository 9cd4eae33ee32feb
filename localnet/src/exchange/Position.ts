import { absolute, divideDown, divideUp, multiplyDown, multiplyUp, ONE_E8, smaller } from '../market/E8.ts';

export type Side = 'BUY' | 'SELL';

/** A one-way position. The cost of entry is kept as a sum, not as an average price, so that no rounding enters the ledger. */
export interface Position {
  /** Base quantity, negative for a short. */
  quantityE8: bigint;
  /** Quote paid (long) or received (short) for the quantity still held; never negative. */
  entryCostE8: bigint;
  /** Margin set apart for this position, net of its funding; 0 in cross mode. */
  isolatedWalletE8: bigint;
  updatedMs: number;
}

/** What closing a part of a position brings. */
export interface Closing {
  readonly realizedE8: bigint;
  readonly releasedMarginE8: bigint;
}

export function flatPosition(): Position {
  return { quantityE8: 0n, entryCostE8: 0n, isolatedWalletE8: 0n, updatedMs: 0 };
}

/** +1 for a buy, −1 for a sell. */
export function signOf(side: Side): bigint {
  return side === 'BUY' ? 1n : -1n;
}

/** Quantity that an order of this side would close: the smaller of its own and the position it stands against. */
export function reducibleE8(position: Position, side: Side, quantityE8: bigint): bigint {
  const against = -position.quantityE8 * signOf(side);
  return against <= 0n ? 0n : smaller(against, quantityE8);
}

/** Quote amount of a trade, rounded against the trader: up for a buy, down for a sell. */
export function costE8(side: Side, quantityE8: bigint, priceE8: bigint): bigint {
  return side === 'BUY' ? multiplyUp(quantityE8, priceE8) : multiplyDown(quantityE8, priceE8);
}

/** Adds to a position (or opens it). `side` must not stand against it. */
export function increase(
  position: Position,
  side: Side,
  quantityE8: bigint,
  priceE8: bigint,
  marginE8: bigint,
): void {
  position.quantityE8 += signOf(side) * quantityE8;
  position.entryCostE8 += costE8(side, quantityE8, priceE8);
  position.isolatedWalletE8 += marginE8;
}

/**
 * Closes `quantityE8` (at most all) of a position. Its share of entry cost is rounded against the trader, its share of
 * margin down; the last part takes whatever is left, so nothing is lost in rounding.
 */
export function reduce(position: Position, quantityE8: bigint, priceE8: bigint): Closing {
  const heldE8 = absolute(position.quantityE8);
  const isLong = position.quantityE8 > 0n;
  const all = quantityE8 === heldE8;
  const share = isLong ? divideUp : divideDown;
  const shareOfCostE8 = all ? position.entryCostE8 : share(position.entryCostE8 * quantityE8, heldE8);
  const releasedMarginE8 = all
    ? position.isolatedWalletE8
    : divideDown(position.isolatedWalletE8 * quantityE8, heldE8);
  const proceedsE8 = costE8(isLong ? 'SELL' : 'BUY', quantityE8, priceE8);
  position.quantityE8 += isLong ? -quantityE8 : quantityE8;
  position.entryCostE8 -= shareOfCostE8;
  position.isolatedWalletE8 -= releasedMarginE8;
  return { realizedE8: isLong ? proceedsE8 - shareOfCostE8 : shareOfCostE8 - proceedsE8, releasedMarginE8 };
}

/** Notional at a price, with the position's sign; rounded towards minus infinity. */
export function notionalE8(position: Position, priceE8: bigint): bigint {
  return multiplyDown(position.quantityE8, priceE8);
}

/** Unrealised profit at a price, rounded down. */
export function unrealizedE8(position: Position, priceE8: bigint): bigint {
  const signedCostE8 = position.quantityE8 < 0n ? -position.entryCostE8 : position.entryCostE8;
  return multiplyDown(position.quantityE8, priceE8) - signedCostE8;
}

/** Average entry price rounded to the nearest e8 (halves up), for display; 0 when flat. */
export function entryPriceE8(position: Position): bigint {
  const heldE8 = absolute(position.quantityE8);
  return heldE8 === 0n ? 0n : divideDown(2n * position.entryCostE8 * ONE_E8 + heldE8, 2n * heldE8);
}
