import { LAMBDA_864 } from '../../../src/math/Ewma.ts';
import {
  LONG_WINDOW,
  MAX_LAG,
  MIN_LAG,
  WINSOR_AFTER,
  WINSOR_SQUARED,
  Z_BETA,
  Z_CRITICAL,
  adverseMove,
  betaAt,
  correlationAt,
  createLeadLag,
  effectiveCount,
  expectedMove,
  factorLeadLag,
  leadLagHold,
  leadLagStep,
  severity,
} from '../../../src/model/LeadLag.ts';
import { fixed, near, nearSigned, same } from '../Check.ts';
import type { Adapter } from '../Vector.ts';

type Vector = {
  x_eth: number[];
  y_icp: number[];
  y_null: number[];
  params: unknown;
  cases: {
    series: string;
    side: number;
    sig1h: number;
    vx: number;
    vy: number;
    neff: number;
    rho: number[];
    bestLag: number;
    rhoBest: number;
    zBest: number;
    LLR: number;
    significant: boolean;
    confidence: number;
    beta: number[];
    yhat: number;
    shockZ: [number, number];
    adverse: number;
    severity: number;
    f_leadlag: number;
  }[];
};

export const leadLag: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('leadlag.json');
    fixed(check, 'params', vector.params, {
      maxLag: MAX_LAG,
      halfLife: 864,
      lambda_: LAMBDA_864,
      winsor: Math.sqrt(WINSOR_SQUARED),
      winsorAfter: WINSOR_AFTER,
      minLag: MIN_LAG,
      zCrit: Z_CRITICAL,
      betaZ: Z_BETA,
      // Of 15 and 60 minutes, which are what the state keeps.
      shockWindows: [MIN_LAG, LONG_WINDOW],
    });
    vector.cases.forEach((c, i) => {
      const own = c.series.startsWith('x,null') ? vector.y_null : vector.y_icp;
      const without = /without last (\d+)/.exec(c.series);
      const count = own.length - Number(without?.[1] ?? 0);
      const state = createLeadLag();
      for (let t = 0; t < count; t++) leadLagStep(state, vector.x_eth[t] as number, own[t] as number);
      const at = `cases[${i}]`;
      near(check, `${at}.vx`, c.vx, state.sxx / state.weight);
      near(check, `${at}.vy`, c.vy, state.syy / state.weight);
      near(check, `${at}.neff`, c.neff, effectiveCount(state));
      c.rho.forEach((rho, j) => {
        nearSigned(check, `${at}.rho[${j}]`, rho, correlationAt(state, j - MAX_LAG), c.rhoBest);
      });
      const found = state.lead;
      same(check, `${at}.bestLag`, c.bestLag, found.bestLag);
      near(check, `${at}.rhoBest`, c.rhoBest, found.rhoBest);
      near(check, `${at}.zBest`, c.zBest, found.zBest);
      near(check, `${at}.LLR`, c.LLR, found.ratio);
      same(check, `${at}.significant`, c.significant, found.significant);
      near(check, `${at}.confidence`, c.confidence, found.confidence);
      c.beta.forEach((beta, j) => near(check, `${at}.beta[${j}]`, beta, betaAt(state, j + 1)));
      near(check, `${at}.yhat`, c.yhat, expectedMove(state));
      near(check, `${at}.shockZ[0]`, c.shockZ[0], state.shockShort);
      near(check, `${at}.shockZ[1]`, c.shockZ[1], state.shockLong);
      near(check, `${at}.adverse`, c.adverse, adverseMove(state, c.side));
      near(check, `${at}.severity`, c.severity, severity(state, c.side, c.sig1h, found.confidence));
      leadLagHold(state, c.sig1h);
      near(check, `${at}.f_leadlag`, c.f_leadlag, factorLeadLag(state, c.side));
    });
  },
};
