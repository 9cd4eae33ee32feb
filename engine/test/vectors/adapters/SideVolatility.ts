import { capFirstPassage } from '../../../src/model/Leverage.ts';
import { touchProbability } from '../../../src/model/FirstPassage.ts';
import { logRatio } from '../../../src/math/Log.ts';
import { LAMBDA_288 } from '../../../src/math/Ewma.ts';
import {
  DRIFT_GAIN,
  SIGMA_HOUR_MAX,
  SIGMA_HOUR_YOUNG,
  createVolatility,
  sigmaHour,
  sigmaSide,
  volatilityStep,
} from '../../../src/model/Volatility.ts';
import { fixed, near, nearSigned, same } from '../Check.ts';
import { candlesOf, tiersOf } from '../Vector.ts';
import type { Adapter, VectorTier } from '../Vector.ts';

type Vector = {
  input?: string;
  params: { kappa: number; N: number; tiers: VectorTier[]; f: number; c: number };
  S: number[];
  sigH: number[];
  sigLong: number[];
  sigShort: number[];
  L_FP_long_8h: number[];
  L_FP_short_8h: number[];
  L_FP_long_24h: number[];
  L_FP_short_24h: number[];
  pTouch_long_10pct_8h: number[];
  pTouch_short_10pct_8h: number[];
};

const ROOT_24 = Math.sqrt(24);

function sideVolatility(name: string): Adapter {
  return {
    tolerance: 1e-10,
    run(check, load) {
      const vector = load<Vector>(name);
      const { kappa, N, f, c } = vector.params;
      fixed(check, 'params', vector.params, {
        G: DRIFT_GAIN,
        capDaily: SIGMA_HOUR_MAX * ROOT_24,
        first288floorDaily: SIGMA_HOUR_YOUNG * ROOT_24,
        lambda: LAMBDA_288,
      });
      const tiers = tiersOf(vector.params.tiers);
      const state = createVolatility();
      const scale = Math.max(...vector.S.map(Math.abs));
      const candles = candlesOf(load, vector.input ?? name);
      same(check, 'S.length', vector.S.length, candles.length);
      candles.forEach(([, open, high, low, close], i) => {
        volatilityStep(state, { open, high, low, close }, false);
        nearSigned(check, `S[${i}]`, vector.S[i] as number, state.drift, scale);
        near(check, `sigH[${i}]`, vector.sigH[i], sigmaHour(state));
        const long = sigmaSide(state, 1);
        const short = sigmaSide(state, -1);
        near(check, `sigLong[${i}]`, vector.sigLong[i], long);
        near(check, `sigShort[${i}]`, vector.sigShort[i], short);
        const cap = (side: number, sigma: number, hours: number): number =>
          capFirstPassage({ side, notional: N, feeClose: f, costEntry: c }, tiers, sigma, hours, kappa);
        near(check, `L_FP_long_8h[${i}]`, vector.L_FP_long_8h[i], cap(1, long, 8));
        near(check, `L_FP_short_8h[${i}]`, vector.L_FP_short_8h[i], cap(-1, short, 8));
        near(check, `L_FP_long_24h[${i}]`, vector.L_FP_long_24h[i], cap(1, long, 24));
        near(check, `L_FP_short_24h[${i}]`, vector.L_FP_short_24h[i], cap(-1, short, 24));
        const root = Math.sqrt(8);
        const touchLong = touchProbability(logRatio(1, 0.9) / (long * root));
        const touchShort = touchProbability(logRatio(1.1, 1) / (short * root));
        near(check, `pTouch_long_10pct_8h[${i}]`, vector.pTouch_long_10pct_8h[i], touchLong);
        near(check, `pTouch_short_10pct_8h[${i}]`, vector.pTouch_short_10pct_8h[i], touchShort);
      });
    },
  };
}

export const sigmaSideCandles = sideVolatility('sigma_side.json');
export const sigmaSideGenerated = sideVolatility('sigma_side_generated.json');
