import { clamp01 } from '../math/Clamp.ts';

/** Multiples of ATR between price and stop in a clean trend and in chop. */
export const K_TREND = 2;
export const K_CHOP = 4;

/**
 * Trend score in [0, 1]: the median of the three measures, each scaled to [0, 1]. Robust against one outlier and
 * monotone in each: rising in the efficiency ratio and ADX, falling in choppiness. Risk model, section 6.
 */
export function trendScore(efficiencyRatio: number, adx: number, choppiness: number): number {
  const a = clamp01((efficiencyRatio - 0.15) / 0.4);
  const b = clamp01((adx - 15) / 25);
  const c = clamp01((61.8 - choppiness) / 23.6);
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

/** Stop distance in multiples of ATR for a trend score: `kChop` at 0, `kTrend` at 1. */
export function kOf(trend: number, kTrend = K_TREND, kChop = K_CHOP): number {
  return kChop - (kChop - kTrend) * trend;
}
