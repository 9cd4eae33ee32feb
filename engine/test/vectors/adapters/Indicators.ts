import { bollingerStep, createBollinger, percentB } from '../../../src/model/Bollinger.ts';
import { choppinessStep, createChoppiness } from '../../../src/model/Choppiness.ts';
import { createEfficiencyRatio, efficiencyRatioStep } from '../../../src/model/EfficiencyRatio.ts';
import {
  MIN_COUNT,
  PERCENTILE_UNKNOWN,
  createPercentile,
  percentileStep,
} from '../../../src/model/Percentile.ts';
import { createWilder, directionalIndex, wilderStep } from '../../../src/model/Wilder.ts';
import { fixed, near } from '../Check.ts';
import { candlesOf } from '../Vector.ts';
import type { Adapter } from '../Vector.ts';

type Series = (number | null)[];
type Vector = {
  input: string;
  params: {
    bb: { n: number; k: number };
    atr: number;
    adx: number;
    er: number;
    ci: number;
    bwRefEma: number;
    bwPct: { window: number; binLogLo: number; binStepLn: number; bins: number };
  };
} & Record<
  | 'mid'
  | 'sd'
  | 'upper'
  | 'lower'
  | 'bandwidth'
  | 'pctB'
  | 'tr'
  | 'atr'
  | 'plusDI'
  | 'minusDI'
  | 'dx'
  | 'adx'
  | 'er'
  | 'ci'
  | 'bwRef'
  | 'bwBin'
  | 'bwPct',
  Series
>;

export const indicators: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('indicators.json');
    const { bb, atr, adx, er, ci, bwRefEma, bwPct } = vector.params;
    fixed(check, 'params', vector.params, { bb: { ddof: 0 }, bwPct: { minCount: MIN_COUNT } });
    const bands = createBollinger(bb.n, bb.k, bwRefEma);
    const range = createWilder(atr);
    const direction = createWilder(adx);
    const efficiency = createEfficiencyRatio(er);
    const choppiness = createChoppiness(ci);
    const rank = createPercentile(bwPct.window, bwPct.binLogLo, bwPct.binStepLn, bwPct.bins);
    candlesOf(load, vector.input).forEach(([, , high, low, close], i) => {
      bollingerStep(bands, close);
      wilderStep(range, high, low, close);
      wilderStep(direction, high, low, close);
      efficiencyRatioStep(efficiency, close);
      choppinessStep(choppiness, high, low, close);
      if (bands.ready) percentileStep(rank, bands.bandwidth);
      const rows: [keyof Vector & string, number, boolean][] = [
        ['mid', bands.middle, bands.ready],
        ['sd', bands.sd, bands.ready],
        ['upper', bands.upper, bands.ready],
        ['lower', bands.lower, bands.ready],
        ['bandwidth', bands.bandwidth, bands.ready],
        ['pctB', percentB(bands, close), bands.ready],
        ['bwRef', bands.bandwidthReference, bands.bandwidthReference > 0],
        ['bwBin', rank.bin, rank.count > 0],
        ['bwPct', rank.value, rank.value !== PERCENTILE_UNKNOWN],
        ['tr', range.tr, i > 0],
        ['atr', range.atr, range.atrReady],
        ['plusDI', directionalIndex(direction, 1), i >= adx],
        ['minusDI', directionalIndex(direction, -1), i >= adx],
        ['dx', direction.dx, i >= adx],
        ['adx', direction.adx, direction.adxReady],
        ['er', efficiency.value, efficiency.ready],
        ['ci', choppiness.value, choppiness.ready],
      ];
      for (const [key, value, known] of rows) {
        near(check, `${key}[${i}]`, (vector[key] as Series)[i], known ? value : null);
      }
    });
  },
};
