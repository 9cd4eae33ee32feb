import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRequests, startTarget } from '../../test/BadInput.ts';
import type { BadInputTarget } from '../../test/BadInput.ts';
import { effort, runSeed, usedBytes } from '../../test/Effort.ts';
import type { Reply } from '../../test/Volley.ts';

/** Requests of the campaign; `BAD_INPUT_REQUESTS=1000000` makes it long. */
const REQUESTS = effort('BAD_INPUT_REQUESTS', 2_000);
const BATCH = 500;
const EXPECTED: ReadonlySet<number> = new Set([200, 202, 204, 400, 403, 404, 405, 413]);
/** What the server may keep after the first tenth: code that was compiled and the odd cache. */
const FLAT_BYTES = 32 * 1024 * 1024;

let target: BadInputTarget;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

function isGood({ status, text }: Reply): boolean {
  return EXPECTED.has(status) && (status < 400 || text.length > 0);
}

describe('bad input', () => {
  it(`over all endpoints (${REQUESTS} requests) gets a status and a reason, changes nothing and leaves nothing behind`, async () => {
    const before = target.subnet.stateHash();
    const statuses = new Map<number, number>();
    let warmBytes = 0;
    for (let done = 0; done < REQUESTS; done += BATCH) {
      const size = Math.min(BATCH, REQUESTS - done);
      const seed = runSeed() + done;
      const batch = fc.sample(badRequests(target), { numRuns: size, seed });
      expect(await target.volley.sendAll(batch, isGood, statuses), `batch of seed ${seed}`).toBeUndefined();
      expect(target.failures).toEqual([]);
      if (done <= REQUESTS / 10) warmBytes = usedBytes();
    }
    expect(target.subnet.stateHash()).toBe(before);
    expect(usedBytes() - warmBytes, 'bytes more than after the first tenth').toBeLessThan(FLAT_BYTES);
    // Not all of it is refused at the door.
    expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 4);
    expect(statuses.size).toBeGreaterThanOrEqual(4);
  }, 3_600_000);
});
