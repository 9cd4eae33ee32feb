import { exp } from './Exp.ts';

/*
 * The normal tail by way of the complementary error function, erfc(z) = t exp(-z² + g(t)) with t = 2/(2+z). The Chebyshev coefficients of g on
 * 0 <= t <= 1 were computed for this file with 50 digits from g(t) = ln(erfcx(2/t - 2)/t).
 */
const CHEBYSHEV: readonly number[] = [
  -1.3026537197817094, 0.6419697923564903, 0.019476473204185836, -0.009561514786808632,
  -0.0009465953444820369, 0.00036683949785276145, 4.252332480690777e-5, -2.0278578112534242e-5,
  -1.6242900046470256e-6, 1.3036558355805232e-6, 1.5626441722066142e-8, -8.523809591492654e-8,
  6.5290544390988515e-9, 5.059343495551469e-9, -9.91364156493033e-10, -2.273651222931836e-10,
  9.646791102015527e-11, 2.3940380830391146e-12, -6.886027526497553e-12, 8.944879273090725e-13,
  3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15,
  -1.5230282014571043e-15, -9.457494571291233e-17, 1.210237189224279e-16, -2.8166630877471771e-17,
];

/** ln(erfcx(z)/t) for z >= 0, t = 2/(2+z), by Clenshaw's recurrence. */
function chebyshev(t: number): number {
  const x = 4 * t - 2;
  let d = 0;
  let e = 0;
  for (let i = CHEBYSHEV.length - 1; i > 0; i--) {
    const next = x * d - e + (CHEBYSHEV[i] as number);
    e = d;
    d = next;
  }
  return 0.5 * (x * d + (CHEBYSHEV[0] as number)) - e;
}

const SQRT1_2 = Math.sqrt(0.5);

/** Mass beyond x >= 0. The square is split at a sixteenth so that the large part of the exponent is exact. */
function upperTail(x: number): number {
  const t = 2 / (2 + x * SQRT1_2);
  const head = Math.floor(16 * x) / 16;
  return 0.5 * t * exp(-0.5 * head * head) * exp(-0.5 * (x - head) * (x + head) + chebyshev(t));
}

/** Standard normal distribution function. Only reports and comparators use it; caps use Student's t. */
export function phi(x: number): number {
  return x > 0 ? 1 - upperTail(x) : upperTail(-x);
}
