import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { real, side } from '../../test/Arbitrary.ts';
import { createShock, isShock, shockStep } from './Shock.ts';
import type { Shock } from './Shock.ts';

const WARM_BARS = 300;

/** A quiet market of 300 bars for coin and leader, then three bars that move them by the given shares in all. */
function after(own: number, leader: number, sigma: number, synthetic = false): Shock {
  const state = createShock();
  for (let i = 0; i < WARM_BARS; i++) shockStep(state, 5, sigma, false, 2000 * (i % 2 === 0 ? 1 : 1.001));
  for (let i = 1; i <= 3; i++) {
    const share = i / 3;
    shockStep(state, 5 * (1 + own * share), sigma, synthetic && i === 2, 2000 * 1.001 * (1 + leader * share));
  }
  return state;
}

describe('shock', () => {
  it('strikes the side the move goes against, and never the other', () => {
    fc.assert(
      fc.property(side, real(0.05, 0.2), (s, size) => {
        const state = after(-s * size, 0, 0.01);
        expect(isShock(state, s)).toBe(true);
        expect(isShock(state, -s)).toBe(false);
      }),
    );
  });

  it('a larger adverse move never calms it, a larger volatility never triggers it', () => {
    fc.assert(
      fc.property(side, real(0, 0.1), real(1, 3), real(0.004, 0.05), (s, size, factor, sigma) => {
        const shock = isShock(after(-s * size, 0, sigma), s);
        if (shock) expect(isShock(after(-s * size * factor, 0, sigma), s)).toBe(true);
        else expect(isShock(after(-s * size, 0, sigma * factor), s)).toBe(false);
      }),
    );
  });

  it("the leader's fall alone is enough, and is not seen without the leader's data", () => {
    expect(isShock(after(0, -0.1, 0.01), 1)).toBe(true);
    const state = createShock();
    for (let i = 0; i < WARM_BARS; i++) shockStep(state, 5, 0.01, false, 0);
    expect(state.zLeader).toBe(0);
    expect(isShock(state, 1)).toBe(false);
  });

  it('is not seen across a synthetic bar or before bar 288', () => {
    expect(isShock(after(-0.2, 0, 0.01, true), 1)).toBe(false);
    const young = createShock();
    for (let i = 0; i < 288; i++) shockStep(young, i < 285 ? 5 : 4, 0.01, false, 0);
    expect(young.zOwn).toBeLessThan(-3);
    expect(isShock(young, 1)).toBe(false);
    shockStep(young, 3.9, 0.01, false, 0);
    expect(isShock(young, 1)).toBe(true);
  });
});
