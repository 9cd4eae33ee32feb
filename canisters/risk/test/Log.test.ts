import { blake3 } from '@noble/hashes/blake3.js';
import {
  decodeRecord,
  DEFAULT_LIMITS,
  ENGINE_VERSION,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  encodeRevocation,
  headInput,
  type Answer,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../src/Schema.ts';
import { afloat, AGENT, DAY_MS, OWNER, recordIn, STRANGER, told, WARM_UP } from './support/Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

const market = createMarket(WARM_UP + 80, 6);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

const warmed = (): Risk => afloat(wasm, market);

function look(risk: Risk, index: number, options: Parameters<typeof lookOf>[2] = {}): Answer {
  return risk.send('observe', encodeObservation(lookOf(market, index, options)), AGENT);
}

describe("an owner's log", () => {
  it('holds every act once, in order, each linked to the record before it, and the head is the hash of the last with its frame', () => {
    const risk = new Risk(wasm, START_MS);
    const limits = { ...DEFAULT_LIMITS, maxLeverage: 7 };
    const acts = [
      ['register', encodeLimits(DEFAULT_LIMITS), OWNER],
      ['grant', encodeGrant({ agent: AGENT, expiresMs: START_MS + DAY_MS }), OWNER],
      ['set_limits', encodeLimits(limits), OWNER],
      ['load_history', encodeHistory(historyOf(market, WARM_UP)), AGENT],
      ['observe', encodeObservation(lookOf(market, WARM_UP)), AGENT],
      ['intent', encodeIntent(wishOf(lookOf(market, WARM_UP).timeMs + 5, idOf(1e6))), AGENT],
      ['revoke', encodeRevocation(AGENT), OWNER],
    ] as const;
    const answered = acts.map(([method, frame, sender], i) => {
      risk.clock.setMs(START_MS + i * 1000);
      const answer = risk.send(method, frame, sender);
      if (answer.kind !== 'record') throw new Error(`${method}: ${told(answer)}`);
      expect(answer.head).toEqual(risk.head(OWNER, OWNER)!.head);
      return answer.record;
    });
    const stored = risk.records(OWNER, OWNER);
    expect(stored).toEqual(answered);
    const records = stored.map(decodeRecord);
    const hashed = (i: number): Uint8Array => blake3(headInput(stored[i]!, acts[i]![1]));
    expect(records.map(({ type }) => type)).toEqual([
      'register',
      'grant',
      'limits',
      'history',
      'observation',
      'intent',
      'revoke',
    ]);
    records.forEach((record, i) => {
      expect(record.sequence).toBe(i);
      expect(record.owner).toEqual(OWNER);
      expect(record.previousHead).toEqual(i === 0 ? new Uint8Array(32) : hashed(i - 1));
      expect(record.frameLength).toBe(acts[i]![1].length);
      expect(record.sinceCheckpoint).toBe(i);
      expect(record.essence.length > 0).toBe(record.decision.length > 0);
      expect(record.icTimeMs).toBe(START_MS + i * 1000);
      expect(record.limitsVersion).toBe(i < 2 ? 1 : 2);
      expect(record.engineVersion).toBe(ENGINE_VERSION);
      expect(record.decision.length > 0).toBe(record.type === 'observation' || record.type === 'intent');
    });
    const head = risk.head(OWNER, OWNER)!;
    expect(head.sequence).toBe(stored.length - 1);
    expect(head.head).toEqual(hashed(stored.length - 1));
    expect(risk.page(OWNER, OWNER)!.entries.map(({ frame }) => Uint8Array.from(frame))).toEqual(
      acts.map(([, frame]) => frame),
    );
  });

  it('takes a closed bar and leaves a tick, which stands on the same head', () => {
    const risk = warmed();
    const record = look(risk, WARM_UP);
    expect(record.kind).toBe('record');
    const before = risk.head(OWNER, OWNER)!;
    for (let i = 1; i <= 3; i++) {
      const tick = look(risk, WARM_UP, { tick: true, id: idOf(1e6 + i), afterMs: i * 1000 });
      if (tick.kind !== 'tick') throw new Error(told(tick));
      expect(tick.sequence).toBe(Number(before.sequence));
      expect(tick.head).toEqual(before.head);
    }
    expect(risk.head(OWNER, OWNER)).toEqual(before);
    expect(look(risk, WARM_UP + 1).kind).toBe('record');
    expect(Number(risk.head(OWNER, OWNER)!.sequence)).toBe(Number(before.sequence) + 1);
  });

  it('is read in pages of at most 100 records that fit together without a gap', () => {
    const risk = warmed();
    for (let i = 0; i < 80; i++) expect(look(risk, WARM_UP + i).kind).toBe('record');
    for (let i = 1; i <= 30; i++) {
      const frame = encodeGrant({ agent: STRANGER, expiresMs: START_MS + DAY_MS + i });
      expect(told(risk.send('grant', frame, OWNER))).toBe('record');
    }
    const first = risk.records(OWNER, OWNER, 0, 4_000_000_000);
    expect(first.length).toBe(100);
    const rest = risk.records(OWNER, AGENT, 100, 100);
    const sequences = [...first, ...rest].map((record) => decodeRecord(record).sequence);
    expect(sequences).toEqual(Array.from({ length: 113 }, (_, i) => i));
    expect(risk.records(OWNER, OWNER, 5, 3).map((record) => decodeRecord(record).sequence)).toEqual([
      5, 6, 7,
    ]);
    expect(risk.records(OWNER, OWNER, 5, 0)).toEqual([]);
    expect(risk.records(OWNER, OWNER, 113, 10)).toEqual([]);
    expect(risk.records(OWNER, OWNER, 2 ** 53 + 2, 10)).toEqual([]);
  });
});

describe('limits', () => {
  it('tighten at once and loosen after the delay, field by field; the same wish is answered with its record', () => {
    const risk = warmed();
    const tighter = { ...DEFAULT_LIMITS, maxLeverage: 5, unattendedHours: 12 };
    const set = recordIn(risk.send('set_limits', encodeLimits(tighter), OWNER));
    expect(set.limitsVersion).toBe(2);
    const mixed = { ...tighter, maxLeverage: 6, riskPerTrade: 0.001 };
    const wished = recordIn(risk.send('set_limits', encodeLimits(mixed), OWNER));
    const waiting = risk.keeper(OWNER, OWNER)!;
    expect(waiting.limits).toEqual({ ...tighter, riskPerTrade: 0.001 });
    expect(waiting.pending).toMatchObject([{ value: [6], effectiveMs: wished.icTimeMs + DAY_MS }]);
    risk.clock.setMs(wished.icTimeMs + DAY_MS - 1);
    expect(recordIn(risk.send('set_limits', encodeLimits(mixed), OWNER))).toEqual(wished);
    expect(risk.keeper(OWNER, OWNER)!.limits.maxLeverage).toBe(5);
    risk.clock.setMs(wished.icTimeMs + DAY_MS);
    // A tick would leave no record: what has become due must, and the auditor sees when.
    look(risk, WARM_UP);
    expect(risk.keeper(OWNER, OWNER)).toMatchObject({ limits: mixed, pending: [], limitsVersion: 4 });
  });

  it('that are tighter bind the very next decision', () => {
    const risk = warmed();
    const before = recordIn(look(risk, WARM_UP));
    recordIn(risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 1 }), OWNER));
    const after = recordIn(look(risk, WARM_UP + 1));
    expect(before.limitsVersion).toBe(1);
    expect(after.limitsVersion).toBe(2);
    const free = warmed();
    look(free, WARM_UP);
    expect(recordIn(look(free, WARM_UP + 1)).decision).not.toEqual(after.decision);
  });
});

describe('build_info', () => {
  it('tells engine and schema version to anyone', () => {
    expect(new Risk(wasm, START_MS).buildInfo()).toMatchObject({
      engine_version: ENGINE_VERSION,
      schema_version: SCHEMA_VERSION,
    });
  });
});
