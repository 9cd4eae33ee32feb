import { describe, expect, test } from 'vitest';
import { addPrints, BAR_MS, createFeed, step, stepLeader, type Feed } from './index.ts';
import { START_MS } from '../test/market.ts';
import { plainBars, refusal } from '../test/Stage.ts';

describe('a feed by itself', () => {
  const fed = (): Feed => {
    const feed = createFeed();
    for (const bar of plainBars.slice(0, 50)) step(feed, bar);
    return feed;
  };
  const next = plainBars[50]!;

  test('takes bars as a desk does', () => {
    expect(fed().bars).toBe(50);
    const feed = fed();
    step(feed, plainBars[62]!, 1_000);
    expect(feed).toMatchObject({ bars: 51, lastMs: plainBars[62]!.timeMs, openInterest: 1_000 });
  });

  test.each([
    ['a time that comes again', { timeMs: START_MS }, 'out-of-order'],
    ['a time between two bars', { timeMs: next.timeMs + 1 }, 'out-of-domain'],
    ['a time out of all bounds', { timeMs: 1e300 }, 'out-of-domain'],
    ['a gap of more than twelve bars', { timeMs: next.timeMs + 13 * BAR_MS }, 'stale-feed'],
    ['a jump', { high: 50, close: 50 }, 'quarantined'],
    ['a volume that is no number', { volume: NaN }, 'out-of-domain'],
    ['a price below nothing', { low: -1 }, 'out-of-domain'],
  ])('refuses %s by its name, and is as it was', (_what, wrong, leaf) => {
    const feed = fed();
    const before = JSON.stringify(feed);
    expect(refusal(() => step(feed, { ...next, ...wrong })).leaf).toBe(leaf);
    expect(JSON.stringify(feed)).toBe(before);
  });

  test('takes a jump that was confirmed, and refuses interest, prints and leader’s bars out of their domains', () => {
    const feed = fed();
    step(feed, { ...next, high: 50, close: 50 }, 0, next.timeMs);
    expect(feed.lastClose).toBe(50);
    stepLeader(feed, plainBars[50]!);
    expect(refusal(() => stepLeader(feed, plainBars[50]!)).leaf).toBe('out-of-order');
    expect(refusal(() => step(feed, plainBars[51]!, NaN)).field).toBe('openInterest');
    for (const prints of [NaN, -1, Infinity])
      expect(refusal(() => addPrints(feed, prints)).field).toBe('notionalUsdt');
    addPrints(feed, 5);
    expect(feed.heat.pending).toBe(5);
  });
});
