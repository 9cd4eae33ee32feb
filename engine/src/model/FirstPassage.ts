import { requireFinite, requirePositive } from '../EngineError.ts';
import { exp } from '../math/Exp.ts';
import { phi } from '../math/Normal.ts';

/*
 * Probability that price touches a barrier within a horizon. z is the adverse log distance in standard deviations
 * over the horizon. For a symmetric continuous martingale with random variance, P(touch) = 2 P(end beyond) exactly;
 * an inverse-gamma variance makes that Student's t. Risk model, section 2.
 */

const SQRT2 = Math.sqrt(2);

/** Student's t with 4 degrees of freedom, unit variance: algebraic. In [0, 1], falling in z, 1 for z <= 0. */
export function touchProbability(z: number): number {
  if (!(z > 0)) return 1;
  if (z === Infinity) return 0;
  const t = z * SQRT2;
  const q = 4 + t * t;
  const y = t / Math.sqrt(q);
  // a = 1 - y without cancellation.
  const a = 4 / q / (1 + y);
  return 0.5 * a * a * (2 + y);
}

/** Student's t with 6 degrees of freedom; a comparator. */
export function touchProbability6(z: number): number {
  if (!(z > 0)) return 1;
  const t = z * Math.sqrt(1.5);
  const q = 6 + t * t;
  const y = t / Math.sqrt(q);
  const a = 6 / q / (1 + y);
  return (a * a * a * (8 + 9 * y + 3 * y * y)) / 8;
}

/** The normal law; a comparator. */
export function touchProbabilityNormal(z: number): number {
  return z > 0 ? 2 * phi(-z) : 1;
}

/**
 * Probability that a Brownian motion with drift `m` towards a barrier at distance `d` > 0 and standard deviation
 * `s` > 0, both over the horizon, touches it. A comparator (Karatzas and Shreve, 2.8).
 */
export function touchProbabilityDrift(d: number, m: number, s: number): number {
  requirePositive('d', d);
  requireFinite('m', m);
  requirePositive('s', s);
  return phi((m - d) / s) + exp((2 * m * d) / (s * s)) * phi((-d - m) / s);
}

/** Smallest z found with touch(z) <= p: doubling, then bisection until two neighbours are left. */
function inverse(touch: (z: number) => number, p: number): number {
  requirePositive('p', p);
  let low = 0;
  let high = 1;
  while (touch(high) > p) {
    low = high;
    high *= 2;
  }
  for (;;) {
    const middle = low + 0.5 * (high - low);
    if (middle === low || middle === high) return high;
    if (touch(middle) > p) low = middle;
    else high = middle;
  }
}

/** Distance in standard deviations that is touched with probability at most p (0 < p). */
export function kappaOf(p: number): number {
  return inverse(touchProbability, p);
}

/** As kappaOf, by Student's t with 6 degrees of freedom. */
export function kappaOf6(p: number): number {
  return inverse(touchProbability6, p);
}

/** As kappaOf, by the normal law. */
export function kappaOfNormal(p: number): number {
  return inverse(touchProbabilityNormal, p);
}
