import { warningBit } from './Decision.ts';
import { depthTo, entrySlip, exitSlip } from './Depth.ts';
import { isMapKnown, KAPPA_0 } from './Feed.ts';
import type { Statistics } from './Statistics.ts';
import { atrOf, fundingDay, fundingForecast, stopMultipleOf, type Waters } from './Waters.ts';
import { barrierScore, pathMass } from './model/ClusterScores.ts';
import { fundingTrend, isFavourable } from './model/Funding.ts';
import { HEAT_ALARM, heatValue, printCalibration } from './model/Heat.ts';
import { isLeaderMissing } from './model/Leader.ts';
import { adverseMove, correlationAt } from './model/LeadLag.ts';
import { TREND_REGIMES, VOLATILITY_REGIMES } from './model/Regime.ts';
import { sigmaHour, sigmaSide } from './model/Volatility.ts';

/** Mark this far from the last close is worth a warning. */
const MARK_FAR = 0.01;
const LEADER_SHOCK = 3;

/** What moved the numbers. Quantities are what is to be entered and left; `near` is what `clusterNear` says. */
export function measures(
  waters: Waters,
  side: number,
  entering: number,
  leaving: number,
  stopPrice: number,
  near: number,
): Statistics {
  const { feed, markPrice, limits } = waters;
  const { leadLag, shock, clusters } = feed;
  const { lead } = leadLag;
  const depth = stopPrice > 0 ? depthTo(waters, side, stopPrice) : 0;
  return {
    sigmaHour: sigmaHour(feed.volatility),
    sigmaSideHour: sigmaSide(feed.volatility, side),
    volatilityRank: feed.volatilityRank.value,
    bandwidth: feed.bollinger.ready ? feed.bollinger.bandwidth : 0,
    bandwidthReference: feed.bollinger.bandwidthReference,
    trendScore: feed.trend,
    stopMultiple: stopMultipleOf(feed, limits),
    atr: atrOf(feed),
    fundingDay: fundingDay(waters, side),
    calibration: (side > 0 ? feed.kappa.kappaLong : feed.kappa.kappaShort) / KAPPA_0,
    correlation: correlationAt(leadLag, 0),
    leadLagBars: lead.bestLag,
    leadRho: lead.rhoBest,
    leadZ: lead.zBest,
    leadRatio: lead.ratio,
    leadConfidence: lead.confidence,
    leaderMove: adverseMove(leadLag, side),
    shockOwn: shock.zOwn,
    shockLeader: shock.zLeader,
    clusterNear: near,
    clusterStop: stopPrice > 0 ? barrierScore(clusters, side, markPrice, stopPrice) : 0,
    cascadeRatio: depth > 0 ? pathMass(clusters, side, markPrice, stopPrice) / depth : 0,
    heat: heatValue(feed.heat),
    printCalibration: printCalibration(feed.heat),
    turnoverDayUsdt: feed.turnover.day,
    entrySlip: entrySlip(waters, side, entering),
    exitSlip: exitSlip(waters, side, leaving),
    volatilityRegime: VOLATILITY_REGIMES[feed.regime.volatility]!,
    trendRegime: TREND_REGIMES[feed.regime.trend]!,
  };
}

/**
 * What a person should know beside the decision, as bits.
 *
 * @param held hints about entries are left out then.
 */
export function marketWarnings(waters: Waters, side: number, held: boolean): number {
  const { feed, markPrice, funding, isFundingKnown } = waters;
  let bits = 0;
  const ratio = markPrice / feed.lastClose - 1;
  if (ratio > MARK_FAR || ratio < -MARK_FAR) bits |= warningBit('mark-far-from-last');
  if (isLeaderMissing(feed.leader)) bits |= warningBit('leader-missing');
  if (adverseMove(feed.leadLag, side) >= LEADER_SHOCK) bits |= warningBit('leader-shock');
  if (!feed.leadLag.lead.significant) bits |= warningBit('no-significant-lead');
  if (!isMapKnown(feed)) bits |= warningBit('approximate-map');
  if (heatValue(feed.heat) > HEAT_ALARM) bits |= warningBit('heat-alarm');
  if (waters.openInterest === 0) bits |= warningBit('missing-open-interest');
  if (waters.book.bidCount === 0) bits |= warningBit('missing-book');
  if (!isFundingKnown) bits |= warningBit('missing-funding');
  const { next } = fundingForecast(waters, side);
  const trend = fundingTrend(funding);
  if (side * next > 0 && side * trend > 0) bits |= warningBit('funding-punishing-and-rising');
  if (!held && isFavourable(side, next, trend)) bits |= warningBit('funding-favourable');
  return bits;
}
