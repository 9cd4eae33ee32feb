import { createBookSlot, type BookSlot } from './BookSummary.ts';
import { createFeed, type Feed } from './Feed.ts';
import type { Instrument } from './Instrument.ts';
import { DEFAULT_LIMITS, type DeskLimits } from './Limits.ts';
import { ewmaValue } from './math/Ewma.ts';
import { adverseRate, createFunding, type Funding } from './model/Funding.ts';
import { ALONE, type OtherPosition } from './model/Portfolio.ts';
import { kOf } from './model/TrendScore.ts';
import { sigmaSide } from './model/Volatility.ts';

const HOUR_MS = 3_600_000;

/**
 * What every assessment reads: the market as the engine knows it and what the owner allows. There is one, filled anew
 * for every decision: first with what was seen, then by `turnTo` with what that means for a side.
 */
export class Waters {
  feed: Feed = createFeed();
  funding: Funding = createFunding();
  /** The venue's prediction; where `isFundingKnown` is false only its interval means something, the last one known. */
  isFundingKnown = false;
  fundingTimeMs = 0;
  fundingRate = 0;
  fundingIntervalHours = 8;
  book: BookSlot = createBookSlot();
  /** Base units, 0 where it is unknown. */
  openInterest = 0;
  others: readonly OtherPosition[] = ALONE;
  instrument: Instrument = NO_INSTRUMENT;
  limits: DeskLimits = DEFAULT_LIMITS;
  timeMs = 0;
  markPrice = 0;
  equityUsdt = 0;
  /** The side that the numbers below are for. */
  side = 0;
  /** Volatility per square root of an hour, of both sides and of this one. */
  sigma = 0;
  sigmaSide = 0;
  /** Funding per settlement: long-run mean and the next one expected; milliseconds until then, 0 once it is due. */
  fundingMean = 0;
  fundingNext = 0;
  msToFunding = 0;
  /** Sum of the forecast funding rates of the next 24 h; set with the constraints. */
  fundingDay = 0;
  /** Density of the crowd map within four hours' deviation on the adverse side; 0 where it is empty. */
  near = 0;
  /** The leader's move against the side, in deviations, and the heat of forced orders; set with the warnings. */
  leaderMove = 0;
  heat = 0;
}

export const NO_INSTRUMENT: Instrument = {
  symbol: '',
  tickNumerator: 1,
  tickDenominator: 1,
  quantityStep: 1,
  minNotionalUsdt: 0,
  takerFee: 0,
  tiers: [],
};

export function createWaters(): Waters {
  return new Waters();
}

/**
 * Turns the waters to a side. A missing prediction of funding is assumed against the side, and settled at the next
 * multiple of the interval (risk model, section 12).
 */
export function turnTo(waters: Waters, side: number): void {
  const { feed, funding, fundingIntervalHours, timeMs } = waters;
  const { volatility } = feed;
  waters.side = side;
  waters.sigma = volatility.sigma;
  waters.sigmaSide = sigmaSide(volatility, side);
  const isSettled = funding.slow.w > 0;
  const slow = isSettled ? ewmaValue(funding.slow) : 0;
  let next: number;
  if (waters.isFundingKnown) {
    next = waters.fundingRate;
    const wait = waters.fundingTimeMs - timeMs;
    waters.msToFunding = wait > 0 ? wait : 0;
  } else {
    next = adverseRate(side, slow, fundingIntervalHours);
    const intervalMs = fundingIntervalHours * HOUR_MS;
    waters.msToFunding = intervalMs - (timeMs % intervalMs);
  }
  const mean = isSettled ? slow : next;
  waters.fundingMean = mean;
  waters.fundingNext = next;
}

/** Equity that may be risked: what the account holds, at most what the owner allotted; never below nothing. */
export function allottedEquity({ equityUsdt, limits }: Waters): number {
  const equity = equityUsdt < limits.capitalUsdt ? equityUsdt : limits.capitalUsdt;
  return equity > 0 ? equity : 0;
}

/** Average true range of an hour, 0 while it warms up. */
export function atrOf(feed: Feed): number {
  return feed.wilder.atrReady ? feed.wilder.atr : 0;
}

/** Multiples of ATR between price and stop, by the trend score and the owner's preference. */
export function stopMultipleOf(feed: Feed, limits: DeskLimits): number {
  return kOf(feed.trend, limits.kTrend, limits.kChop);
}
