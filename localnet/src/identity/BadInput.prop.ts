import { Ed25519KeyIdentity } from '@dfinity/identity';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { effort, runSeed, usedBytes } from '../../test/Effort.ts';
import { volleyAt, type BadRequest, type Reply, type Volley } from '../../test/Volley.ts';
import { startIdentityServer, type IdentityServer } from './IdentityServer.ts';

/** Requests of the campaign; `BAD_INPUT_REQUESTS=1000000` makes it long. */
const REQUESTS = effort('BAD_INPUT_REQUESTS', 2_000);
const BATCH = 500;
/** What the server may keep after the first tenth: code that was compiled and the odd cache. */
const FLAT_BYTES = 32 * 1024 * 1024;
const MAX_BODY_BYTES = 16 * 1024;

const key = Buffer.from(Ed25519KeyIdentity.generate().getPublicKey().toDer()).toString('hex');
const GOOD = { anchor: 10_000, sessionPublicKey: key, maxTimeToLive: '60000000000' };

const field = fc.constantFrom('anchor', 'sessionPublicKey', 'maxTimeToLive', '__proto__', 'toString');
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    '10000',
    -1,
    9_999,
    10_000_000,
    1e300,
    '-5',
    '0',
    key.slice(2),
    `${key}00`,
    key.toUpperCase(),
  ),
);
/** A good request with a field of another value, or without it; a few of them are in order. */
const near = fc
  .tuple(field, value, fc.boolean())
  .map(([name, other, drops]) =>
    JSON.stringify({ ...GOOD, ...(drops ? { [name]: undefined } : { [name]: other }) }),
  );
const damaged = fc
  .tuple(fc.nat(JSON.stringify(GOOD).length), fc.string({ maxLength: 4 }))
  .map(([at, text]) => JSON.stringify(GOOD).slice(0, at) + text);
const body = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(near, damaged, fc.json(), fc.string()).map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(MAX_BODY_BYTES + 1).fill(0x5b)) },
);
const path = fc.oneof(
  { weight: 6, arbitrary: fc.constant('/delegations') },
  fc.constantFrom(
    '/',
    '/page.js',
    '/style.css',
    '/../Anchor.ts',
    '/%2e%2e/Anchor.ts',
    '/anchors/',
    '/delegations/',
  ),
  fc.bigInt({ min: 0n, max: 10n ** 21n }).map((number) => `/anchors/${number}`),
  fc.webPath(),
);
const bad: fc.Arbitrary<BadRequest> = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'),
  path,
  body,
});

const EXPECTED: ReadonlySet<number> = new Set([200, 400, 404, 405]);

/** Answered, and a refusal says why (a HEAD has no body to say it in). */
function isGood({ status, text }: Reply): boolean {
  return EXPECTED.has(status) && !text.includes('failed; its log');
}

let server: IdentityServer;
let volley: Volley;

beforeAll(async () => {
  server = await startIdentityServer({ seed: 'bad input' });
  volley = volleyAt(Number(new URL(server.url).port));
});

afterAll(async () => {
  volley.close();
  await server.close();
});

describe('bad input to the identity server', () => {
  it(`(${REQUESTS} requests over all paths) gets a status and a reason, and leaves nothing behind`, async () => {
    const failures = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const statuses = new Map<number, number>();
    let warmBytes = 0;
    for (let done = 0; done < REQUESTS; done += BATCH) {
      const size = Math.min(BATCH, REQUESTS - done);
      const seed = runSeed() + done;
      const batch = fc.sample(bad, { numRuns: size, seed });
      expect(await volley.sendAll(batch, isGood, statuses), `batch of seed ${seed}`).toBeUndefined();
      if (done <= REQUESTS / 10) warmBytes = usedBytes();
    }
    expect(failures).not.toHaveBeenCalled();
    failures.mockRestore();
    expect(usedBytes() - warmBytes, 'bytes more than after the first tenth').toBeLessThan(FLAT_BYTES);
    expect([...statuses.keys()].sort()).toEqual([...EXPECTED]);
    // Not all of it is turned away for its path.
    expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 10);
    const answer = await volley.send({
      method: 'POST',
      path: '/delegations',
      body: Buffer.from(JSON.stringify(GOOD)),
    });
    expect(answer.status).toBe(200);
  }, 3_600_000);
});
