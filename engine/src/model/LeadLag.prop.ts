import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { side } from '../../test/Arbitrary.ts';
import {
  MAX_LAG,
  adverseMove,
  correlationAt,
  createLeadLag,
  factorLeadLag,
  leadLagHold,
  leadLagStep,
} from './LeadLag.ts';
import type { LeadLag } from './LeadLag.ts';

type Pair = [number, number];
/** Returns of five-minute bars, to a millionth: products of ones near the smallest double would underflow unevenly. */
const move = fc.integer({ min: -20_000, max: 20_000 }).map((millionths) => millionths / 1e6);
const pairs = fc.array(fc.tuple(move, move), { minLength: 30, maxLength: 200 });

function run(list: readonly Pair[]): LeadLag {
  const state = createLeadLag();
  for (const [x, y] of list) leadLagStep(state, x, y);
  return state;
}

/** Returns of our own that follow the leader's by `lag` bars, from a fixed pseudo-random leader. */
function following(lag: number, count: number): Pair[] {
  let seed = 12345;
  const noise = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return (seed / 2 ** 31) * 0.003;
  };
  const x = Array.from({ length: count }, noise);
  return x.map((value, t) => [value, 0.6 * (x[t - lag] ?? 0) + noise()]);
}

describe('lead-lag', () => {
  it('swapping the series mirrors the correlations and inverts the ratio', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const one = run(list);
        const other = run(list.map(([x, y]) => [y, x]));
        for (let lag = -MAX_LAG; lag <= MAX_LAG; lag++) {
          expect(correlationAt(other, -lag)).toBeCloseTo(correlationAt(one, lag), 12);
          expect(Math.abs(correlationAt(one, lag))).toBeLessThanOrEqual(1);
        }
        const [a, b] = [one.lead.ratio, other.lead.ratio];
        if (a > 0 && b > 0) expect(a * b).toBeCloseTo(1, 9);
      }),
    );
  });

  it('scaling the leader changes neither its correlations nor its shocks', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: -6, max: 6 }), side, (list, k, s) => {
        const one = run(list);
        const other = run(list.map(([x, y]) => [x * 2 ** k, y]));
        expect(other.lead).toEqual(one.lead);
        expect(adverseMove(other, s)).toBeCloseTo(adverseMove(one, s), 10);
      }),
    );
  });

  it('finds a true lead and calls noise noise', () => {
    const found = run(following(7, 1500)).lead;
    expect(found).toMatchObject({ bestLag: 7, significant: true });
    expect(found.confidence).toBeGreaterThanOrEqual(0.5);
    const reversed = run(following(7, 1500).map(([x, y]) => [y, x])).lead;
    expect(reversed).toMatchObject({ significant: false, confidence: 0 });
  });

  it('the factor stays in [0.25, 1], not below 0.75 without a significant lead, and recovers by half in 30 min', () => {
    fc.assert(
      fc.property(pairs, side, (list, s) => {
        const state = run(list);
        leadLagHold(state, 0.01);
        const factor = factorLeadLag(state, s);
        expect(factor).toBeGreaterThanOrEqual(state.lead.significant ? 0.25 : 0.75);
        expect(factor).toBeLessThanOrEqual(1);
      }),
    );
    const quiet = run(following(7, 200).map(([, y]) => [0, y]));
    quiet.severityLong = 0.4;
    for (let i = 0; i < 6; i++) leadLagHold(quiet, 0.01);
    expect(1 - factorLeadLag(quiet, 1)).toBeCloseTo(0.2, 12);
  });

  it('begins to see a series that stood still at first', () => {
    const still: Pair[] = Array.from({ length: 150 }, () => [0, 0]);
    const state = run([...still, ...following(5, 300)]);
    expect(state.sxx).toBeGreaterThan(0);
    expect(state.lead.bestLag).toBe(5);
  });

  it('holds correlations within their bounds although a leader was wild before it counted', () => {
    const state = createLeadLag();
    for (let i = 0; i < 24; i++) leadLagStep(state, i % 2 === 0 ? 0.4 : -0.4, 1e-4);
    for (let i = 0; i < 12; i++) leadLagStep(state, 1e-5, i % 2 === 0 ? 1e-4 : -1e-4);
    expect(state.lead.rhoBest).toBeLessThanOrEqual(1);
    expect(Math.abs(state.lead.ratio)).toBeLessThan(Infinity);
    for (let lag = -24; lag <= 24; lag++) expect(Math.abs(correlationAt(state, lag))).toBeLessThanOrEqual(1);
    expect(factorLeadLag(state, 1)).toBe(1);
  });
});
