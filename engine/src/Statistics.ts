import { outOfDomain } from './EngineError.ts';
import {
  TREND_REGIMES,
  VOLATILITY_REGIMES,
  type TrendRegime,
  type VolatilityRegime,
} from './model/Regime.ts';

/** What moved the numbers; display and audit only. Fractions unless a unit is said. */
export interface Statistics {
  /** Volatility per square root of an hour, of both sides and of the decision's own. */
  readonly sigmaHour: number;
  readonly sigmaSideHour: number;
  /** Rank of the hourly volatility among the last 30 days, −1 while unknown. */
  readonly volatilityRank: number;
  readonly bandwidth: number;
  readonly bandwidthReference: number;
  readonly trendScore: number;
  readonly stopMultiple: number;
  /** Average true range of an hour, price units. */
  readonly atr: number;
  /** Sum of the forecast funding rates of the next 24 h. */
  readonly fundingDay: number;
  /** Self-calibration of the touch distance: 1 as fixed, up to 2 after touches. */
  readonly calibration: number;
  /** Correlation with the leader within the same five minutes. */
  readonly correlation: number;
  /** Strongest lag of the leader (bars of five minutes), its correlation and z score, and the Huth–Abergel ratio. */
  readonly leadLagBars: number;
  readonly leadRho: number;
  readonly leadZ: number;
  readonly leadRatio: number;
  /** 0: no significant lead. */
  readonly leadConfidence: number;
  /** The leader's move against the side over 15 or 60 minutes, the worse, in deviations. */
  readonly leaderMove: number;
  /** The last 15 minutes, own and leader's, in deviations; signed. */
  readonly shockOwn: number;
  readonly shockLeader: number;
  /** Density of the crowd map within four hours' deviation, and around the stop; 1 is uniform, 0 an empty map. */
  readonly clusterNear: number;
  readonly clusterStop: number;
  /** Mass of the map between mark and stop over the book's depth up to there; 0 where either is unknown. */
  readonly cascadeRatio: number;
  /** Forced orders of the last hour against their two-day mean, and the share of the map seen printed. */
  readonly heat: number;
  readonly printCalibration: number;
  /** Turnover of the last 24 clock hours, USDT. */
  readonly turnoverDayUsdt: number;
  /** Slippage of the target quantity on the way in and out (half depth); +∞ where the book is too thin, 0 without a quantity. */
  readonly entrySlip: number;
  readonly exitSlip: number;
  readonly volatilityRegime: VolatilityRegime;
  readonly trendRegime: TrendRegime;
}

type Measure = Exclude<keyof Statistics, 'volatilityRegime' | 'trendRegime'>;

/** In the order of the frame. */
export const MEASURES: readonly Measure[] = [
  'sigmaHour',
  'sigmaSideHour',
  'volatilityRank',
  'bandwidth',
  'bandwidthReference',
  'trendScore',
  'stopMultiple',
  'atr',
  'fundingDay',
  'calibration',
  'correlation',
  'leadLagBars',
  'leadRho',
  'leadZ',
  'leadRatio',
  'leadConfidence',
  'leaderMove',
  'shockOwn',
  'shockLeader',
  'clusterNear',
  'clusterStop',
  'cascadeRatio',
  'heat',
  'printCalibration',
  'turnoverDayUsdt',
  'entrySlip',
  'exitSlip',
];

/** Values in the order of the frame, as a record of names. */
export function statisticsOf(
  values: readonly number[],
  volatilityRegime: number,
  trendRegime: number,
): Statistics {
  const named = {} as Record<Measure, number>;
  for (let i = 0; i < MEASURES.length; i++) named[MEASURES[i]!] = values[i]!;
  return {
    ...named,
    volatilityRegime: nameOf(VOLATILITY_REGIMES, volatilityRegime, 'volatilityRegime'),
    trendRegime: nameOf(TREND_REGIMES, trendRegime, 'trendRegime'),
  };
}

/** @throws EngineError for a number without a name */
export function nameOf<T extends string>(names: readonly T[], index: number, field: string): T {
  const name = names[index];
  if (name === undefined) throw outOfDomain(field, `below ${String(names.length)}`, index);
  return name;
}
