import { describe, expect, test } from 'vitest';
import { populated } from '../../test/KeeperActs.ts';
import { watch, type Watch } from '../../test/Watch.ts';

const LONG = { side: 1, quantity: 10, entryPrice: 10 } as const;
const SECOND = 1 / 3_600;

function watched(): Watch {
  const one = watch(populated());
  one.look(0);
  return one;
}

const isFlattening = (one: Watch): boolean => one.account().markets[0]!.flattening;

describe('a flatten', () => {
  test('said while nothing is open or under way is over with the first look and closes no later trade', () => {
    const one = watched();
    one.act('flatten');
    expect(one.tick(1)).toMatchObject({ mustRecord: true, stance: { mustClose: null } });
    expect(one.tick(1.1).mustRecord).toBe(false);
    one.act('resume');
    expect(one.wish().stance.entriesBlocked).toBeNull();
    expect(one.tick(2, LONG).stance).toMatchObject({ mustClose: null, entriesBlocked: null });
  });

  test('is over at once where it is resumed from before any look', () => {
    const one = watched();
    one.act('flatten');
    one.act('resume');
    expect(isFlattening(one)).toBe(false);
    expect(one.tick(2, LONG).stance.mustClose).toBeNull();
  });

  test('said while a plan may be entered closes what comes of it, resumed from or not', () => {
    const one = watched();
    one.plan(0, 1, 100);
    one.act('flatten');
    expect(one.tick(30 * SECOND).stance.entriesBlocked).toBe('flatten');
    one.act('resume');
    // Nothing else is entered that it would reach.
    expect(one.wish().stance.entriesBlocked).toBe('flatten');
    expect(one.look(40 * SECOND, LONG).stance.mustClose).toBe('flatten');
    // The rest of the order may still be filled.
    one.look(50 * SECOND);
    expect(one.look(55 * SECOND, LONG).stance.mustClose).toBe('flatten');
    expect(one.look(70 * SECOND, LONG).stance.mustClose).toBe('flatten');
    expect(one.tick(80 * SECOND)).toMatchObject({ mustRecord: true, stance: { entriesBlocked: null } });
    expect(one.wish().stance.entriesBlocked).toBeNull();
    expect(one.tick(1, LONG).stance.mustClose).toBeNull();
  });

  test('said while something is held closes that, resumed from or not, and nothing after it', () => {
    const one = watched();
    one.look(1, LONG);
    one.act('flatten');
    one.act('resume');
    expect(one.tick(2, LONG).stance).toMatchObject({ mustClose: 'flatten', entriesBlocked: 'flatten' });
    one.tick(3);
    expect(isFlattening(one)).toBe(false);
    expect(one.tick(4, LONG).stance.mustClose).toBeNull();
  });
});
