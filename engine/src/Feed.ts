import { BAR_MS, type Bar, type LeaderBar } from './Bar.ts';
import { isJump } from './Sequence.ts';
import { bollingerStep, createBollinger } from './model/Bollinger.ts';
import { choppinessStep, createChoppiness } from './model/Choppiness.ts';
import {
  clearClusters,
  clustersBlindStep,
  clustersProxyStep,
  clustersStep,
  createClusters,
} from './model/Clusters.ts';
import { crowdMix } from './model/CrowdMix.ts';
import { createEfficiencyRatio, efficiencyRatioStep } from './model/EfficiencyRatio.ts';
import { kappaOf } from './model/FirstPassage.ts';
import { createHeat, heatPrints, heatStep } from './model/Heat.ts';
import { createHour, HOUR_CLOSED, HOUR_MS, HOUR_RUNNING, hourStep } from './model/Hour.ts';
import {
  createKappaTracker,
  kappaTrackerBar,
  kappaTrackerDrop,
  kappaTrackerHour,
} from './model/KappaTracker.ts';
import { createLeader, leaderBar, leaderClose } from './model/Leader.ts';
import { createLeadLag, leadLagDecay, leadLagHold, leadLagStep } from './model/LeadLag.ts';
import { createPercentile, percentileStep } from './model/Percentile.ts';
import { createRegime, regimeStep } from './model/Regime.ts';
import { createShock, shockStep } from './model/Shock.ts';
import { trendScore } from './model/TrendScore.ts';
import { createTurnover, turnoverStep } from './model/Turnover.ts';
import { createVolatility, sigmaHour, sigmaSide, volatilityStep } from './model/Volatility.ts';
import { createWilder, wilderStep } from './model/Wilder.ts';

/** Probability with which liquidation may be touched while nobody watches, and its distance in deviations. */
export const TOUCH_PROBABILITY = 0.005;
export const KAPPA_0 = kappaOf(TOUCH_PROBABILITY);
/** Share by which a touched level raises kappa. */
const CALIBRATION_RATE = 0.0025;
/** Bars before the first calibration window opens. */
const CALIBRATION_START = 288;
/** Open interest is held for the bar of its reading and twelve more. */
const OPEN_INTEREST_HELD_BARS = 13;
/** The crowd's leverage where the venue says nothing else: multiples, shares, and the maintenance rate of its positions. */
export const CROWD_LEVERAGES: readonly number[] = [3, 5, 10, 20, 25];
export const CROWD_WEIGHTS: readonly number[] = [0.1, 0.2, 0.35, 0.2, 0.15];
const CROWD_MMR = 0.01;

/**
 * Everything the model remembers of one perpetual's prices, in a fixed shape: plain numbers, flags and typed
 * arrays, so that a snapshot is a walk over the object and every bar costs the same. It is a class, as are its parts,
 * for V8's sake alone: it writes the numbers of such objects in place, but allocates one at every write to an object
 * that a literal made.
 */
export class Feed {
  /** Open time of the last bar, −1 before the first. */
  lastMs = -1;
  lastClose = 0;
  /** Bars that were really there since the feed began or was warmed again: those that were filled in count for nothing. */
  bars = 0;
  hour = createHour();
  bollinger = createBollinger(20, 2, 168);
  wilder = createWilder(14);
  efficiencyRatio = createEfficiencyRatio(20);
  choppiness = createChoppiness(14);
  volatility = createVolatility();
  /** Rank of hourly volatility among the last 30 days. */
  volatilityRank = createPercentile(720, 5e-4, 0.05, 160);
  kappa = createKappaTracker(KAPPA_0, TOUCH_PROBABILITY, CALIBRATION_RATE);
  /** Score as of the last usable hour; 0, a chop, until there is one. */
  trend = 0;
  regime = createRegime();
  leader = createLeader();
  leadLag = createLeadLag();
  shock = createShock();
  crowd = crowdMix(CROWD_LEVERAGES, CROWD_WEIGHTS, CROWD_MMR);
  clusters = createClusters();
  /** Last reading of open interest (base units), 0 before the first, and bars since. */
  openInterest = 0;
  openInterestAge = 0;
  /** Whether the map was made from open interest, not from the volume proxy. */
  isMapMeasured = false;
  heat = createHeat();
  turnover = createTurnover();
}

export function createFeed(): Feed {
  return new Feed();
}

/** Sets the crowd's leverage mix of the venue. What already lies on the map stays where it is. */
export function setCrowd(feed: Feed, leverages: readonly number[], weights: readonly number[]): void {
  const mix = crowdMix(leverages, weights, CROWD_MMR);
  Object.assign(feed.crowd, mix);
}

/**
 * The leader's closed bar. It must be there before our own bar of the same time steps; one that comes later was
 * missing then. The caller has checked the order with `assertLeaderSequence`.
 */
export function stepLeader(feed: Feed, bar: LeaderBar): void {
  leaderBar(feed.leader, bar.timeMs, bar.close);
}

/** Forced orders (quote) printed since the last bar; both sides count alike. */
export function addPrints(feed: Feed, notional: number): void {
  heatPrints(feed.heat, notional);
}

/** Whether the crowd map may be acted on: it rests on open interest, and the last reading is at most an hour old. */
export function isMapKnown(feed: Feed): boolean {
  return feed.isMapMeasured && feed.openInterestAge <= OPEN_INTEREST_HELD_BARS;
}

/**
 * Takes the next closed bar; missing ones before it (at most 12) are filled flat at the previous close. Updates
 * `feed` in place and touches nothing else. The caller has checked the sequence with `assertSequence`.
 *
 * @param openInterest (base units) as of the bar's close, 0 where it is unknown. What was opened while bars were missing
 * lies where this bar is: nothing is deposited on the filled ones.
 */
export function step(feed: Feed, bar: Bar, openInterest = 0): void {
  const { timeMs, close } = bar;
  if (feed.lastMs >= 0) {
    const last = feed.lastClose;
    for (let t = feed.lastMs + BAR_MS; t < timeMs; t += BAR_MS) stepFlat(feed, t, last);
    // A confirmed jump may be a split or a bad print: the windows that saw it are no evidence about sigma.
    if (isJump(last, close)) kappaTrackerDrop(feed.kappa);
  }
  if (openInterest > 0) {
    feed.openInterest = openInterest;
    feed.openInterestAge = 0;
  }
  setCurrent(timeMs, bar.open, bar.high, bar.low, close, bar.volume);
  stepOne(feed, false);
}

/**
 * The bar that steps. One object for all, since V8 would put every number that is handed from function to function on the
 * heap, and read bars of other shapes slowly.
 */
class Current {
  timeMs = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  volume = 0;
}

const current = new Current();

function setCurrent(
  timeMs: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
): void {
  current.timeMs = timeMs;
  current.open = open;
  current.high = high;
  current.low = low;
  current.close = close;
  current.volume = volume;
}

/** A missing bar, flat at the previous close. */
function stepFlat(feed: Feed, timeMs: number, close: number): void {
  setCurrent(timeMs, close, close, close, close, 0);
  stepOne(feed, true);
}

function stepOne(feed: Feed, synthetic: boolean): void {
  volatilityStep(feed.volatility, current, synthetic);
  kappaTrackerBar(feed.kappa, current);
  stepGuard(feed, synthetic);
  stepMap(feed, synthetic);
  const state = hourStep(feed.hour, current, synthetic);
  turnoverStep(feed.turnover, current.volume * current.close, state !== HOUR_RUNNING);
  if (state !== HOUR_RUNNING) stepHour(feed, state === HOUR_CLOSED);
  feed.lastMs = current.timeMs;
  feed.lastClose = current.close;
  if (!synthetic) feed.bars++;
}

/** Lead-lag and shocks. Returns are paired only where both series have this bar and the one before. */
function stepGuard(feed: Feed, synthetic: boolean): void {
  const { shock, leadLag, volatility } = feed;
  const leaderBefore = shock.leaderClose;
  const leaderNow = leaderClose(feed.leader, current.timeMs);
  const sigma = volatility.sigma;
  shockStep(shock, current.close, sigma, synthetic, leaderNow);
  if (shock.run >= 2 && leaderBefore > 0 && leaderNow > 0) {
    leadLagStep(leadLag, shock.leader1, volatility.lastReturn);
    leadLagHold(leadLag, sigma);
  } else {
    leadLagDecay(leadLag);
  }
}

/** The crowd map and the heat of forced orders. */
function stepMap(feed: Feed, synthetic: boolean): void {
  const { clusters, crowd } = feed;
  if (feed.openInterest === 0) {
    clustersProxyStep(clusters, crowd, current);
  } else {
    if (!feed.isMapMeasured) {
      // What the proxy drew has no place on a map that is acted on.
      clearClusters(clusters);
      feed.isMapMeasured = true;
    }
    feed.openInterestAge++;
    if (isMapKnown(feed)) clustersStep(clusters, crowd, current, feed.openInterest);
    else clustersBlindStep(clusters, crowd, current);
  }
  // What was printed during a gap belongs to the bar after it: an outage must not look calm.
  if (!synthetic) heatStep(feed.heat, clusters.swept);
}

/** A clock hour ended. Volatility's rank and calibration go by the clock, the indicators by usable hours. */
function stepHour(feed: Feed, usable: boolean): void {
  const { timeMs, close } = current;
  const { hour, wilder, efficiencyRatio, choppiness, volatility } = feed;
  if (usable) {
    bollingerStep(feed.bollinger, hour.close);
    wilderStep(wilder, hour.high, hour.low, hour.close);
    efficiencyRatioStep(efficiencyRatio, hour.close);
    choppinessStep(choppiness, hour.high, hour.low, hour.close);
  }
  const trendReady = wilder.adxReady && efficiencyRatio.ready && choppiness.ready;
  if (usable && trendReady) {
    feed.trend = trendScore(efficiencyRatio.value, wilder.adx, choppiness.value);
  }
  percentileStep(feed.volatilityRank, sigmaHour(volatility));
  regimeStep(feed.regime, feed.volatilityRank.value, feed.trend, trendReady);
  if (feed.bars >= CALIBRATION_START) {
    const hourNumber = Math.floor(timeMs / HOUR_MS);
    kappaTrackerHour(feed.kappa, hourNumber, close, sigmaSide(volatility, 1), sigmaSide(volatility, -1));
  }
}
