import { blake3 } from '@noble/hashes/blake3.js';
import {
  booksFrom,
  checkpointInput,
  decodeRecord,
  DEFAULT_LIMITS,
  encodeClaim,
  encodeGrant,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  headInput,
  openBooks,
  stateParts,
  takeIntoBooks,
  type Books,
  type StatePart,
} from '@plimsoll/engine';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  afloat,
  AGENT,
  DAY_MS,
  decisionIn,
  enrol,
  OTHER_OWNER,
  OWNER,
  principalOf,
  recordIn,
  STRANGER,
  told,
  WARM_UP,
} from './support/Cast.ts';
import { createMarket, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk, type EntryView } from './support/Risk.ts';

const BARS = 220;
const market = createMarket(WARM_UP + BARS, 71);
const WEEK_MS = 7 * DAY_MS;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

const ask = (risk: Risk, number: number, owner = OWNER) =>
  risk.send('checkpoint', encodeClaim({ id: idOf(number), claim: 'checkpoint', owner }), owner);

const look = (risk: Risk, index: number) =>
  risk.send('observe', encodeObservation(lookOf(market, index)), AGENT);

/** Sweeps come every hour. */
function letPass(risk: Risk, ms: number): void {
  risk.clock.advanceMs(ms);
  risk.subnet.run();
  // An interval that was due several times runs once; what it called for follows.
  risk.clock.advanceMs(3_600_000);
  risk.subnet.run();
}

function entriesFrom(risk: Risk, from: number): EntryView[] {
  const entries: EntryView[] = [];
  for (;;) {
    const page = risk.page(OWNER, OWNER, from + entries.length)!.entries;
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

const hashOf = (parts: readonly StatePart[]): Uint8Array =>
  blake3(
    checkpointInput(parts.map(({ key, bytes }) => ({ key, length: bytes.length, hash: blake3(bytes) }))),
  );

/** Takes entries into books; each checkpoint among them must have the state that they come to. */
function follow(start: Books | null, entries: readonly EntryView[]): { books: Books; checkpoints: number } {
  let books = start;
  let checkpoints = 0;
  for (const { record, frame } of entries) {
    const { type, icTimeMs, sequence, decision, essence } = decodeRecord(Uint8Array.from(record));
    const bytes = Uint8Array.from(frame);
    if (type === 'register') {
      books = openBooks(OWNER, bytes);
      continue;
    }
    const outcome = takeIntoBooks(books!, type, bytes, { icTimeMs, sequence });
    if (outcome !== null) expect(outcome.bytes).toEqual(decision);
    if (type !== 'checkpoint') continue;
    checkpoints++;
    expect(essence).toEqual(hashOf(stateParts(books!)));
  }
  return { books: books!, checkpoints };
}

describe('a checkpoint', () => {
  it('is a record with the hash of the whole state, which a replay from the registration comes to as well', () => {
    const risk = afloat(wasm, market);
    for (let i = 0; i < 20; i++) look(risk, WARM_UP + i);
    // A tick leaves nothing that a checkpoint could tell.
    risk.send('observe', encodeObservation(lookOf(market, WARM_UP + 19, { tick: true })), AGENT);
    const record = recordIn(ask(risk, 1));
    expect(record).toMatchObject({ type: 'checkpoint', sinceCheckpoint: 0, sequence: 23 });
    expect(record.essence).toEqual(hashOf(risk.state(OWNER, OWNER, 23)));
    expect(follow(null, entriesFrom(risk, 0)).checkpoints).toBe(1);
    expect(recordIn(look(risk, WARM_UP + 20)).sinceCheckpoint).toBe(1);
    risk.upgrade();
    expect(recordIn(look(risk, WARM_UP + 21)).sinceCheckpoint).toBe(2);
    expect(record.essence).toEqual(hashOf(risk.state(OWNER, AGENT, 23)));
  });

  it('is where a replay may begin: it comes to the same bytes as one from the registration', () => {
    const risk = afloat(wasm, market);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('look', 'look', 'look', 'tick', 'wish', 'limits', 'grant', 'upgrade'), {
          minLength: 1,
          maxLength: 12,
        }),
        (acts) => {
          for (const act of acts) step(risk, act);
          risk.clock.advanceMs(DAY_MS);
          const { sequence } = recordIn(ask(risk, nextId()));
          const begun = booksFrom(risk.state(OWNER, OWNER, sequence));
          for (const act of acts) step(risk, act);
          const whole = follow(null, entriesFrom(risk, 0)).books;
          const part = follow(begun, entriesFrom(risk, sequence + 1)).books;
          expect(hashOf(stateParts(part))).toEqual(hashOf(stateParts(whole)));
        },
      ),
      { numRuns: 6 },
    );
  });

  it('is made for the owner alone, once a day, and the same call again is the same record', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    const first = recordIn(ask(risk, 1));
    expect(recordIn(ask(risk, 1))).toEqual(first);
    expect(told(ask(risk, 2))).toBe('temporary/checkpoint-recent');
    expect(told(ask(risk, 3, STRANGER))).toBe('request/not-registered');
    const other = encodeClaim({ id: idOf(4), claim: 'cancel-pending', owner: OWNER });
    expect(told(risk.send('checkpoint', other, OWNER))).toBe('request/out-of-domain');
    risk.clock.advanceMs(DAY_MS);
    expect(recordIn(ask(risk, 2)).sequence).toBe(first.sequence + 1);
    expect(risk.kept(OWNER, STRANGER)).toBeUndefined();
    expect(risk.statePart(OWNER, STRANGER, first.sequence, 0)).toBeUndefined();
  });

  it('comes by itself a week after the last one for whoever has new records, and for nobody else', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    enrol(risk, OTHER_OWNER, principalOf(60));
    letPass(risk, WEEK_MS - 700_000);
    expect(risk.kept(OWNER, OWNER)!.checkpoints).toHaveLength(0);
    letPass(risk, 600_000);
    for (const owner of [OWNER, OTHER_OWNER])
      expect(risk.kept(owner, owner)!.checkpoints.map(({ sequence }) => sequence)).toEqual([2n]);
    risk.upgrade();
    recordIn(risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 3 }), OWNER));
    letPass(risk, WEEK_MS);
    expect(risk.kept(OWNER, OWNER)!.checkpoints.map(({ sequence }) => sequence)).toEqual([2n, 4n]);
    expect(risk.kept(OTHER_OWNER, OTHER_OWNER)!.checkpoints).toHaveLength(1);
    expect(follow(null, entriesFrom(risk, 0)).checkpoints).toBe(2);
  });

  it('keeps its state with at most eight at a time, of which the oldest and the newest stay', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    for (let i = 0; i < 12; i++) {
      risk.clock.advanceMs(DAY_MS + (i === 3 ? 0 : i * 60_000));
      recordIn(ask(risk, i));
    }
    const { checkpoints } = risk.kept(OWNER, OWNER)!;
    expect(checkpoints).toHaveLength(8);
    expect([checkpoints[0]!.sequence, checkpoints[7]!.sequence]).toEqual([2n, 13n]);
    for (let sequence = 2; sequence <= 13; sequence++) {
      const isKept = checkpoints.some((one) => Number(one.sequence) === sequence);
      expect(risk.state(OWNER, OWNER, sequence).length > 0).toBe(isKept);
    }
  });
});

describe('retention', () => {
  it('takes away what lies before a checkpoint that is old enough; what stays still proves what went', () => {
    const risk = afloat(wasm, market);
    for (let i = 0; i < 100; i++) look(risk, WARM_UP + i);
    risk.clock.advanceMs(1_000);
    const base = recordIn(ask(risk, 1)).sequence;
    for (let i = 100; i < 180; i++) look(risk, WARM_UP + i);
    const before = entriesFrom(risk, 0);
    letPass(risk, 30 * DAY_MS - 4_300_000);
    expect(Number(risk.kept(OWNER, OWNER)!.first_record)).toBe(0);
    letPass(risk, 700_000);
    const kept = risk.kept(OWNER, OWNER)!;
    expect(Number(kept.first_record)).toBe(base);
    expect(risk.page(OWNER, OWNER, base - 1)!.entries).toEqual([]);
    // The week's own checkpoints follow; all that is left is as it was.
    const after = entriesFrom(risk, base);
    expect(after.slice(0, before.length - base)).toEqual(before.slice(base));
    const head = (entry: EntryView): Uint8Array =>
      blake3(headInput(Uint8Array.from(entry.record), Uint8Array.from(entry.frame)));
    expect(decodeRecord(Uint8Array.from(after[0]!.record)).previousHead).toEqual(head(before[base - 1]!));
    expect(risk.head(OWNER, OWNER)!.head).toEqual(head(after.at(-1)!));
    const begun = booksFrom(risk.state(OWNER, OWNER, base));
    expect(follow(begun, after.slice(1)).checkpoints).toBeGreaterThan(0);
    risk.upgrade();
    expect(decisionIn(look(risk, WARM_UP + 180)).length).toBeGreaterThan(0);
    expect(entriesFrom(risk, base).slice(0, after.length)).toEqual(after);
  });

  it('leaves what repeated calls are answered from, and says again what only a lost record said', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    const wish = encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 3 });
    const said = recordIn(risk.send('set_limits', wish, OWNER));
    const filler = (i: number): void =>
      void recordIn(
        risk.send('grant', encodeGrant({ agent: STRANGER, expiresMs: START_MS + 99 * DAY_MS + i }), OWNER),
      );
    for (let i = 0; i < 70; i++) filler(i);
    recordIn(ask(risk, 1));
    expect(recordIn(risk.send('set_limits', wish, OWNER))).toEqual(said);
    letPass(risk, 31 * DAY_MS);
    expect(Number(risk.kept(OWNER, OWNER)!.first_record)).toBeGreaterThan(said.sequence);
    const again = recordIn(risk.send('set_limits', wish, OWNER));
    expect(again.sequence).toBeGreaterThan(said.sequence);
    expect(again.limitsVersion).toBe(said.limitsVersion);
    // Sixty-four of the newest stay whatever their age.
    expect(
      Number(risk.head(OWNER, OWNER)!.sequence) - Number(risk.kept(OWNER, OWNER)!.first_record),
    ).toBeGreaterThanOrEqual(64);
    expect(recordIn(ask(risk, 1)).type).toBe('checkpoint');
  });

  it('is the deployer’s to set, from a week to a year', () => {
    const risk = new Risk(wasm, START_MS);
    expect(risk.setPolicy({ retentionDays: 6 })).toMatchObject({ err: expect.any(String) as string });
    expect(risk.setPolicy({ retentionDays: 366 })).toMatchObject({ err: expect.any(String) as string });
    expect(risk.setPolicy({ retentionDays: 90 })).toEqual({ ok: null });
    expect(risk.policy().retention_days).toBe(90);
  });

  it('takes a long log away in bounded steps', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    const grant = (i: number) => encodeGrant({ agent: STRANGER, expiresMs: START_MS + 99 * DAY_MS + i });
    for (let i = 0; i < 1_200; i++) recordIn(risk.send('grant', grant(i), OWNER));
    recordIn(ask(risk, 1));
    const steps: number[] = [];
    risk.subnet.onExecuted(({ instructions }) => steps.push(Number(instructions)));
    letPass(risk, 31 * DAY_MS);
    expect(Number(risk.kept(OWNER, OWNER)!.first_record)).toBeGreaterThan(1_130);
    expect(Math.max(...steps)).toBeLessThan(1_000_000_000);
  });
});

let bar = WARM_UP;
let id = 1e6;
const nextId = (): number => id++;

/** Something that an owner or an agent does. */
function step(risk: Risk, act: string): void {
  switch (act) {
    case 'look':
      look(risk, bar++);
      return;
    case 'tick': {
      const tick = lookOf(market, bar - 1, { tick: true, id: idOf(nextId()) });
      risk.send('observe', encodeObservation(tick), AGENT);
      return;
    }
    case 'wish': {
      const { timeMs } = lookOf(market, bar - 1);
      risk.send('intent', encodeIntent(wishOf(timeMs + 2_000, idOf(nextId()))), AGENT);
      return;
    }
    case 'limits':
      risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 2 + (id++ % 12) }), OWNER);
      return;
    case 'grant':
      risk.send(
        'grant',
        encodeGrant({ agent: STRANGER, expiresMs: START_MS + 999 * DAY_MS + nextId() }),
        OWNER,
      );
      return;
    default:
      risk.upgrade();
  }
}
