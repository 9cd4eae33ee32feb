import { clamp01 } from '../math/Clamp.ts';

/** Multiples of ATR between price and stop in a clean trend and in chop. */
export const K_TREND = 2;
export const K_CHOP = 4;

/** Where each measure begins to speak of a trend, and over what it comes to say nothing else; choppiness downwards. */
export const EFFICIENCY_FROM = 0.15;
export const EFFICIENCY_SPAN = 0.4;
export const ADX_FROM = 15;
export const ADX_SPAN = 25;
export const CHOPPINESS_FROM = 61.8;
export const CHOPPINESS_SPAN = 23.6;

/**
 * Trend score in [0, 1]: the median of the three measures, each scaled to [0, 1]. Robust against one outlier and
 * monotone in each: rising in the efficiency ratio and ADX, falling in choppiness. Risk model, section 6.
 */
export function trendScore(efficiencyRatio: number, adx: number, choppiness: number): number {
  const a = clamp01((efficiencyRatio - EFFICIENCY_FROM) / EFFICIENCY_SPAN);
  const b = clamp01((adx - ADX_FROM) / ADX_SPAN);
  const c = clamp01((CHOPPINESS_FROM - choppiness) / CHOPPINESS_SPAN);
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

/** Stop distance in multiples of ATR for a trend score: `kChop` at 0, `kTrend` at 1. */
export function kOf(trend: number, kTrend = K_TREND, kChop = K_CHOP): number {
  return kChop - (kChop - kTrend) * trend;
}
