import type { Bar, LeaderBar } from './Bar.ts';
import { requireCount } from './Domain.ts';
import { requireNonNegative } from './EngineError.ts';
import * as feeding from './Feed.ts';
import type { Feed } from './Feed.ts';
import { assertLeaderSequence, assertSequence } from './Sequence.ts';

/*
 * A feed by itself, for whoever wants volatility, indicators, crowd map and guard without a desk: what a desk checks for a
 * whole look is checked here bar by bar, before anything is changed.
 */

/**
 * Takes the next closed bar; up to 12 missing ones before it are filled flat.
 *
 * @param openInterest (base units) as of its close, 0 where it is unknown.
 * @param confirmedMs open time of a bar whose jump was confirmed, by a next bar within 5 % or by a person.
 * @throws EngineError `out-of-domain`, `out-of-order`, `stale-feed` or `quarantined`
 */
export function step(feed: Feed, bar: Bar, openInterest = 0, confirmedMs = -1): void {
  requireCount('openInterest', openInterest);
  assertSequence(feed.lastMs, feed.lastClose, [bar], 'bar', confirmedMs);
  feeding.step(feed, bar, openInterest);
}

/** The leader's closed bar, before our own of the same time. @throws EngineError `out-of-domain` or `out-of-order` */
export function stepLeader(feed: Feed, bar: LeaderBar): void {
  assertLeaderSequence(feed.leader.lastMs, [bar], 'leaderBar');
  feeding.stepLeader(feed, bar);
}

/** Forced orders (quote) printed since the last bar. @throws EngineError `out-of-domain` */
export function addPrints(feed: Feed, notionalUsdt: number): void {
  requireNonNegative('notionalUsdt', notionalUsdt);
  feeding.addPrints(feed, notionalUsdt);
}
