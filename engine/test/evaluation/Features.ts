import { createFeed, step } from '../../src/Feed.ts';
import { createFunding, fundDay, fundingFast, fundingSlow, fundingStep } from '../../src/model/Funding.ts';
import { sigmaHour } from '../../src/model/Volatility.ts';
import { kOf } from '../../src/model/TrendScore.ts';
import { BAR_MS } from '../../src/Bar.ts';
import type { Dataset } from './Dataset.ts';

/** What is known at each bar's close. */
export interface Features {
  readonly sigmaHour: Float64Array;
  readonly bandwidth: Float64Array;
  /** 0 while the bands warm up. */
  readonly bandwidthReference: Float64Array;
  readonly volatilityRank: Float64Array;
  readonly atr: Float64Array;
  readonly stopMultiple: Float64Array;
  readonly fundingFast: Float64Array;
  readonly fundDay: Float64Array;
  /** Rate of the settlement at the bar's open, NaN where there is none. */
  readonly settled: Float64Array;
}

const PERSISTENCE = 0.8;
const INTERVAL_HOURS = 8;

export function featuresOf({ bars, settlements }: Dataset): Features {
  const column = (): Float64Array => new Float64Array(bars.length);
  const features: Features = {
    sigmaHour: column(),
    bandwidth: column(),
    bandwidthReference: column(),
    volatilityRank: column(),
    atr: column(),
    stopMultiple: column(),
    fundingFast: column(),
    fundDay: column(),
    settled: column().fill(NaN),
  };
  const feed = createFeed();
  const funding = createFunding();
  const rates = new Map(settlements.map(({ timeMs, rate }) => [timeMs, rate]));
  let next = 0;
  bars.forEach((bar, i) => {
    step(feed, bar);
    while (next < settlements.length && settlements[next]!.timeMs <= bar.timeMs + BAR_MS) {
      fundingStep(funding, settlements[next++]!.rate);
    }
    features.sigmaHour[i] = sigmaHour(feed.volatility);
    features.bandwidth[i] = feed.bollinger.bandwidth;
    features.bandwidthReference[i] = feed.bollinger.bandwidthReference;
    features.volatilityRank[i] = feed.volatilityRank.value;
    features.atr[i] = feed.wilder.atrReady ? feed.wilder.atr : 0;
    features.stopMultiple[i] = kOf(feed.trend);
    const fast = fundingFast(funding);
    features.fundingFast[i] = fast;
    features.fundDay[i] = fundDay(fundingSlow(funding), fast, PERSISTENCE, INTERVAL_HOURS);
    features.settled[i] = rates.get(bar.timeMs) ?? NaN;
  });
  return features;
}
