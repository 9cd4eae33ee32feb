import { warningBit } from './Decision.ts';
import { depthTo, entrySlip, exitSlip } from './Depth.ts';
import { isMapKnown, KAPPA_0 } from './Feed.ts';
import { MEASURES } from './Statistics.ts';
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

/** What moved the numbers, in the order of `MEASURES`: one for all, valid until the next decision. */
const measured = new Float64Array(MEASURES.length);

/** Takes the measures of a decision. Quantities are what is to be entered and left. */
export function measures(waters: Waters, entering: number, leaving: number, stopPrice: number): Float64Array {
  const { feed, markPrice, side } = waters;
  const { leadLag, shock, clusters, bollinger, kappa, heat } = feed;
  const { lead } = leadLag;
  const into = measured;
  into[0] = waters.sigma;
  into[1] = waters.sigmaSide;
  into[2] = feed.volatilityRank.value;
  into[3] = bollinger.ready ? bollinger.bandwidth : 0;
  into[4] = bollinger.bandwidthReference;
  into[5] = feed.trend;
  into[6] = stopMultipleOf(feed, waters.limits);
  into[7] = atrOf(feed);
  into[8] = waters.fundingDay;
  into[9] = (side > 0 ? kappa.kappaLong : kappa.kappaShort) / KAPPA_0;
  into[10] = correlationAt(leadLag, 0);
  into[11] = lead.bestLag;
  into[12] = lead.rhoBest;
  into[13] = lead.zBest;
  into[14] = lead.ratio;
  into[15] = lead.confidence;
  into[16] = waters.leaderMove;
  into[17] = shock.zOwn;
  into[18] = shock.zLeader;
  into[19] = waters.near;
  if (stopPrice > 0) {
    const depth = depthTo(waters, stopPrice);
    into[20] = barrierScore(clusters, side, markPrice, stopPrice);
    into[21] = depth > 0 ? pathMass(clusters, side, markPrice, stopPrice) / depth : 0;
  } else {
    into[20] = 0;
    into[21] = 0;
  }
  into[22] = waters.heat;
  into[23] = printCalibration(heat);
  into[24] = feed.turnover.day;
  into[25] = entering > 0 ? entrySlip(waters, entering) : 0;
  into[26] = leaving > 0 ? exitSlip(waters, leaving) : 0;
  return into;
}

/**
 * What a person should know beside the decision, as bits. Leaves in the waters what the measures tell, too.
 *
 * @param held hints about entries are left out then.
 */
export function marketWarnings(waters: Waters, held: boolean): number {
  const { feed, funding, side, fundingNext } = waters;
  let bits = markWarnings(waters);
  const leaderMove = adverseMove(feed.leadLag, side);
  const heat = heatValue(feed.heat);
  waters.leaderMove = leaderMove;
  waters.heat = heat;
  if (isLeaderMissing(feed.leader)) bits |= LEADER_MISSING;
  if (leaderMove >= LEADER_SHOCK) bits |= LEADER_SHOCKED;
  if (!feed.leadLag.lead.significant) bits |= NO_LEAD;
  if (!isMapKnown(feed)) bits |= APPROXIMATE_MAP;
  if (heat > HEAT_ALARM) bits |= HOT;
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
