import {
  carryInR,
  carryOfMargin,
  createFunding,
  factorFunding,
  fundDay,
  fundingFast,
  fundingSlow,
  fundingStep,
  fundingTrend,
} from '../../../src/model/Funding.ts';
import { capFunding } from '../../../src/model/Leverage.ts';
import { near } from '../Check.ts';
import type { Adapter } from '../Vector.ts';

type Vector = {
  rates: number[];
  fast: number[];
  slow: number[];
  trend: number[];
  params: { fundSoftR: number; fundHardR: number; maxMarginBurnPerDay: number };
  cases: {
    side: number;
    rNext: number;
    rBar: number;
    phi: number;
    intervalH: number;
    leverage: number;
    fundDay: number;
    carryPerDayOfMargin: number;
    stopFrac: number;
    carryPerDayInR: number;
    L_fund: number | null;
    f_funding: number;
  }[];
};

export const funding: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('funding.json');
    const { fundSoftR, fundHardR, maxMarginBurnPerDay } = vector.params;
    const state = createFunding();
    vector.rates.forEach((rate, i) => {
      fundingStep(state, rate);
      near(check, `fast[${i}]`, vector.fast[i], fundingFast(state));
      near(check, `slow[${i}]`, vector.slow[i], fundingSlow(state));
      near(check, `trend[${i}]`, vector.trend[i], fundingTrend(state));
    });
    vector.cases.forEach((c, i) => {
      const day = fundDay(c.rBar, c.rNext, c.phi, c.intervalH);
      near(check, `cases[${i}].fundDay`, c.fundDay, day);
      near(
        check,
        `cases[${i}].carryPerDayOfMargin`,
        c.carryPerDayOfMargin,
        carryOfMargin(c.side, day, c.leverage),
      );
      const carry = carryInR(c.side, day, c.stopFrac);
      near(check, `cases[${i}].carryPerDayInR`, c.carryPerDayInR, carry);
      const cap = capFunding(c.side, day, maxMarginBurnPerDay);
      near(check, `cases[${i}].L_fund`, c.L_fund, cap === Infinity ? null : cap);
      near(check, `cases[${i}].f_funding`, c.f_funding, factorFunding(carry, fundSoftR, fundHardR));
    });
  },
};
