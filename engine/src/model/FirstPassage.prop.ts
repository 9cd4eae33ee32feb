import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real } from '../../test/Arbitrary.ts';
import { kappaOf, touchProbability } from './FirstPassage.ts';

describe('touch probability', () => {
  it('is a probability, 1 at the barrier, and falls strictly with distance', () => {
    fc.assert(
      fc.property(real(0, 100), real(1e-6, 10), (z, more) => {
        const near = touchProbability(z);
        const far = touchProbability(z + more);
        return near >= 0 && near <= 1 && far < near;
      }),
      RUNS,
    );
    expect(touchProbability(0)).toBe(1);
    expect(touchProbability(-1)).toBe(1);
    expect(touchProbability(NaN)).toBe(1);
  });

  it('is a two-sided Student t with 4 degrees of freedom: 2 (1 - F(z sqrt 2)) by quadrature', () => {
    // Density of t4: 3/8 (1 + t²/4)^(-5/2).
    for (const z of [0.3, 1, 2, 3.958]) {
      const steps = 20_000;
      const to = z * Math.SQRT2;
      let body = 0;
      for (let i = 0; i < steps; i++) body += 0.375 * (1 + (((i + 0.5) * to) / steps) ** 2 / 4) ** -2.5;
      expect(touchProbability(z)).toBeCloseTo(1 - (2 * body * to) / steps, 8);
    }
  });
});

describe('kappa', () => {
  it('is the smallest double whose touch probability is at most p', () => {
    fc.assert(
      fc.property(real(1e-6, 0.5), (p) => {
        const kappa = kappaOf(p);
        return touchProbability(kappa) <= p && touchProbability(kappa * (1 - 4e-16)) >= p * (1 - 1e-14);
      }),
      RUNS,
    );
  });
});
