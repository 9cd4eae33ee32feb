import { deriveCum } from './MarginTiers.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, atMost, real, side, tiers } from '../../test/Arbitrary.ts';
import { bindingIndex } from '../Constraints.ts';
import { entryAction, mustReduce, reducedNotional } from './Action.ts';
import { bindingNames, heldRequest, lattice } from './Lattice.ts';
import type { LatticeInputs, LatticeLimits } from './Lattice.ts';
import { sizePortfolio } from './Size.ts';

const LIMITS: LatticeLimits = {
  horizonHours: 8,
  leverageHard: 20,
  leverageUser: 20,
  leverageReference: 10,
  stopBuffer: 1.5,
  feeClose: 0.0005,
  costEntry: 0.0005,
  risk: 0.01,
  feesRoundTrip: 0.001,
  slipExit: 0.0008,
  volatilityTarget: 0.05,
  marginFraction: 0.25,
  openInterestFraction: 0.005,
  fundingSoft: 0.1,
  fundingHard: 0.5,
  marginBurnPerDay: 0.03,
  notionalUser: Infinity,
};

const EQUITY = 10_000;

/** The only source of the portfolio size here: no other positions, since a hedge may grow with volatility. */
function withSigma(inputs: LatticeInputs, sigmaHour: number): LatticeInputs {
  const notionalPortfolio = sizePortfolio(inputs.side, sigmaHour * Math.sqrt(24), 0.08 * EQUITY, [], [], []);
  return {
    ...inputs,
    sigmaHour,
    sigmaSide: sigmaHour * (inputs.sigmaSide / inputs.sigmaHour),
    notionalPortfolio,
  };
}

const inputs: fc.Arbitrary<LatticeInputs> = fc
  .record({
    side,
    notionalRequested: real(500, 200_000),
    sigmaHour: real(0.003, 0.05),
    drift: real(1, 1.5),
    kappa: real(3.9, 8),
    bandwidth: real(0, 0.3),
    bandwidthReference: real(0, 0.1),
    volatilityRank: real(-0.1, 1),
    stopDistance: real(0.006, 0.08),
    fundDay: real(-0.02, 0.02),
    factorLeadLag: real(0.25, 1),
    factorCluster: real(0.25, 1),
    openInterest: fc.oneof(real(1e4, 1e8), fc.constant(Infinity)),
    notionalEntryBook: real(0, 1e5),
    notionalExitBook: real(0, 1e5),
    quarterKelly: fc.oneof(real(0, 0.05), fc.constant(Infinity)),
  })
  .map(({ drift, ...rest }) =>
    withSigma(
      {
        ...rest,
        equity: EQUITY,
        price: 5,
        held: false,
        bandwidthReady: true,
        sigmaSide: rest.sigmaHour * drift,
        notionalPortfolio: 0,
      },
      rest.sigmaHour,
    ),
  );

describe('lattice', () => {
  it('bounds leverage and size by every constraint and names the one that binds', () => {
    fc.assert(
      fc.property(inputs, tiers, (x, table) => {
        const result = lattice(x, LIMITS, table);
        const { leverage, notional, factors } = result.table;
        for (const cap of leverage) expect(result.leverage).toBeLessThanOrEqual(cap);
        for (const cap of notional) expect(result.notional).toBeLessThanOrEqual(cap);
        expect(leverage[bindingIndex(leverage)]).toBe(Math.min(...leverage));
        expect(notional[bindingIndex(notional)]).toBe(Math.min(...notional));
        expect(factors[bindingIndex(factors)]).toBe(Math.min(...factors));
        expect(Number.isInteger(result.leverage)).toBe(true);
        for (const value of [...leverage, ...notional, ...factors]) {
          expect(value >= 0 && !Object.is(value, -0)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('never gives more leverage or size when something gets worse', () => {
    const ways: ((x: LatticeInputs, f: number) => LatticeInputs)[] = [
      (x, f) => withSigma(x, x.sigmaHour * f),
      (x, f) => ({ ...x, sigmaSide: x.sigmaSide * f }),
      (x, f) => ({ ...x, kappa: x.kappa * f }),
      (x, f) => ({ ...x, bandwidth: x.bandwidth * f }),
      (x, f) => ({
        ...x,
        volatilityRank: x.volatilityRank < 0 ? x.volatilityRank : Math.min(1, x.volatilityRank * f),
      }),
      (x, f) => ({ ...x, fundDay: x.fundDay + x.side * 0.005 * (f - 1) }),
      (x, f) => ({ ...x, factorLeadLag: x.factorLeadLag / f }),
      (x, f) => ({ ...x, factorCluster: x.factorCluster / f }),
      (x, f) => ({ ...x, openInterest: x.openInterest / f }),
      (x, f) => ({ ...x, notionalEntryBook: x.notionalEntryBook / f }),
      (x, f) => ({ ...x, notionalExitBook: x.notionalExitBook / f }),
    ];
    fc.assert(
      fc.property(inputs, tiers, fc.constantFrom(...ways), real(1, 3), (x, table, way, factor) => {
        const before = lattice(x, LIMITS, table);
        const after = lattice(way(x, factor), LIMITS, table);
        expect(after.leverage).toBeLessThanOrEqual(before.leverage);
        expect(atMost(after.notional, before.notional)).toBe(true);
      }),
      RUNS,
    );
  });

  it('gives no more leverage to a larger request', () => {
    fc.assert(
      fc.property(inputs, tiers, real(1, 10), (x, table, factor) => {
        const larger = { ...x, notionalRequested: x.notionalRequested * factor };
        return lattice(larger, LIMITS, table).leverage <= lattice(x, LIMITS, table).leverage;
      }),
      RUNS,
    );
  });

  it('gives no more leverage behind a wider stop, and no more size where no funding is paid', () => {
    fc.assert(
      fc.property(inputs, tiers, real(1, 3), (x, table, factor) => {
        const received = { ...x, fundDay: -x.side * Math.abs(x.fundDay) };
        const wider = { ...received, stopDistance: received.stopDistance * factor };
        const before = lattice(received, LIMITS, table);
        const after = lattice(wider, LIMITS, table);
        expect(after.leverage).toBeLessThanOrEqual(before.leverage);
        expect(atMost(after.notional, before.notional)).toBe(true);
      }),
      RUNS,
    );
  });

  /** An ordinary market with nothing in the way. */
  const calm: LatticeInputs = {
    side: 1,
    equity: 10_000,
    price: 5,
    notionalRequested: 5_000,
    held: false,
    sigmaHour: 0.01,
    sigmaSide: 0.01,
    kappa: 4,
    bandwidth: 0.05,
    bandwidthReference: 0.05,
    bandwidthReady: true,
    volatilityRank: 0.5,
    stopDistance: 0.03,
    fundDay: 0,
    factorLeadLag: 1,
    factorCluster: 1,
    openInterest: Infinity,
    notionalEntryBook: Infinity,
    notionalExitBook: Infinity,
    notionalPortfolio: Infinity,
    quarterKelly: Infinity,
  };
  const oneTier = deriveCum([{ minNotional: 0, maxNotional: 1e6, mmr: 0.01, maxLeverage: 25 }]);

  it('gives more size behind a wider stop where paid funding weighs less in its R: the reverse is not promised', () => {
    const paid = { ...calm, fundDay: 0.02 };
    const near = lattice(paid, LIMITS, oneTier);
    const wide = lattice({ ...paid, stopDistance: 0.06 }, LIMITS, oneTier);
    expect(wide.factor).toBeGreaterThan(near.factor);
    expect(wide.notional).toBeGreaterThan(near.notional);
    expect(wide.leverage).toBeLessThanOrEqual(near.leverage);
  });

  it('gives more size to a larger request where only the request binds: the reverse is not promised', () => {
    const small = lattice({ ...calm, notionalRequested: 100 }, LIMITS, oneTier);
    const large = lattice({ ...calm, notionalRequested: 200 }, LIMITS, oneTier);
    expect([small.notional, large.notional]).toEqual([100, 200]);
  });

  it('a held position feels neither book nor factors', () => {
    fc.assert(
      fc.property(inputs, tiers, (x, table) => {
        const held = lattice({ ...x, held: true }, LIMITS, table);
        const free = {
          ...x,
          factorCluster: 1,
          factorLeadLag: 1,
          notionalEntryBook: Infinity,
          notionalExitBook: Infinity,
        };
        const flat = lattice({ ...free, fundDay: x.fundDay }, LIMITS, table);
        expect(held.leverage).toBe(flat.leverage);
        expect(held.factor).toBe(1);
        expect(held.notional).toBeGreaterThanOrEqual(flat.notional);
        expect(bindingNames(held).notional).not.toContain('BOOK');
      }),
      RUNS,
    );
  });
});

describe('actions', () => {
  it('enter only when everything allows it', () => {
    expect(entryAction(true, 2, 20, 0.5, 20)).toBe('ENTER');
    expect(entryAction(false, 2, 20, 0.5, 20)).toBe('WAIT');
    expect(entryAction(true, 1, 20, 0.5, 20)).toBe('WAIT');
    expect(entryAction(true, 2, 19.99, 0.5, 20)).toBe('WAIT');
    expect(entryAction(true, 2, 20, 0.49, 20)).toBe('WAIT');
  });

  it('a reduction takes at least a tenth and goes to N* where that is lower', () => {
    fc.assert(
      fc.property(real(1, 1e6), real(0, 1e6), (held, target) => {
        const kept = reducedNotional(held, target);
        return kept <= 0.9 * held && kept <= target && (kept === target || kept === 0.9 * held);
      }),
      RUNS,
    );
  });

  it('reduce by touch within 8 h, by touch within the horizon, or beyond the band', () => {
    expect(mustReduce(0.019, 0.019, 0.005, 110, 100)).toBe(false);
    expect(mustReduce(0.02, 0, 0.005, 100, 100)).toBe(true);
    expect(mustReduce(0, 0.02, 0.005, 100, 100)).toBe(true);
    expect(mustReduce(0, 0, 0.005, 110.1, 100)).toBe(true);
  });

  it('a held position requests at least what it is worth', () => {
    expect(heldRequest(100, 120)).toBe(120);
    expect(heldRequest(100, 80)).toBe(100);
  });
});
