import { encodeObservation } from '@plimsoll/engine';
import { expect, test } from 'vitest';
import { LogError, type LogLeaf } from '../canister/LogError.ts';
import { observationOf } from '../canister/testing/Sea.ts';
import { Session, type SessionParts } from './Session.ts';

const ID = new Uint8Array(16).fill(3);
const LOOK = { id: ID, method: 'observe', frame: encodeObservation(observationOf(ID, 0)), wallMs: 0 };

/** A start after a crash, with one look whose answer never came and this one to it now. */
function restarting(leaf: LogLeaf) {
  const [answered, tookIn]: [unknown[], unknown[]] = [[], []];
  const parts = {
    executor: { recover: () => Promise.resolve({ position: { side: 0 } }) },
    journal: { unansweredCalls: () => [LOOK], markAnswered: (id: unknown) => answered.push(id) },
    canister: { relay: () => Promise.reject(new LogError(leaf, 6, 'an answer')) },
    observer: { tookIn: ({ timeMs }: { timeMs: number }) => tookIn.push(timeMs) },
  } as unknown as SessionParts;
  return { session: new Session(parts), answered, tookIn };
}

test('an answer that was overtaken since is one: the look is taken in, and not asked for again', async () => {
  const { session, answered, tookIn } = restarting('passed');
  await session.begin();
  expect(answered).toEqual([ID]);
  expect(tookIn).toEqual([observationOf(ID, 0).timeMs]);
});

test.each<LogLeaf>(['fork', 'wrong-id', 'wrong-frame', 'sequence-gap'])(
  'an answer that contradicts the log (%s) ends the start, and is asked for again by the next',
  async (leaf) => {
    const { session, answered, tookIn } = restarting(leaf);
    await expect(session.begin()).rejects.toThrow(LogError);
    expect([answered, tookIn]).toEqual([[], []]);
  },
);
