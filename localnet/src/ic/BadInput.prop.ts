import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRequests, startTarget } from '../../test/BadInput.ts';
import type { BadInputTarget, BadRequest } from '../../test/BadInput.ts';
import { effort, runSeed, usedBytes } from '../../test/Effort.ts';

/** Requests of the campaign; `BAD_INPUT_REQUESTS=1000000` makes it long. */
const REQUESTS = effort('BAD_INPUT_REQUESTS', 2_000);
const BATCH = 500;
const PARALLEL = 8;
const EXPECTED: ReadonlySet<number> = new Set([200, 202, 204, 400, 403, 404, 405, 413]);
/** What the server may keep after the first tenth: code that was compiled and the odd cache. */
const FLAT_BYTES = 32 * 1024 * 1024;

let target: BadInputTarget;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

/** Sends all of them, several at a time, and gives the first that was not answered as it should be. */
async function sendAll(
  requests: readonly BadRequest[],
  statuses: Map<number, number>,
): Promise<string | undefined> {
  let flaw: string | undefined;
  const next = requests.values();
  const worker = async (): Promise<void> => {
    for (const bad of next) {
      const { status, text } = await target.send(bad);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (EXPECTED.has(status) && (status < 400 || text.length > 0)) continue;
      const body = Buffer.from(bad.body).toString('hex').slice(0, 2_000);
      flaw ??= `${status} "${text}" to ${bad.method} ${bad.path} ${body}`;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return flaw;
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
      expect(await sendAll(batch, statuses), `batch of seed ${seed}`).toBeUndefined();
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
