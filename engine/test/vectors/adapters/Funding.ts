import { LAMBDA_21, LAMBDA_3 } from '../../../src/math/Ewma.ts';
import {
  FUNDING_PERSISTENCE,
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
import { fixed, near } from '../Check.ts';
import type { Adapter } from '../Vector.ts';

type Vector = {
  rates: number[];
  fast: number[];
  slow: number[];
  trend: number[];
  halfLifeIntervals: unknown;
  lambda_: unknown;
  params: { phi: number; fundSoftR: number; fundHardR: number; maxMarginBurnPerDay: number };
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
    fixed(check, 'halfLifeIntervals', vector.halfLifeIntervals, { fast: 3, slow: 21 });
    fixed(check, 'lambda_', vector.lambda_, { fast: LAMBDA_3, slow: LAMBDA_21 });
    fixed(check, 'params.phi', vector.params.phi, FUNDING_PERSISTENCE);
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
