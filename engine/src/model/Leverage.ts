import { requireNonNegative, requirePositive, requireSide } from '../EngineError.ts';
import { clamp, clamp01 } from '../math/Clamp.ts';
import { exp } from '../math/Exp.ts';
import { LINE_NUMBERS, linesOf, maxLeverageAt, type MarginTier } from './MarginTiers.ts';

/*
 * The caps on leverage. Each is a real number, Infinity where it does not bind; the decision floors their minimum.
 * All are computed at the requested notional: at the final one, higher volatility could buy a better tier.
 * Risk model, 3.1 and 3.3.
 */

/** What a position costs before price moves. */
export class LeverageTerms {
  /** +1 long, -1 short. */
  side = 1;
  /** Requested notional, quote, > 0. */
  notional = 0;
  /** Closing fee counted into the liquidation trigger, fraction of notional. */
  feeClose = 0;
  /** Entry fee and slippage taken from margin, fraction of notional. */
  costEntry = 0;
}

/**
 * Largest leverage whose liquidation price is no nearer than entry * priceFactor. The initial margin must cover cost,
 * the loss at that price and the maintenance margin there: the largest over the tiers' lines, of which none binds below
 * its tier, hence the early end.
 */
function capAtPriceFactor(terms: LeverageTerms, tiers: readonly MarginTier[], priceFactor: number): number {
  const { side, notional, feeClose, costEntry } = terms;
  requireSide('side', side);
  requirePositive('notional', notional);
  return capOf(linesOf(tiers), side, notional, feeClose, costEntry, priceFactor);
}

function capOf(
  lines: Float64Array,
  side: number,
  notional: number,
  feeClose: number,
  costEntry: number,
  priceFactor: number,
): number {
  const loss = side > 0 ? 1 + costEntry - priceFactor : priceFactor - 1 + costEntry;
  const notionalThere = notional * priceFactor;
  let margin = -Infinity;
  for (let k = 0; k < lines.length; k += LINE_NUMBERS) {
    if (lines[k]! > notionalThere) break;
    const line = (lines[k + 1]! + feeClose) * priceFactor - lines[k + 2]! / notional;
    if (line > margin) margin = line;
  }
  const inverse = loss + margin;
  return inverse > 0 ? 1 / inverse : Infinity;
}

/** L_FP: touch of the liquidation price within `horizonHours` has at most the probability that `kappa` stands for. */
export function capFirstPassage(
  terms: LeverageTerms,
  tiers: readonly MarginTier[],
  sigmaSide: number,
  horizonHours: number,
  kappa: number,
): number {
  requireNonNegative('sigmaSide', sigmaSide);
  requirePositive('horizonHours', horizonHours);
  requirePositive('kappa', kappa);
  const exponent = -terms.side * kappa * sigmaSide * Math.sqrt(horizonHours);
  // Between bars the exponent stays what it was: one exponential a bar, not one a look.
  if (exponent !== lastExponent) {
    lastFactor = exp(exponent);
    lastExponent = exponent;
  }
  return capAtPriceFactor(terms, tiers, lastFactor);
}

let lastExponent = 0;
let lastFactor = 1;

/** L_STOPBUF: liquidation lies at least `buffer` stop distances (fractions of entry) away. */
export function capStopBuffer(
  terms: LeverageTerms,
  tiers: readonly MarginTier[],
  stopDistance: number,
  buffer: number,
): number {
  requirePositive('stopDistance', stopDistance);
  requirePositive('buffer', buffer);
  const factor = 1 - terms.side * buffer * stopDistance;
  return capAtPriceFactor(terms, tiers, factor > 0 ? factor : 0);
}

/** L_TIER: what the venue offers at the requested notional; 0 beyond its last tier. */
export function capTier(tiers: readonly MarginTier[], notional: number): number {
  return maxLeverageAt(tiers, notional);
}

export const BOLLINGER_MIN = 0.25;
export const BOLLINGER_MAX = 2;
const BOLLINGER_WARM_UP = 0.5;

/**
 * L_BB: reference leverage times reference bandwidth over bandwidth, held in [1/4, 2]; half of the reference
 * while the bands warm up. A squeeze to nothing gives 2; a reference of nothing gives 1.
 */
export function capBollinger(
  bandwidth: number,
  reference: number,
  ready: boolean,
  referenceLeverage: number,
): number {
  if (!ready) return referenceLeverage * BOLLINGER_WARM_UP;
  if (!(bandwidth > 0)) return referenceLeverage * BOLLINGER_MAX;
  if (!(reference > 0)) return referenceLeverage;
  return referenceLeverage * clamp(reference / bandwidth, BOLLINGER_MIN, BOLLINGER_MAX);
}

/** L_REGIME: 20 up to the median of volatility, falling to 5 at its 95th percentile. A rank below 0 is unknown: 5. */
export function capRegime(volatilityRank: number): number {
  const rank = volatilityRank < 0 ? 1 : volatilityRank;
  return 20 - 15 * clamp01((rank - 0.5) / 0.45);
}

/** L_FUND: funding paid burns at most `maxBurnPerDay` of margin. `fundDay` is the sum of forecast rates over 24 h. */
export function capFunding(side: number, fundDay: number, maxBurnPerDay: number): number {
  const paid = side * fundDay;
  return paid > 0 ? maxBurnPerDay / paid : Infinity;
}
