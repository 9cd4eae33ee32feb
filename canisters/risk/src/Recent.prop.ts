import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf } from '@plimsoll/engine';
import {
  openRecent,
  RECENT_BYTES,
  RECENT_RECORDS,
  RECENT_TICKS,
  rememberRecord,
  rememberTick,
} from './Recent.ts';

function idOf(number: number): Uint8Array {
  return new Uint8Array(16).fill(number & 0xff, 0, 8).fill(number >> 8, 8);
}

/** One step: a record with an id, or an owner's act without one. */
const steps = fc.array(fc.boolean(), { maxLength: 4 * RECENT_RECORDS });

describe('recent ids', () => {
  it('are those of the newest 64 records, no more and no fewer', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        const recent = openRecent(new Uint8Array(RECENT_BYTES), 0);
        acts.forEach((hasId, sequence) => rememberRecord(recent, sequence, hasId ? idOf(sequence) : null));
        const expected = new Map<string, number>();
        for (let sequence = Math.max(0, acts.length - RECENT_RECORDS); sequence < acts.length; sequence++) {
          if (acts[sequence] === true) expected.set(textOf(idOf(sequence)), sequence);
        }
        expect(recent.sequences).toEqual(expected);
      }),
    );
  });

  it('are the same when read again from the ring alone', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        const recent = openRecent(new Uint8Array(RECENT_BYTES), 0);
        acts.forEach((hasId, sequence) => rememberRecord(recent, sequence, hasId ? idOf(sequence) : null));
        expect(openRecent(recent.ring.slice(), acts.length).sequences).toEqual(recent.sequences);
      }),
    );
  });

  it('know an id of zeros from no id', () => {
    const recent = openRecent(new Uint8Array(RECENT_BYTES), 0);
    rememberRecord(recent, 0, null);
    expect(recent.sequences.size).toBe(0);
    rememberRecord(recent, 1, new Uint8Array(16));
    expect(openRecent(recent.ring, 2).sequences.get(textOf(new Uint8Array(16)))).toBe(1);
  });

  it('hold the newest eight ticks', () => {
    const recent = openRecent(new Uint8Array(RECENT_BYTES), 0);
    const answer = { kind: 'error', disposition: 'request', leaf: 'x', message: '' } as const;
    for (let i = 0; i < 20; i++) rememberTick(recent, textOf(idOf(i)), { frame: Uint8Array.of(i), answer });
    expect([...recent.ticks.values()].map(({ frame }) => frame[0])).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
    expect(recent.ticks.size).toBe(RECENT_TICKS);
  });
});
