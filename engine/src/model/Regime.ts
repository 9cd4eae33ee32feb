/*
 * A name for the weather, for people only: no cap reads it, since a label with hysteresis would break the caps'
 * monotonicity. Each name is left later than it is entered, so that it does not flicker. Risk model, section 9.
 */
export const VOLATILITY_REGIMES = ['unknown', 'calm', 'normal', 'high', 'extreme'] as const;
export type VolatilityRegime = (typeof VOLATILITY_REGIMES)[number];
export const TREND_REGIMES = ['unknown', 'trend', 'mixed', 'chop'] as const;
export type TrendRegime = (typeof TREND_REGIMES)[number];

const UNKNOWN = 0;
const CALM = 1;
const NORMAL = 2;
const HIGH = 3;
const EXTREME = 4;
const TREND = 1;
const MIXED = 2;
const CHOP = 3;

const CALM_BELOW = 0.5;
const HIGH_FROM = 0.8;
const HIGH_UNTIL = 0.7;
const EXTREME_FROM = 0.95;
const TREND_FROM = 0.6;
const TREND_UNTIL = 0.5;
/** The mirror of the trend's bounds. */
const CHOP_FROM = 0.4;
const CHOP_UNTIL = 0.5;

/** Indices into the two lists of names. */
export class Regime {
  volatility = UNKNOWN;
  trend = UNKNOWN;
}

export function createRegime(): Regime {
  return new Regime();
}

/**
 * Takes the values of a closed hour.
 *
 * @param volatilityRank in [0, 1], below 0 while unknown.
 * @param trend score in [0, 1]; read only where `trendReady`.
 */
export function regimeStep(state: Regime, volatilityRank: number, trend: number, trendReady: boolean): void {
  if (volatilityRank >= 0) {
    const high = volatilityRank >= (state.volatility >= HIGH ? HIGH_UNTIL : HIGH_FROM);
    if (volatilityRank >= EXTREME_FROM) state.volatility = EXTREME;
    else if (high) state.volatility = HIGH;
    else state.volatility = volatilityRank < CALM_BELOW ? CALM : NORMAL;
  }
  if (!trendReady) return;
  if (trend >= (state.trend === TREND ? TREND_UNTIL : TREND_FROM)) state.trend = TREND;
  else if (state.trend === CHOP ? trend < CHOP_UNTIL : trend <= CHOP_FROM) state.trend = CHOP;
  else state.trend = MIXED;
}
