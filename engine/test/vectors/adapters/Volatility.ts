import {
  LAMBDA_288,
  LAMBDA_576,
  LAMBDA_72,
  LAMBDA_864,
  createEwma,
  ewmaStep,
  ewmaValue,
} from '../../../src/math/Ewma.ts';
import { logRatio } from '../../../src/math/Log.ts';
import { createSlidingMoments, slidingMomentsStep } from '../../../src/math/SlidingMoments.ts';
import {
  BARS_PER_HOUR,
  SIGMA_HOUR_MAX,
  SIGMA_HOUR_MIN,
  VARIANCE_RATIO_MAX,
  barVariance,
  createVolatility,
  varianceRatio,
  volatilityStep,
} from '../../../src/model/Volatility.ts';
import {
  createYangZhang,
  garmanKlass,
  parkinson,
  rogersSatchell,
  yangZhangStep,
  yangZhangWeight,
} from '../../../src/model/VolatilityReport.ts';
import { fixed, near } from '../Check.ts';
import { candlesOf } from '../Vector.ts';
import type { Adapter } from '../Vector.ts';

type Series = (number | null)[];
type Vector = { input: string; params: { rollingN: number; ewmaHalfLifeBars: { fast: number } } } & {
  lambdas: Record<string, number>;
} & Record<
    | 'ret'
    | 'gap'
    | 'parkinson'
    | 'garmanKlass'
    | 'rogersSatchell'
    | 'riskProxy'
    | 'ewmaCC'
    | 'ewmaPark'
    | 'ewmaGK'
    | 'ewmaRS'
    | 'vFast'
    | 'vSlow'
    | 'rollParkN'
    | 'rollGKN'
    | 'rollRSN'
    | 'rollCCvarSample'
    | 'yangZhangN'
    | 'varianceRatio'
    | 'sigH',
    Series
  >;

const ROOT_24 = Math.sqrt(24);

function varianceOf(previous: number, open: number, high: number, low: number, close: number): number {
  return barVariance(
    logRatio(open, previous),
    logRatio(close, open),
    logRatio(high, close),
    logRatio(low, close),
  );
}

export const volatility: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('volatility.json');
    const n = vector.params.rollingN;
    fixed(check, 'lambdas', vector.lambdas, {
      72: LAMBDA_72,
      288: LAMBDA_288,
      576: LAMBDA_576,
      864: LAMBDA_864,
    });
    fixed(check, 'params', vector.params, {
      ewmaHalfLifeBars: { fast: 72, slow: 864, vr: 288 },
      yzK: yangZhangWeight(n),
      barsPerHour: BARS_PER_HOUR,
      floorDaily: SIGMA_HOUR_MIN * ROOT_24,
      capDaily: SIGMA_HOUR_MAX * ROOT_24,
      vrQ: BARS_PER_HOUR,
      // The ratio only ever raises.
      vrClamp: [1, VARIANCE_RATIO_MAX],
    });
    const lambda = vector.lambdas[String(vector.params.ewmaHalfLifeBars.fast)] as number;
    const state = createVolatility();
    const yangZhang = createYangZhang(n);
    const ewmas = { cc: createEwma(), park: createEwma(), gk: createEwma(), rs: createEwma() };
    const rolling = {
      cc: createSlidingMoments(n),
      park: createSlidingMoments(n),
      gk: createSlidingMoments(n),
      rs: createSlidingMoments(n),
    };
    let previous = 0;
    candlesOf(load, vector.input).forEach(([, open, high, low, close], i) => {
      const first = i === 0;
      const park = parkinson(high, low);
      const gk = garmanKlass(open, high, low, close);
      const rs = rogersSatchell(open, high, low, close);
      const ret = first ? 0 : logRatio(close, previous);
      const ranges = [
        ['park', park],
        ['gk', gk],
        ['rs', rs],
      ] as const;
      for (const [key, value] of ranges) {
        ewmaStep(ewmas[key], lambda, value);
        slidingMomentsStep(rolling[key], value);
      }
      if (!first) {
        ewmaStep(ewmas.cc, lambda, ret * ret);
        slidingMomentsStep(rolling.cc, ret);
      }
      volatilityStep(state, { open, high, low, close }, false);
      yangZhangStep(yangZhang, open, high, low, close);
      const full = i + 1 >= n;
      const rows: [keyof Vector & string, number, boolean][] = [
        ['ret', ret, !first],
        ['gap', first ? 0 : logRatio(open, previous), !first],
        ['parkinson', park, true],
        ['garmanKlass', gk, true],
        ['rogersSatchell', rs, true],
        ['riskProxy', first ? 0 : varianceOf(previous, open, high, low, close), !first],
        ['ewmaCC', ewmaValue(ewmas.cc), !first],
        ['ewmaPark', ewmaValue(ewmas.park), true],
        ['ewmaGK', ewmaValue(ewmas.gk), true],
        ['ewmaRS', ewmaValue(ewmas.rs), true],
        ['vFast', state.fastS / state.fastW, !first],
        ['vSlow', state.slowS / state.slowW, !first],
        ['rollParkN', rolling.park.mean, full],
        ['rollGKN', rolling.gk.mean, full],
        ['rollRSN', rolling.rs.mean, full],
        ['rollCCvarSample', rolling.cc.m2 / (n - 1), i >= n],
        ['yangZhangN', yangZhang.value, yangZhang.ready],
        ['varianceRatio', varianceRatio(state), i >= 12],
        ['sigH', state.clamped, !first],
      ];
      for (const [key, value, known] of rows) {
        near(check, `${key}[${i}]`, (vector[key] as Series)[i], known ? value : null);
      }
      previous = close;
    });
  },
};
