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
