import fc from 'fast-check';
import { describe, it } from 'vitest';
import { RUNS, real } from '../../test/Arbitrary.ts';
import { createMonotoneDeque, monotoneDequeStep } from './MonotoneDeque.ts';
import { createSlidingMoments, slidingMomentsStep } from './SlidingMoments.ts';

const values = fc.array(real(1, 10), { minLength: 1, maxLength: 80 });
const window = fc.integer({ min: 2, max: 20 });

describe('sliding moments', () => {
  it('equal those computed afresh over the last n values', () => {
    fc.assert(
      fc.property(values, window, (list, n) => {
        const state = createSlidingMoments(n);
        return list.every((value, i) => {
          slidingMomentsStep(state, value);
          if (i + 1 < n) return state.count === i + 1;
          const last = list.slice(i + 1 - n, i + 1);
          const mean = last.reduce((a, b) => a + b, 0) / n;
          const m2 = last.reduce((a, b) => a + (b - mean) ** 2, 0);
          return Math.abs(state.mean - mean) < 1e-12 && Math.abs(state.m2 - m2) < 1e-11 && state.m2 >= 0;
        });
      }),
      RUNS,
    );
  });
});

describe('monotone deque', () => {
  it('equals the maximum of the last n values, repeated ones included', () => {
    const repeated = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(fc.oneof(values, repeated), window, (list, n) => {
        const deque = createMonotoneDeque(n);
        return list.every(
          (v, i) => monotoneDequeStep(deque, v) === Math.max(...list.slice(Math.max(0, i + 1 - n), i + 1)),
        );
      }),
      RUNS,
    );
  });
});
