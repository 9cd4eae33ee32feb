import { expect, test } from 'vitest';
import {
  decodeEssence,
  encodeDecision,
  encodeEssence,
  encodeIntent,
  encodeObservation,
  encodeRecord,
  essenceIn,
  headInput,
  idIn,
  idOfEntry,
  intend,
  observe,
  type Decision,
  type LogRecord,
} from './index.ts';
import { fnv1aWords } from './codec/Fnv.ts';
import { sameBytes } from './codec/Same.ts';
import { idOf, longPosition, observationOf, START_MS } from '../test/market.ts';
import { after, enter, PLAY_MS, plainDesk, played, refusal } from '../test/Stage.ts';

const record: LogRecord = {
  type: 'observation',
  owner: Uint8Array.of(1, 2, 3),
  sequence: 7,
  previousHead: new Uint8Array(32).fill(9),
  icTimeMs: START_MS,
  sinceCheckpoint: 5,
  limitsVersion: 2,
  engineVersion: 1,
  frameLength: 3,
  essence: Uint8Array.of(6, 7, 8),
  decision: Uint8Array.of(4, 5),
};

test('a head covers the record up to its essence and the whole frame, and nothing of the decision', () => {
  const bytes = encodeRecord(record);
  const frame = Uint8Array.of(1, 2, 3);
  const input = headInput(bytes, frame);
  // Two bytes of length and two of decision stand behind the essence.
  expect([...input]).toEqual([...bytes.subarray(0, bytes.length - 4), ...frame]);
  expect(headInput(encodeRecord({ ...record, decision: new Uint8Array(9) }), frame)).toEqual(input);
  expect(refusal(() => headInput(bytes, Uint8Array.of(1))).field).toBe('frame');
  expect(refusal(() => headInput(bytes.subarray(0, 40), frame)).field).toBe('record');
  expect(refusal(() => headInput(new Uint8Array(0), frame)).field).toBe('record');
});

test('an essence longer than its length can tell is refused', () => {
  expect(refusal(() => encodeRecord({ ...record, essence: new Uint8Array(256) })).leaf).toBe('oversized');
});

test('the essence read out of a decision’s bytes is that of the decision, with a plan, a fan or neither', () => {
  const desk = plainDesk();
  const { plan, held } = enter(desk);
  const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, PLAY_MS);
  const decisions: Decision[] = [
    observe(plainDesk(), after(0)).decision,
    observe(plainDesk(), observationOf(9, [], PLAY_MS, played(0).open)).decision,
    intend(plainDesk(), { id: idOf(3), timeMs: PLAY_MS, side: -1, notionalUsdt: 500 }).decision,
    held,
    observe(desk, after(0, { position, restingStopPrice: plan.stopPrice })).decision,
  ];
  expect(new Set(decisions.map(({ action }) => action)).size).toBeGreaterThan(2);
  for (const decision of decisions) {
    const essence = essenceIn(encodeDecision(decision));
    expect(essence).toEqual(encodeEssence(decision));
    expect(decodeEssence(essence).action).toBe(decision.action);
  }
  const bytes = encodeEssence(decisions[0]!);
  for (const [at, value, field] of [
    [0, 9, 'action'],
    [1, 255, 'reason'],
    [2, 2, 'side'],
  ] as const) {
    const changed = bytes.slice();
    changed[at] = value;
    expect(refusal(() => decodeEssence(changed)).field).toBe(field);
  }
});

test('the id of an entry is found without reading its frame, where its type has one', () => {
  const look = encodeObservation(observationOf(5, [], PLAY_MS, 10));
  const wish = encodeIntent({ id: idOf(6), timeMs: PLAY_MS, side: 1, notionalUsdt: 10 });
  expect([idIn(look), idIn(wish)]).toEqual([idOf(5), idOf(6)]);
  expect(idOfEntry('observation', look)).toEqual(idOf(5));
  expect(idOfEntry('limits', wish)).toBeNull();
  expect(idOfEntry('checkpoint', new Uint8Array(0))).toBeNull();
  expect(idOfEntry('checkpoint', wish)).toEqual(idOf(6));
});

test('bytes are the same by content, however many, and a ragged tail counts in their hash', () => {
  const long = new Uint8Array(2_000).fill(3);
  expect(sameBytes(long, long)).toBe(true);
  expect(sameBytes(long, long.slice())).toBe(true);
  expect(sameBytes(long, long.slice(1))).toBe(false);
  expect(
    sameBytes(
      long,
      Uint8Array.from(long, (byte, i) => (i === 1_999 ? 4 : byte)),
    ),
  ).toBe(false);
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(fnv1aWords(Uint8Array.of(1, 2, 3, 4, 5))).toBe(fnv1aWords(Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0)));
  expect(fnv1aWords(Uint8Array.of(1, 2, 3, 4, 5))).not.toBe(fnv1aWords(Uint8Array.of(1, 2, 3, 4)));
});
