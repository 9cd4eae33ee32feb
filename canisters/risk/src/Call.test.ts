import { decodeAnswer, EngineError, type Answer } from '@plimsoll/engine';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { perform, type Phase } from './Call.ts';
import { decodeBlob, encodeBlob } from './CandidBlob.ts';
import { StoreError } from './StoreError.ts';

const platform = vi.hoisted(() => {
  const argument: Uint8Array = new Uint8Array(0);
  const replies: Uint8Array[] = [];
  return { argument, replies, nowNs: 0n };
});

vi.mock('./Platform.js', () => ({
  msgArgData: () => platform.argument,
  msgCallerBytes: () => Uint8Array.of(1, 2, 3),
  performanceCounter: () => 0n,
  msgReply: (bytes: Uint8Array) => platform.replies.push(bytes),
  time: () => platform.nowNs,
  trap: (message: string) => {
    throw new Error(`TRAP ${message}`);
  },
}));

vi.mock('./Budget.ts', () => ({ spend: vi.fn() }));

const refused = new EngineError('request', 'not-today', 'field', 'other', 'this');
const ours = new EngineError('internal', 'snapshot-version', 'snapshot', '0', '1');
const store = new StoreError('account version', '0', '9');
const defect = new TypeError('undefined is not a function');

/** How a call ends in which `error` is thrown in `phase`: `kind/leaf` of the answer, or `trap`. */
function ending(error: unknown, phase: Phase): string {
  platform.replies.length = 0;
  try {
    perform((call) => {
      call.phase = phase;
      throw error;
    });
  } catch (trapped) {
    expect(String(trapped)).toContain('TRAP');
    expect(platform.replies).toEqual([]);
    return 'trap';
  }
  const answer = replied();
  return answer.kind === 'error' ? `${answer.disposition}/${answer.leaf}` : answer.kind;
}

function replied(): Answer {
  expect(platform.replies.length).toBe(1);
  return decodeAnswer(decodeBlob(platform.replies[0]!));
}

beforeEach(() => {
  platform.replies.length = 0;
  platform.argument = encodeBlob(Uint8Array.of(9, 8));
  platform.nowNs = 1_999_999n;
});

describe('what is thrown in an act', () => {
  it.each([
    ['a refusal', refused, 'reading', 'request/not-today'],
    ['a refusal of the engine', refused, 'deciding', 'request/not-today'],
    ['a refusal', refused, 'recording', 'trap'],
    ['an internal refusal', ours, 'reading', 'internal/snapshot-version'],
    ['an internal refusal', ours, 'deciding', 'trap'],
    ['a defect', defect, 'reading', 'internal/defect'],
    ['a defect', defect, 'deciding', 'trap'],
    ['a defect', defect, 'recording', 'trap'],
    ['unreadable stable memory', store, 'reading', 'trap'],
    ['what is no error at all', 'text', 'reading', 'internal/defect'],
  ] as const)('%s (%s) while %s ends in %s', (_name, error, phase, expected) => {
    expect(ending(error, phase)).toBe(expected);
  });

  it('is told in printable ASCII of at most 255 characters', () => {
    expect(ending(new RangeError(`∞ – ${'x'.repeat(400)}`), 'reading')).toBe('internal/defect');
    const answer = replied();
    expect(answer.kind === 'error' && answer.message).toBe(`? ? ${'x'.repeat(251)}`);
  });
});

describe('an act', () => {
  it('sees the frame, the caller and the time in whole milliseconds, and its answer is the reply', () => {
    const answer: Answer = { kind: 'record', head: new Uint8Array(32), record: Uint8Array.of(1) };
    perform((call) => {
      expect(call).toEqual({
        caller: Uint8Array.of(1, 2, 3),
        callerKey: '\x01\x02\x03',
        frame: Uint8Array.of(9, 8),
        timeMs: 1,
        phase: 'reading',
        urgency: 'act',
        updates: 0,
        instructions: 0,
      });
      return answer;
    });
    expect(replied()).toEqual(answer);
  });

  it('does not run on an argument that is no blob, or on a frame that is too long', () => {
    const act = vi.fn();
    platform.argument = Uint8Array.of(1);
    perform(act);
    expect(replied()).toMatchObject({ leaf: 'candid' });
    platform.replies.length = 0;
    platform.argument = encodeBlob(new Uint8Array(11));
    perform(act, 'act', 10);
    expect(replied()).toMatchObject({ leaf: 'oversized' });
    expect(act).not.toHaveBeenCalled();
  });
});
