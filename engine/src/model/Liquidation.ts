import { requireFinite, requireNonNegative, requirePositive, requireSide } from '../EngineError.ts';
import { LINE_NUMBERS, linesOf, type MarginTier } from './MarginTiers.ts';

/** A position and the margin behind it. Isolated margin: `upnlOther` and `mmOther` are 0. */
export class MarginedPosition {
  /** +1 long, -1 short. */
  side = 1;
  /** Base quantity, >= 0. */
  qty = 0;
  entry = 0;
  /** Wallet behind the position (quote), net of all paid and received funding and fees. */
  wallet = 0;
  /** Unrealised profit of the other positions that share the wallet. */
  upnlOther = 0;
  /** Their maintenance margin. */
  mmOther = 0;
  /** Share of notional that the venue (or caution) counts into the trigger: 0 for what the venue shows. */
  fee = 0;
}

/** The price that is never reached: below every price for a long, above every price for a short. */
export function unreachable(side: number): number {
  return side > 0 ? 0 : Infinity;
}

/**
 * Mark price at which equity equals maintenance margin, exact over all tiers at once: margin is the largest of the
 * tiers' lines, so equity less margin is the least of monotone lines and its root the extreme of theirs. The line of a
 * tier that the notional at the root does not reach cannot move it, hence the early end. Tiers must have passed
 * validateTiers.
 *
 * `unreachable(side)` where no price liquidates (no quantity, or a long backed by its full value); the opposite end
 * (Infinity for a long, 0 for a short) where the wallet is already used up: liquidated at any price.
 * Unrounded. Risk model, 4.1.
 */
export function liquidationPrice(position: MarginedPosition, tiers: readonly MarginTier[]): number {
  const { side, qty, fee, entry, wallet } = position;
  requireSide('side', side);
  requireNonNegative('qty', qty);
  requirePositive('entry', entry);
  requireFinite('wallet', wallet);
  return liquidationRoot(side, qty, entry, wallet + position.upnlOther - position.mmOther, fee, tiers);
}

/** As `liquidationPrice`, of numbers that are known to be in their domain; `available` is what may be lost. */
export function liquidationRoot(
  side: number,
  qty: number,
  entry: number,
  available: number,
  fee: number,
  tiers: readonly MarginTier[],
): number {
  return rootOf(linesOf(tiers), side, qty, entry, available, fee);
}

/** As `liquidationRoot`, of a table's lines. */
export function rootOf(
  lines: Float64Array,
  side: number,
  qty: number,
  entry: number,
  available: number,
  fee: number,
): number {
  if (qty === 0) return unreachable(side);
  if (!(available > 0)) return unreachable(-side);
  const base = available - side * qty * entry;
  let best = 0;
  for (let k = 0; k < lines.length; k += LINE_NUMBERS) {
    if (lines[k]! > qty * best) break;
    const price = (base + lines[k + 2]!) / (qty * (lines[k + 1]! + fee - side));
    if (k === 0 || side * (price - best) > 0) best = price;
  }
  return best > 0 ? best : 0;
}

/** Price at which the wallet is gone: entry - s (W + U)/q. May be negative for an over-backed long. */
export function bankruptcyPrice(position: MarginedPosition): number {
  requirePositive('qty', position.qty);
  return position.entry - (position.side * (position.wallet + position.upnlOther)) / position.qty;
}

/** A position on a venue that counts margin on the entry value (Bybit's classic USDT contract). */
export type EntryMarginedPosition = {
  readonly side: number;
  readonly qty: number;
  readonly entry: number;
  readonly leverage: number;
  readonly mmr: number;
  /** Maintenance deduction (the tier's cum), quote. */
  readonly deduction: number;
  /** Margin added by hand, quote. */
  readonly extra: number;
};

/** entry - s ((IM - MM)/q + extra/q), IM = qE/L, MM = qE mmr - deduction. Unrounded; 0 at least. */
export function liquidationPriceEntryBased(position: EntryMarginedPosition): number {
  const { side, qty, entry } = position;
  requireSide('side', side);
  requirePositive('qty', qty);
  requirePositive('entry', entry);
  requirePositive('leverage', position.leverage);
  const initial = (qty * entry) / position.leverage;
  const maintenance = qty * entry * position.mmr - position.deduction;
  const price = entry - (side * (initial - maintenance + position.extra)) / qty;
  return price > 0 ? price : 0;
}

/** One flat maintenance rate with the closing fee in the trigger (OKX, Gate, Phemex). Unrounded; 0 at least. */
export function liquidationPriceFlat(
  side: number,
  qty: number,
  entry: number,
  margin: number,
  mmr: number,
  fee: number,
): number {
  requireSide('side', side);
  requirePositive('qty', qty);
  requirePositive('entry', entry);
  const price = (qty * entry - side * margin) / (qty * (1 - side * (mmr + fee)));
  return price > 0 ? price : 0;
}

/** Adverse distance from entry to liquidation in one tier without cum, as a fraction of entry. Risk model, 3.2. */
export function liquidationDistance(side: number, leverage: number, mmr: number): number {
  return side > 0 ? 1 - (1 - 1 / leverage) / (1 - mmr) : (1 + 1 / leverage) / (1 + mmr) - 1;
}
