import { expect, test } from 'vitest';
import { waitingJump } from './Jump.ts';

const bars = (...closes: readonly number[]) => closes.map((close, i) => ({ timeMs: i * 300_000, close }));

test.each([
  ['prices that move as they do', [10, 11, 9, 14], null],
  ['a jump that a next bar near it confirms', [10, 20, 20.5], null],
  ['a jump at the end', [10, 20], { barMs: 300_000, fromPrice: 10, toPrice: 20 }],
  ['a jump from the bar before', [20], { barMs: 0, fromPrice: 10, toPrice: 20 }],
  ['one bar that stands out: it is the one that waits', [20, 10], { barMs: 0, fromPrice: 10, toPrice: 20 }],
  ['no bars', [], null],
])('%s', (_, closes, expected) => {
  expect(waitingJump(10, bars(...closes))).toEqual(expected);
});
