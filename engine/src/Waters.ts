import type { BookSlot } from './BookSummary.ts';
import type { Feed } from './Feed.ts';
import type { FundingNext } from './Funding.ts';
import type { Instrument } from './Instrument.ts';
import type { DeskLimits } from './Limits.ts';
import { adverseRate, FUNDING_PERSISTENCE, fundDay, fundingSlow, type Funding } from './model/Funding.ts';
import type { OtherPosition } from './model/Portfolio.ts';
import { kOf } from './model/TrendScore.ts';

const HOUR_MS = 3_600_000;

/** What every assessment reads: the market as the engine knows it and what the owner allows. */
export interface Waters {
  readonly feed: Feed;
  readonly funding: Funding;
  /** The venue's prediction; where `isFundingKnown` is false only its interval means something, the last one known. */
  readonly fundingNext: FundingNext;
  readonly isFundingKnown: boolean;
  /** Kept once they were asked for. */
  readonly forecasts: { long: FundingForecast | null; short: FundingForecast | null };
  readonly book: BookSlot;
  /** Base units, 0 where it is unknown. */
  readonly openInterest: number;
  readonly others: readonly OtherPosition[];
  readonly instrument: Instrument;
  readonly limits: DeskLimits;
  readonly timeMs: number;
  readonly markPrice: number;
  readonly equityUsdt: number;
}

/** Funding as the forecasts want it, per settlement. */
export interface FundingForecast {
  readonly mean: number;
  readonly next: number;
  readonly intervalHours: number;
  /** 0 once it is due. */
  readonly msToNext: number;
}

/**
 * What funding is expected to be for a side. A missing prediction is assumed against the side, and settled at the next
 * multiple of the interval (risk model, section 12).
 */
export function fundingForecast(waters: Waters, side: number): FundingForecast {
  const { forecasts } = waters;
  if (side > 0) return (forecasts.long ??= forecastOf(waters, 1));
  return (forecasts.short ??= forecastOf(waters, -1));
}

function forecastOf(waters: Waters, side: number): FundingForecast {
  const { funding, fundingNext, isFundingKnown, timeMs } = waters;
  const { intervalHours } = fundingNext;
  const settled = funding.slow.w > 0;
  const slow = settled ? fundingSlow(funding) : 0;
  if (!isFundingKnown) {
    const next = adverseRate(side, slow, intervalHours);
    const intervalMs = intervalHours * HOUR_MS;
    const msToNext = intervalMs - (timeMs % intervalMs);
    return { mean: settled ? slow : next, next, intervalHours, msToNext };
  }
  const next = fundingNext.rate;
  const wait = fundingNext.timeMs - timeMs;
  return { mean: settled ? slow : next, next, intervalHours, msToNext: wait > 0 ? wait : 0 };
}

/** Sum of the forecast funding rates of the next 24 h. */
export function fundingDay(waters: Waters, side: number): number {
  const { mean, next, intervalHours } = fundingForecast(waters, side);
  return fundDay(mean, next, FUNDING_PERSISTENCE, intervalHours);
}

/** Equity that may be risked: what the account holds, at most what the owner allotted; never below nothing. */
export function allottedEquity(waters: Waters): number {
  const { equityUsdt, limits } = waters;
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
