import { describe, expect, test } from 'vitest';
import { populated } from '../../test/KeeperActs.ts';
import { HERE, watch, type Watch } from '../../test/Watch.ts';

const LOST = { equityUsdt: 960 };

/** A keeper that saw a thousand of equity at the hour 0. */
function watched(): Watch {
  const one = watch(populated());
  one.look(0);
  return one;
}

/** First full hour of a feed at which a wish would be allowed again. */
function coolFrom(one: Watch): number {
  for (let hours = 1; hours < 100; hours++) {
    if (one.look(hours, LOST).stance.entriesBlocked === null) return hours;
  }
  return Infinity;
}

describe('the cool-down after a take-over', () => {
  test('is never shortened by a later take-over', () => {
    const one = watched();
    one.act('takeover');
    one.look(0.1, LOST);
    one.act('release');
    one.look(0.2, LOST);
    one.act('takeover');
    one.act('release');
    expect(coolFrom(one)).toBe(25);
  });

  test.each([
    ['everything', null, null, 0, null],
    ['the account', 0, null, 0, 0],
    ['everything', null, null, 0, 0],
  ] as const)('begins when nothing is steered any more: %s is given back last', (_, a, m, inner, within) => {
    const one = watched();
    one.act('takeover', a, m);
    if (within !== null) one.act('takeover', inner, within);
    one.act('release', inner, within);
    one.look(0.1, LOST);
    expect(one.account()).toMatchObject({ coolUntilMs: 0, takeoverUsdt: 1_000, released: false });
    one.act('release', a, m);
    expect(coolFrom(one)).toBe(25);
  });

  test('is judged by the first look afterwards where the agent was off meanwhile', () => {
    const one = watched();
    one.act('takeover');
    one.act('release');
    // By what is on record an hour would be enough, and long over.
    expect(one.wish().stance.entriesBlocked).toBe('cool-down');
    const back = one.tick(5, LOST);
    expect(back).toMatchObject({ mustRecord: true, stance: { entriesBlocked: 'cool-down' } });
    expect(one.account()).toMatchObject({ takeoverUsdt: 0, released: false });
    expect(one.tick(5.1, LOST).mustRecord).toBe(false);
    expect(one.look(28.9, LOST).stance.entriesBlocked).toBe('cool-down');
    expect(one.look(29, LOST).stance.entriesBlocked).toBeNull();
  });

  test('begins with that look even where nothing was lost', () => {
    const one = watched();
    one.act('takeover');
    one.act('release');
    one.look(5);
    expect(one.look(5.9).stance.entriesBlocked).toBe('cool-down');
    expect(one.look(6).stance.entriesBlocked).toBeNull();
  });

  test('counts the loss of a take-over that was followed by another before any look', () => {
    const one = watched();
    one.act('takeover');
    one.act('release');
    one.act('takeover');
    one.look(0.1, LOST);
    expect(one.account().takeoverUsdt).toBe(1_000);
    one.act('release');
    expect(coolFrom(one)).toBe(25);
  });

  test('is the full one for an account whose equity was not known before', () => {
    const one = watch(populated());
    one.act('takeover', null);
    one.look(0, LOST, HERE);
    one.act('release', null);
    expect(coolFrom(one)).toBe(25);
  });

  test('is nobody else’s: of the other account nothing was steered', () => {
    const one = watched();
    one.act('takeover');
    one.act('release');
    expect(one.account(1)).toMatchObject({ coolUntilMs: 0, takeoverUsdt: 0, released: false });
  });
});
