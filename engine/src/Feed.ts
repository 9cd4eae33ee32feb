import { EngineError, outOfDomain } from './EngineError.ts';
import { assertBar, BAR_MS, type Bar } from './Bar.ts';
import { logRatio } from './math/Log.ts';
import { bollingerStep, createBollinger, type Bollinger } from './model/Bollinger.ts';
import { choppinessStep, createChoppiness, type Choppiness } from './model/Choppiness.ts';
import { createEfficiencyRatio, efficiencyRatioStep, type EfficiencyRatio } from './model/EfficiencyRatio.ts';
import { kappaOf } from './model/FirstPassage.ts';
import { createHour, HOUR_CLOSED, HOUR_MS, HOUR_RUNNING, hourStep, type Hour } from './model/Hour.ts';
import {
  createKappaTracker,
  kappaTrackerBar,
  kappaTrackerHour,
  type KappaTracker,
} from './model/KappaTracker.ts';
import { createPercentile, percentileStep, type Percentile } from './model/Percentile.ts';
import { K_CHOP, kOf, trendScore } from './model/TrendScore.ts';
import {
  createVolatility,
  sigmaHour,
  sigmaSide,
  volatilityStep,
  type Volatility,
} from './model/Volatility.ts';
import { createWilder, wilderStep, type Wilder } from './model/Wilder.ts';

/** Missing bars up to this many are filled flat; a longer gap makes the feed stale. */
export const MAX_GAP_BARS = 12;
/** A jump of the close beyond this log return waits for the next bar to confirm it. */
const QUARANTINE_LOG_RETURN = 0.5;
/** Probability with which liquidation may be touched while nobody watches, and its distance in deviations. */
export const TOUCH_PROBABILITY = 0.005;
export const KAPPA_0 = kappaOf(TOUCH_PROBABILITY);
/** Share by which a touched level raises kappa. */
const CALIBRATION_RATE = 0.0025;
/** Bars before the first calibration window opens. */
const CALIBRATION_START = 288;
/** A next bar this near confirms the jump. */
const CONFIRMATION = 0.05;

/**
 * Everything the model remembers of one perpetual's prices, in a fixed shape: plain numbers, flags and typed
 * arrays, so that a snapshot is a walk over the object and every bar costs the same.
 */
export type Feed = {
  /** Open time of the last bar, −1 before the first. */
  lastMs: number;
  lastClose: number;
  /** Bars since the feed began or was warmed again, filled ones included. */
  bars: number;
  hour: Hour;
  bollinger: Bollinger;
  wilder: Wilder;
  efficiencyRatio: EfficiencyRatio;
  choppiness: Choppiness;
  volatility: Volatility;
  /** Rank of hourly volatility among the last 30 days. */
  volatilityRank: Percentile;
  kappa: KappaTracker;
  /** Score and multiple as of the last usable hour; chop until there is one. */
  trend: number;
  stopMultiple: number;
  leaderMs: number;
  leaderClose: number;
};

export function createFeed(): Feed {
  return {
    lastMs: -1,
    lastClose: 0,
    bars: 0,
    hour: createHour(),
    bollinger: createBollinger(20, 2, 168),
    wilder: createWilder(14),
    efficiencyRatio: createEfficiencyRatio(20),
    choppiness: createChoppiness(14),
    volatility: createVolatility(),
    volatilityRank: createPercentile(720, 5e-4, 0.05, 160),
    kappa: createKappaTracker(KAPPA_0, TOUCH_PROBABILITY, CALIBRATION_RATE),
    trend: 0,
    stopMultiple: K_CHOP,
    leaderMs: -1,
    leaderClose: 0,
  };
}

function isJump(from: number, to: number): boolean {
  const r = logRatio(to, from);
  return r > QUARANTINE_LOG_RETURN || r < -QUARANTINE_LOG_RETURN;
}

/**
 * Whether a run of bars can follow what a feed has seen; throws before anything is changed.
 *
 * @throws EngineError `out-of-order`, `stale-feed` (a gap of more than 12 bars) or `quarantined` (a jump that no next
 * bar within 5 % confirms).
 */
export function assertSequence(lastMs: number, lastClose: number, bars: readonly Bar[], field: string): void {
  let previousMs = lastMs;
  let previousClose = lastClose;
  for (let i = 0; i < bars.length; i++) {
    const bar = bars[i]!;
    assertBar(bar, field);
    if (previousMs >= 0) {
      const expected = previousMs + BAR_MS;
      if (bar.timeMs < expected) {
        throw new EngineError(
          'request',
          'out-of-order',
          `${field}.timeMs`,
          `at least ${String(expected)}`,
          bar.timeMs,
        );
      }
      if (bar.timeMs > expected + MAX_GAP_BARS * BAR_MS) {
        throw new EngineError(
          'request',
          'stale-feed',
          `${field}.timeMs`,
          `at most ${String(MAX_GAP_BARS)} bars after ${String(previousMs)} (load history to go on)`,
          bar.timeMs,
        );
      }
      if (isJump(previousClose, bar.close)) {
        const next = bars[i + 1];
        const near = next === undefined ? Infinity : next.close / bar.close - 1;
        if (!(near <= CONFIRMATION && near >= -CONFIRMATION)) {
          throw new EngineError(
            'temporary',
            'quarantined',
            `${field}.close`,
            `a next bar within 5 % to confirm the jump from ${String(previousClose)}`,
            bar.close,
          );
        }
      }
    }
    previousMs = bar.timeMs;
    previousClose = bar.close;
  }
}

/**
 * Takes the next closed bar; missing ones before it (at most 12) are filled flat at the previous close. Updates
 * `feed` in place and touches nothing else. The caller has checked the sequence with `assertSequence`.
 */
export function step(feed: Feed, bar: Bar): void {
  if (feed.lastMs >= 0) {
    for (let t = feed.lastMs + BAR_MS; t < bar.timeMs; t += BAR_MS) {
      const c = feed.lastClose;
      stepOne(feed, t, c, c, c, c, true);
    }
  }
  stepOne(feed, bar.timeMs, bar.open, bar.high, bar.low, bar.close, false);
}

function stepOne(
  feed: Feed,
  timeMs: number,
  open: number,
  high: number,
  low: number,
  close: number,
  synthetic: boolean,
): void {
  volatilityStep(feed.volatility, open, high, low, close, synthetic);
  kappaTrackerBar(feed.kappa, high, low);
  const hour = feed.hour;
  const state = hourStep(hour, timeMs, open, high, low, close, synthetic);
  if (state !== HOUR_RUNNING) {
    if (state === HOUR_CLOSED) {
      bollingerStep(feed.bollinger, hour.close);
      wilderStep(feed.wilder, hour.high, hour.low, hour.close);
      efficiencyRatioStep(feed.efficiencyRatio, hour.close);
      choppinessStep(feed.choppiness, hour.high, hour.low, hour.close);
      if (feed.wilder.adxReady && feed.efficiencyRatio.ready && feed.choppiness.ready) {
        feed.trend = trendScore(feed.efficiencyRatio.value, feed.wilder.adx, feed.choppiness.value);
        feed.stopMultiple = kOf(feed.trend);
      }
    }
    percentileStep(feed.volatilityRank, sigmaHour(feed.volatility));
    if (feed.bars >= CALIBRATION_START) {
      const hourNumber = Math.floor(timeMs / HOUR_MS);
      kappaTrackerHour(
        feed.kappa,
        hourNumber,
        close,
        sigmaSide(feed.volatility, 1),
        sigmaSide(feed.volatility, -1),
      );
    }
  }
  feed.lastMs = timeMs;
  feed.lastClose = close;
  feed.bars++;
}

/** The leader's closed bar. Its shock and lead-lag guards come with the whole engine; until then it is only kept. */
export function stepLeader(feed: Feed, bar: Bar): void {
  feed.leaderMs = bar.timeMs;
  feed.leaderClose = bar.close;
}

/** @throws EngineError when the mark is not a positive finite price. */
export function assertMark(markPrice: number): void {
  if (!(markPrice > 0 && markPrice < Infinity))
    throw outOfDomain('markPrice', 'a finite price above 0', markPrice);
}
