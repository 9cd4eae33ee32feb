import { expect, test } from 'vitest';
import { createState, DESK_SHAPE } from './DeskState.ts';
import { shapeHash } from './Snapshot.ts';

test('the constant that names the shape of a desk is that of its state', () => {
  expect(`0x${DESK_SHAPE.toString(16)}`).toBe(`0x${shapeHash(createState()).toString(16)}`);
});
