import { expect, test } from 'vitest';
import { VenueError } from '../venue/VenueError.ts';
import { PolledStream } from './PolledStream.ts';
import type { StreamEvent } from './VenueStream.ts';

const MARK = { symbol: 'ICPUSDT', timeMs: 1, markPrice: 5, fundingRate: 0.0001, fundingMs: 9 };

test('marks come by themselves, a changed account is told once, a venue that fails is told and asked again', async () => {
  const events: StreamEvent[] = [];
  let state = 'flat';
  let isDown = false;
  const stream = new PolledStream({
    marks: () =>
      isDown
        ? Promise.reject(
            new VenueError({ kind: 'temporary', leaf: 'unreachable', outcome: 'denied' }, 'down'),
          )
        : Promise.resolve([MARK]),
    accountState: () => Promise.resolve(state),
    everyMs: 5,
  });
  stream.follow((event) => events.push(event));
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((done) => setTimeout(done, 2));
  };
  await until(() => events.length > 3);
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['mark']));
  state = 'long 3';
  await until(() => events.some(({ kind }) => kind === 'account'));
  isDown = true;
  await until(() => events.at(-1)?.kind === 'lost');
  isDown = false;
  await until(() => events.at(-1)?.kind === 'mark');
  await stream.close();
  const { length } = events;
  expect(events.filter(({ kind }) => kind === 'account')).toHaveLength(1);
  expect(events.filter(({ kind }) => kind === 'lost')).toHaveLength(1);
  await new Promise((done) => setTimeout(done, 20));
  expect(events).toHaveLength(length);
});
