import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRequests, startTarget } from '../../test/BadInput.ts';
import type { BadInputTarget } from '../../test/BadInput.ts';

/** The campaign is `localnet/bench/badInput.ts`; this is a small part of it. */
const RUNS = 600;
const EXPECTED: ReadonlySet<number> = new Set([200, 202, 204, 400, 403, 404, 405, 413]);

let target: BadInputTarget;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

describe('bad input', () => {
  it('over all endpoints gets a status and a reason, and changes nothing', async () => {
    const before = target.subnet.stateHash();
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(badRequests(target), async (bad) => {
        const { status, text } = await target.send(bad);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(EXPECTED).toContain(status);
        if (status >= 400) expect(text.length).toBeGreaterThan(0);
        expect(target.failures).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    expect(target.subnet.stateHash()).toBe(before);
    // Not all of it is refused at the door.
    expect(statuses.get(400)).toBeGreaterThan(RUNS / 4);
    expect(statuses.size).toBeGreaterThanOrEqual(4);
  });
});
