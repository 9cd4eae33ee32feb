import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real, side, tiers } from '../../test/Arbitrary.ts';
import { Z_MAX, cone, fan, settlementsWithin } from './Fan.ts';
import type { FanMarket } from './Fan.ts';
import { liquidationPrice } from './Liquidation.ts';

const rate = real(-0.003, 0.003);
const market: fc.Arbitrary<FanMarket> = fc
  .tuple(
    real(3, 8),
    real(0.003, 0.08),
    real(1, 1.5),
    rate,
    rate,
    fc.constantFrom(1, 2, 4, 8),
    real(0, 8),
    real(0, 1e-4),
  )
  .map(([mark, sigmaHour, more, rBar, rNext, intervalHours, nextFundingHours, borrowPerHour]) => {
    const sigmaSide = Math.min(0.0816, sigmaHour * more);
    return {
      mark,
      sigmaSide,
      sigmaHour,
      rBar,
      rNext,
      phi: 0.8,
      intervalHours,
      nextFundingHours,
      borrowPerHour,
    };
  });
const held = fc.tuple(side, real(10, 50_000), real(0.05, 1.1));

describe('liquidation fan', () => {
  it('only gets worse with time: z never rises, the touch probability never falls, the barrier never recedes', () => {
    fc.assert(
      fc.property(held, market, tiers, ([s, qty, backing], m, table) => {
        const position = {
          side: s,
          qty,
          entry: 5,
          wallet: backing * qty * 5,
          upnlOther: 0,
          mmOther: 0,
          fee: 0.0005,
        };
        const rows = fan(position, m, table);
        let barrier = liquidationPrice(position, table);
        let z = Z_MAX;
        let touch = 0;
        for (const row of rows) {
          expect(s * (row.liqEff - barrier)).toBeGreaterThanOrEqual(0);
          expect(row.z).toBeLessThanOrEqual(z);
          expect(row.pTouch).toBeGreaterThanOrEqual(touch);
          expect(row.wallet).toBe(position.wallet - row.fundingPaid - row.borrow);
          barrier = row.liqEff;
          z = row.z;
          touch = row.pTouch;
        }
      }),
      RUNS,
    );
  });

  it('no settlement on the way is worse than the barrier after it, also where what is paid first is received later', () => {
    let turning = 0;
    fc.assert(
      fc.property(held, market, tiers, ([s, qty, backing], m, table) => {
        const wallet = backing * qty * 5;
        const position = { side: s, qty, entry: 5, wallet, upnlOther: 0, mmOther: 0, fee: 0.0005 };
        const { mark, rBar, rNext, phi, intervalHours, nextFundingHours, borrowPerHour } = m;
        for (const row of fan(position, m, table)) {
          let rates = 0;
          for (let k = 0; nextFundingHours + k * intervalHours <= row.hours; k++) {
            const hours = nextFundingHours + k * intervalHours;
            rates += rBar + (rNext - rBar) * phi ** k;
            const left = wallet - s * qty * mark * rates - borrowPerHour * qty * mark * hours;
            // Its own sums may differ in the last digits.
            const there = liquidationPrice({ ...position, wallet: left + 1e-6 * qty }, table);
            expect(s * there).toBeLessThanOrEqual(s * row.liqEff);
            expect(row.walletLeast).toBeLessThanOrEqual(left + 1e-6 * qty);
            if (left + 1e-6 * qty < row.wallet) turning++;
          }
        }
      }),
      RUNS,
    );
    expect(turning).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it('an hour between two horizons counts: paid until 16 h, received after it', () => {
    const table = [{ minNotional: 0, maxNotional: 1e9, mmr: 0.01, maxLeverage: 25, cum: 0 }];
    const position = { side: 1, qty: 400, entry: 10, wallet: 500, upnlOther: 0, mmOther: 0, fee: 0 };
    const m = { mark: 10, sigmaSide: 0.01, sigmaHour: 0.01, rBar: -0.01, rNext: 0.005, phi: 0.8 };
    const rest = { intervalHours: 8, nextFundingHours: 8, borrowPerHour: 0 };
    const [row] = fan(position, { ...m, ...rest }, table, [24]);
    // 0.005 and 0.002 are paid, 0.0004 is received.
    expect(row!.fundingPaid).toBeCloseTo(4_000 * 0.0066, 9);
    expect(row!.walletLeast).toBeCloseTo(500 - 4_000 * 0.007, 9);
    expect(row!.liqEff).toBeCloseTo((4_000 - (500 - 28)) / (400 * 0.99), 9);
  });

  it('changes the sign of funding with the side', () => {
    fc.assert(
      fc.property(market, tiers, (m, table) => {
        const position = { qty: 1000, entry: 5, wallet: 1000, upnlOther: 0, mmOther: 0, fee: 0 };
        const long = fan({ ...position, side: 1 }, m, table);
        const short = fan({ ...position, side: -1 }, m, table);
        long.forEach((row, i) => expect(row.fundingPaid + (short[i]?.fundingPaid ?? NaN)).toBe(0));
      }),
      RUNS,
    );
  });

  it('says certain when already breached, and nearly never when nothing can liquidate', () => {
    const table = [{ minNotional: 0, maxNotional: 1e9, mmr: 0.01, maxLeverage: 25, cum: 0 }];
    const m = {
      mark: 4,
      sigmaSide: 0.01,
      sigmaHour: 0.01,
      rBar: 0,
      rNext: 0,
      phi: 0.8,
      intervalHours: 8,
      nextFundingHours: 1,
      borrowPerHour: 0,
    };
    const position = { side: 1, qty: 1000, entry: 5, wallet: 500, upnlOther: 0, mmOther: 0, fee: 0 };
    expect(fan(position, m, table).map((row) => row.pTouch)).toEqual([1, 1, 1, 1]);
    for (const flat of [1, -1]) {
      const rows = fan({ ...position, side: flat, qty: 0 }, m, table);
      expect(rows.map((row) => row.z)).toEqual([Z_MAX, Z_MAX, Z_MAX, Z_MAX]);
    }
  });

  it('counts a settlement at its very hour', () => {
    expect([0, 0.5, 7.9, 8, 16.5].map((h) => settlementsWithin(h, 0.5, 8))).toEqual([0, 1, 1, 1, 3]);
  });

  it('widens the cone against the side only', () => {
    fc.assert(
      fc.property(market, (m) => {
        const [low, high] = cone(1, m, 8);
        const [shortLow, shortHigh] = cone(-1, m, 8);
        return low <= shortLow && shortHigh >= high && low < m.mark && m.mark < high;
      }),
      RUNS,
    );
  });
});
