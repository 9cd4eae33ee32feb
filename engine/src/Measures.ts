import { warningBit } from './Decision.ts';
import { depthTo, entrySlip, exitSlip } from './Depth.ts';
import { isMapKnown, KAPPA_0 } from './Feed.ts';
import { atrOf, stopMultipleOf, type Waters } from './Waters.ts';
import { barrierScore, pathMass } from './model/ClusterScores.ts';
import { fundingTrend, isFavourable } from './model/Funding.ts';
import { HEAT_ALARM, heatValue, printCalibration } from './model/Heat.ts';
import { isLeaderMissing } from './model/Leader.ts';
import { adverseMove, correlationAt } from './model/LeadLag.ts';

/** Mark this far from the last close is worth a warning. */
const MARK_FAR = 0.01;
const LEADER_SHOCK = 3;

const FAR_MARK = warningBit('mark-far-from-last');
const LEADER_MISSING = warningBit('leader-missing');
const LEADER_SHOCKED = warningBit('leader-shock');
const NO_LEAD = warningBit('no-significant-lead');
const APPROXIMATE_MAP = warningBit('approximate-map');
const HOT = warningBit('heat-alarm');
const NO_OPEN_INTEREST = warningBit('missing-open-interest');
const NO_BOOK_SEEN = warningBit('missing-book');
const NO_FUNDING = warningBit('missing-funding');
const PUNISHING = warningBit('funding-punishing-and-rising');
const FAVOURABLE = warningBit('funding-favourable');

/**
 * What moved the numbers, in the order of `MEASURES`. Quantities are what is to be entered and left.
 */
export function measures(waters: Waters, entering: number, leaving: number, stopPrice: number): number[] {
  const { feed, markPrice, limits, side } = waters;
  const { leadLag, shock, clusters, bollinger, kappa, heat } = feed;
  const { lead } = leadLag;
  const hasStop = stopPrice > 0;
  const depth = hasStop ? depthTo(waters, stopPrice) : 0;
  return [
    waters.sigma,
    waters.sigmaSide,
    feed.volatilityRank.value,
    bollinger.ready ? bollinger.bandwidth : 0,
    bollinger.bandwidthReference,
    feed.trend,
    stopMultipleOf(feed, limits),
    atrOf(feed),
    waters.fundingDay,
    (side > 0 ? kappa.kappaLong : kappa.kappaShort) / KAPPA_0,
    correlationAt(leadLag, 0),
    lead.bestLag,
    lead.rhoBest,
    lead.zBest,
    lead.ratio,
    lead.confidence,
    adverseMove(leadLag, side),
    shock.zOwn,
    shock.zLeader,
    waters.near,
    hasStop ? barrierScore(clusters, side, markPrice, stopPrice) : 0,
    depth > 0 ? pathMass(clusters, side, markPrice, stopPrice) / depth : 0,
    heatValue(heat),
    printCalibration(heat),
    feed.turnover.day,
    entrySlip(waters, entering),
    exitSlip(waters, leaving),
  ];
}

/**
 * What a person should know beside the decision, as bits.
 *
 * @param held hints about entries are left out then.
 */
export function marketWarnings(waters: Waters, held: boolean): number {
  const { feed, funding, side, fundingNext } = waters;
  let bits = markWarnings(waters);
  if (isLeaderMissing(feed.leader)) bits |= LEADER_MISSING;
  if (adverseMove(feed.leadLag, side) >= LEADER_SHOCK) bits |= LEADER_SHOCKED;
  if (!feed.leadLag.lead.significant) bits |= NO_LEAD;
  if (!isMapKnown(feed)) bits |= APPROXIMATE_MAP;
  if (heatValue(feed.heat) > HEAT_ALARM) bits |= HOT;
  if (waters.openInterest === 0) bits |= NO_OPEN_INTEREST;
  if (waters.book.bidCount === 0) bits |= NO_BOOK_SEEN;
  if (!waters.isFundingKnown) bits |= NO_FUNDING;
  const trend = fundingTrend(funding);
  if (side * fundingNext > 0 && side * trend > 0) bits |= PUNISHING;
  if (!held && isFavourable(side, fundingNext, trend)) bits |= FAVOURABLE;
  return bits;
}

/** The warning that a mark by itself gives. */
export function markWarnings({ markPrice, feed }: Waters): number {
  const ratio = markPrice / feed.lastClose - 1;
  return ratio > MARK_FAR || ratio < -MARK_FAR ? FAR_MARK : 0;
}
