import { absolute, divideDown, divideUp, larger, multiplyUp, ONE_E8, smaller } from '../market/E8.ts';
import { type MarginTier, tierOf } from '../market/MarginTier.ts';
import type { Position } from './Position.ts';

/** Maintenance margin of a notional: `notional × mmr − cum` of its tier, rounded up. */
export function maintenanceMarginE8(tiers: readonly MarginTier[], notional: bigint): bigint {
  const sizeE8 = absolute(notional);
  if (sizeE8 === 0n) return 0n;
  const tier = tierOf(tiers, sizeE8);
  return multiplyUp(sizeE8, tier.mmrE8) - tier.cumE8;
}

/**
 * The mark price at which `collateral` plus the position's profit equals its maintenance margin (Binance's one-way
 * formula, without fees). Maintenance is the largest of the tiers' lines, so the price is that of the tier whose line
 * binds first: the highest for a long, the lowest for a short; no search for the right bracket is needed.
 * @returns the price in e8 rounded towards the trader's disadvantage (up for a long, down for a short), 0 when no
 * positive price liquidates.
 */
export function liquidationPriceE8(
  position: Position,
  collateralE8: bigint,
  tiers: readonly MarginTier[],
): bigint {
  const heldE8 = absolute(position.quantityE8);
  if (heldE8 === 0n) return 0n;
  if (position.quantityE8 > 0n) {
    let highestE8 = 0n;
    for (const { mmrE8, cumE8 } of tiers) {
      const shortfallE8 = position.entryCostE8 - collateralE8 - cumE8;
      highestE8 = larger(highestE8, divideUp(shortfallE8 * ONE_E8 * ONE_E8, heldE8 * (ONE_E8 - mmrE8)));
    }
    return highestE8;
  }
  let lowestE8: bigint | undefined;
  for (const { mmrE8, cumE8 } of tiers) {
    const cushionE8 = position.entryCostE8 + collateralE8 + cumE8;
    const priceE8 = divideDown(cushionE8 * ONE_E8 * ONE_E8, heldE8 * (ONE_E8 + mmrE8));
    lowestE8 = lowestE8 === undefined ? priceE8 : smaller(lowestE8, priceE8);
  }
  return lowestE8 === undefined || lowestE8 < 0n ? 0n : lowestE8;
}

/**
 * The price at which the collateral is used up, rounded towards it; below it a long (above it a short) would owe.
 * @returns 0 when no positive price does that.
 */
export function bankruptcyPriceE8(position: Position, collateralE8: bigint): bigint {
  const heldE8 = absolute(position.quantityE8);
  if (heldE8 === 0n) return 0n;
  return position.quantityE8 > 0n
    ? larger(0n, divideUp((position.entryCostE8 - collateralE8) * ONE_E8, heldE8))
    : larger(0n, divideDown((position.entryCostE8 + collateralE8) * ONE_E8, heldE8));
}
