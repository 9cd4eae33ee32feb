import { cone, fan } from '../../../src/model/Fan.ts';
import { touchProbabilityNormal } from '../../../src/model/FirstPassage.ts';
import { forecastSum } from '../../../src/model/Funding.ts';
import { near, same } from '../Check.ts';
import { tiersOf } from '../Vector.ts';
import type { Adapter, VectorTier } from '../Vector.ts';

type Vector = {
  tiers: VectorTier[];
  cases: {
    side: number;
    qty: number;
    entry: number;
    wallet: number;
    mark: number;
    sigH: number;
    rBar: number;
    rNext: number;
    phi: number;
    intervalH: number;
    nextFundingH: number;
    borrowPerHour: number;
    fee: number;
    forecast: number[];
    fan: {
      h: number;
      nFunding: number;
      fundingPaid: number;
      borrow: number;
      wallet: number;
      liq: number;
      liqEff: number;
      z: number;
      pNormal: number;
      pT4: number;
      q05: number;
      q95: number;
    }[];
  }[];
};

export const fanVectors: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('fan.json');
    const tiers = tiersOf(vector.tiers);
    vector.cases.forEach((c, i) => {
      c.forecast.forEach((rate, j) => {
        const came = forecastSum(c.rBar, c.rNext, c.phi, j + 1) - forecastSum(c.rBar, c.rNext, c.phi, j);
        near(check, `cases[${i}].forecast[${j}]`, rate, came);
      });
      const market = {
        mark: c.mark,
        sigmaSide: c.sigH,
        sigmaHour: c.sigH,
        rBar: c.rBar,
        rNext: c.rNext,
        phi: c.phi,
        intervalHours: c.intervalH,
        nextFundingHours: c.nextFundingH,
        borrowPerHour: c.borrowPerHour,
      };
      const horizons = c.fan.map((row) => row.h);
      const rows = fan({ ...c, upnlOther: 0, mmOther: 0 }, market, tiers, horizons);
      c.fan.forEach((expected, j) => {
        const at = `cases[${i}].fan[${j}]`;
        const row = rows[j];
        if (row === undefined) throw new Error(`${at} is missing`);
        same(check, `${at}.nFunding`, expected.nFunding, row.settlements);
        near(check, `${at}.fundingPaid`, expected.fundingPaid, row.fundingPaid);
        near(check, `${at}.borrow`, expected.borrow, row.borrow);
        near(check, `${at}.wallet`, expected.wallet, row.wallet);
        near(check, `${at}.liq`, expected.liq, row.liq);
        near(check, `${at}.liqEff`, expected.liqEff, row.liqEff);
        near(check, `${at}.z`, expected.z, row.z);
        near(check, `${at}.pT4`, expected.pT4, row.pTouch);
        near(check, `${at}.pNormal`, expected.pNormal, touchProbabilityNormal(row.z));
        const [low, high] = cone(c.side, market, expected.h);
        near(check, `${at}.q05`, expected.q05, low);
        near(check, `${at}.q95`, expected.q95, high);
      });
    });
  },
};
