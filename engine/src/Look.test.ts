import { expect, test } from 'vitest';
import { decodeObservation, encodeObservation, readLook } from './index.ts';
import { createLook } from './Look.ts';
import { after } from '../test/Stage.ts';

const [first, second] = [0, 1].map((i) => encodeObservation(after(i)));

test('an observation that was read stays what it is when the next frame is read', () => {
  const observation = decodeObservation(first!);
  const before = structuredClone(observation);
  expect(before.bars).toHaveLength(1);
  decodeObservation(second!);
  expect(observation).toEqual(before);
});

test('a look of one’s own stays what it is when another one is read', () => {
  const own = readLook(first!, createLook());
  const bars = structuredClone(own.bars);
  const { bars: others } = readLook(second!);
  expect(own.bars).toEqual(bars);
  expect(others).not.toEqual(bars);
});
