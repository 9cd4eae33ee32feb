import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHarbour, setSail, type Harbour } from './testing/Harbour.ts';
import { observationOf, WARM_UP } from './testing/Sea.ts';

let harbour: Harbour;
beforeAll(async () => {
  harbour = await openHarbour({ timeoutMs: 60, pollIntervalMs: 20 });
  await setSail(harbour);
});
afterAll(() => harbour.remove());

it('an answer with any single bit of its certificate changed is never accepted and leaves the log as it was', async () => {
  const { agent, risk, log, nextId } = harbour;
  const before = log.head;
  const id = nextId();
  const observation = observationOf(id, WARM_UP);
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.nat(7),
      async (place, bit) => {
        risk.interference = {
          certificate: (bytes) => {
            const changed = bytes.slice();
            changed[Math.floor(place * bytes.length)]! ^= 1 << bit;
            return changed;
          },
        };
        await expect(agent.observe(observation)).rejects.toMatchObject({ name: /^(ProofError|FetchError)$/ });
        expect(log.head).toBe(before);
      },
    ),
    { numRuns: 25 },
  );
  expect(agent.refusals().length).toBeGreaterThan(0);
  // The call itself had run all along: the genuine answer is still to be had under the same id.
  risk.interference = {};
  expect((await agent.observe(observation)).isRecord).toBe(true);
  expect(log.head).toMatchObject({ sequence: 3, head: risk.head });
});
