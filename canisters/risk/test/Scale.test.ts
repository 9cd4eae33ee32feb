import { blake3 } from '@noble/hashes/blake3.js';
import {
  DEFAULT_LIMITS,
  encodeGrant,
  encodeHistory,
  encodeLimits,
  encodeObservation,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, DAY_MS, enrol, principalOf, recordIn, WARM_UP, warm } from './support/Cast.ts';
import { createMarket, historyOf, lookOf, START_MS } from './support/Market.ts';
import { writeReport } from './support/Report.ts';
import { builtWasm, narrowWasm, Risk } from './support/Risk.ts';

/** `npm run campaign -- canister-scale` has 10,000 of them with 9 records each, `-- canister-owners` 100,000. */
const OWNERS = Number(process.env['SCALE_OWNERS'] ?? 400);
const RECORDS_EACH = Number(process.env['SCALE_RECORDS_EACH'] ?? 2);
/** The local network copies the heap with every message: a hundred thousand owners are tried with little room in it. */
const wasm = process.env['SCALE_NARROW'] === '1' ? narrowWasm : builtWasm;
/** So many of them have a desk, and look at the same bar. */
const DESKS = Number(process.env['SCALE_DESKS'] ?? 60);
/** What a bar costs does not depend on how many came before. */
const SHORT_HISTORY = 60;

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

/** Who looks for an owner with a desk. */
const lookerOf = (i: number): Uint8Array => {
  const principal = agentOf(i);
  principal[11] = 78;
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
    risk = new Risk(await wasm(), START_MS);
    const plenty = 10n ** 15n;
    risk.setPolicy({
      ownerUpdatesPerDay: plenty,
      ownerInstructionsPerDay: plenty,
      instructionsPerDay: plenty,
    });
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
  }, 10_800_000);

  it('leave a look at most a tenth dearer than one owner alone, and a batch within 4 M an owner', () => {
    figures['closed bar, all owners'] = closedBar(WARM_UP + 2);
    expect(figures['closed bar, all owners']! / figures['closed bar, 1 owner']!).toBeLessThanOrEqual(1.1);
    expect(figures['batch per owner']!).toBeLessThanOrEqual(4);
  });

  it('may all bring a closed bar at once, for 8 M each, their share of the batches included', () => {
    const history = encodeHistory(historyOf(market, SHORT_HISTORY));
    const before = risk.bytes().heapBytes;
    for (let i = 1; i <= DESKS; i++) {
      const grant = encodeGrant({ agent: lookerOf(i), expiresMs: START_MS + 3650 * DAY_MS });
      recordIn(risk.send('grant', grant, owner(i)));
      recordIn(risk.send('load_history', history, lookerOf(i)));
    }
    batches();
    for (const bar of [SHORT_HISTORY, SHORT_HISTORY + 1]) {
      const frame = encodeObservation(lookOf(market, bar));
      let sum = 0;
      let most = 0;
      for (let i = 1; i <= DESKS; i++) {
        recordIn(risk.send('observe', frame, lookerOf(i)));
        sum += Number(risk.instructions) / 1e6;
        most = Math.max(most, Number(risk.instructions) / 1e6);
      }
      figures['closed bar of all desks, each'] = sum / DESKS;
      figures['closed bar of all desks, at most'] = most;
      figures['the same with batches, each'] = (sum + batches()) / DESKS;
    }
    figures['desks'] = DESKS;
    figures['heap bytes per desk'] = (risk.bytes().heapBytes - before) / DESKS;
    expect(figures['the same with batches, each']!).toBeLessThanOrEqual(8);
  }, 10_800_000);

  it('keep every byte and every proof over an upgrade, whose certified root is set again in one step', () => {
    const stable = usedBytes();
    for (let n = 0; n < RECORDS_EACH; n++) {
      for (let i = 1; i < OWNERS; i++) {
        const frame = encodeGrant({ agent: agentOf(i), expiresMs: START_MS + (n + 2) * DAY_MS });
        recordIn(risk.send('grant', frame, owner(i)));
      }
    }
    batches();
    if (RECORDS_EACH > 0)
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
  }, 10_800_000);
});
