import { blake3 } from '@noble/hashes/blake3.js';
import { DEFAULT_LIMITS, encodeGrant, encodeLimits, encodeObservation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, DAY_MS, enrol, principalOf, recordIn, WARM_UP, warm } from './support/Cast.ts';
import { createMarket, lookOf, START_MS } from './support/Market.ts';
import { writeReport } from './support/Report.ts';
import { builtWasm, Risk } from './support/Risk.ts';

/** `npm run campaign -- canister-scale` has 10,000 of them with 9 records each. */
const OWNERS = Number(process.env['SCALE_OWNERS'] ?? 400);
const RECORDS_EACH = Number(process.env['SCALE_RECORDS_EACH'] ?? 2);

const market = createMarket(WARM_UP + 8, 51);
const figures: Record<string, number> = {};
let risk: Risk;

const owner = (i: number): Uint8Array => {
  const principal = principalOf(9);
  new DataView(principal.buffer).setUint32(0, i);
  return principal;
};
/** Stable memory that holds anything, in pages of 4 KiB: what is grown comes in steps of 8 MB for each map. */
const usedBytes = (): number => risk.subnet.stableImage(risk.id).content.length * 4_096;
const stableHash = (): string => {
  const hash = blake3.create({});
  for (const [page, bytes] of risk.subnet.stableImage(risk.id).content)
    hash.update(Uint8Array.from(Buffer.from(String(page)))).update(bytes);
  return Buffer.from(hash.digest()).toString('hex');
};

const agentOf = (i: number): Uint8Array => {
  const principal = owner(i);
  principal[10] = 77;
  return principal;
};

/** Instructions of a look at a closed bar, in millions; the first look fills caches. */
function closedBar(from: number): number {
  risk.send('observe', encodeObservation(lookOf(market, from)), AGENT);
  recordIn(risk.send('observe', encodeObservation(lookOf(market, from + 1)), AGENT));
  return Number(risk.instructions) / 1e6;
}

/** Runs the timers and gives what their messages took, in millions. */
function batches(): number {
  let sum = 0n;
  let counting = true;
  risk.subnet.onExecuted(({ instructions }) => {
    if (counting) sum += instructions;
  });
  for (let i = 0; i < Math.ceil(OWNERS / 1_000) + 2; i++) {
    risk.clock.advanceMs(5_000);
    risk.subnet.run();
  }
  counting = false;
  return Number(sum) / 1e6;
}

describe(`${String(OWNERS)} owners`, () => {
  beforeAll(async () => {
    risk = new Risk(await builtWasm(), START_MS);
    enrol(risk);
    warm(risk, market);
    figures['closed bar, 1 owner'] = closedBar(WARM_UP);
    const before = { used: usedBytes(), ...risk.bytes() };
    const registration = encodeLimits(DEFAULT_LIMITS);
    for (let i = 1; i < OWNERS; i++) recordIn(risk.send('register', registration, owner(i)));
    figures['batch per owner'] = batches() / OWNERS;
    figures['stable bytes per owner'] = (usedBytes() - before.used) / OWNERS;
    figures['stable bytes grown'] = risk.bytes().stableBytes - before.stableBytes;
    figures['heap bytes per owner'] = (risk.bytes().heapBytes - before.heapBytes) / OWNERS;
  }, 3_600_000);

  it('leave a look at most a tenth dearer than one owner alone, and a batch within 4 M an owner', () => {
    figures['closed bar, all owners'] = closedBar(WARM_UP + 2);
    expect(figures['closed bar, all owners']! / figures['closed bar, 1 owner']!).toBeLessThanOrEqual(1.1);
    expect(figures['batch per owner']!).toBeLessThanOrEqual(4);
  });

  it('keep every byte and every proof over an upgrade, whose certified root is set again in one step', () => {
    const stable = usedBytes();
    for (let n = 0; n < RECORDS_EACH; n++) {
      for (let i = 1; i < OWNERS; i++) {
        const frame = encodeGrant({ agent: agentOf(i), expiresMs: START_MS + (n + 2) * DAY_MS });
        recordIn(risk.send('grant', frame, owner(i)));
      }
    }
    batches();
    figures['stable bytes per record'] = (usedBytes() - stable) / (OWNERS * RECORDS_EACH);
    const fingerprint = (): string => {
      const hash = blake3.create({});
      for (let i = 1; i < OWNERS; i += Math.ceil(OWNERS / 200)) {
        const page = risk.page(owner(i), owner(i))!;
        for (const { record, frame } of page.entries) {
          hash.update(Uint8Array.from(record)).update(Uint8Array.from(frame));
        }
        hash.update(Uint8Array.from(page.standing.proof[0]!.witness));
      }
      return Buffer.from(hash.digest()).toString('hex');
    };
    const [before, root, stableBefore] = [fingerprint(), risk.certifiedData, stableHash()];
    risk.upgrade();
    figures['upgrade'] = Number(risk.instructions) / 1e6;
    expect(risk.certifiedData).toEqual(root);
    expect(stableHash()).toBe(stableBefore);
    expect(fingerprint()).toBe(before);
    figures['closed bar, after the upgrade'] = closedBar(WARM_UP + 4);
    writeReport({ owners: OWNERS, records: OWNERS * (RECORDS_EACH + 1), ...figures });
  }, 3_600_000);
});
