import { createRequire } from 'node:module';
import type * as Fast from 'fast-technical-indicators';
import * as technical from 'technicalindicators';
import * as signals from 'trading-signals';
import type { Columns } from './Bare.ts';

/** Its ES module is not marked as one, which Node refuses: the other build is asked for. */
const fast = createRequire(import.meta.url)('fast-technical-indicators') as typeof Fast;

/** {Bollinger 20/2, ATR 14, ADX 14} by libraries of npm, fed bar by bar. Each returns a sum, as the bare loop does. */
export const LIBRARIES: Readonly<Record<string, (columns: Columns) => number>> = {
  'fast-technical-indicators': ({ high, low, close }) => {
    const bands = new fast.BollingerBands({ period: 20, stdDev: 2, values: [] });
    const range = new fast.ATR({ period: 14, high: [], low: [], close: [] });
    const direction = new fast.ADX({ period: 14, high: [], low: [], close: [] });
    let sum = 0;
    for (let i = 0; i < close.length; i++) {
      const h = high[i]!;
      const l = low[i]!;
      const c = close[i]!;
      const band = bands.nextValue(c);
      sum +=
        (band === undefined ? 0 : (band.upper! - band.lower!) / band.middle!) +
        (range.nextValue(h, l, c) ?? 0);
      sum += direction.nextValue(h, l, c)?.adx ?? 0;
    }
    return sum;
  },
  'trading-signals': ({ high, low, close }) => {
    const bands = new signals.BollingerBands(20, 2);
    const range = new signals.ATR(14);
    const direction = new signals.ADX(14);
    let sum = 0;
    for (let i = 0; i < close.length; i++) {
      const bar = { high: high[i]!, low: low[i]!, close: close[i]! };
      const band = bands.add(bar.close);
      sum += band === null ? 0 : (band.upper - band.lower) / band.middle;
      sum += (range.add(bar) ?? 0) + (direction.add(bar) ?? 0);
    }
    return sum;
  },
  technicalindicators: ({ high, low, close }) => {
    const bands = new technical.BollingerBands({ period: 20, stdDev: 2, values: [] });
    const range = new technical.ATR({ period: 14, high: [], low: [], close: [] });
    const direction = new technical.ADX({ period: 14, high: [], low: [], close: [] });
    let sum = 0;
    for (let i = 0; i < close.length; i++) {
      const bar = { high: high[i]!, low: low[i]!, close: close[i]! };
      const band = bands.nextValue(bar.close);
      sum += band === undefined ? 0 : (band.upper - band.lower) / band.middle;
      const theirs = direction.nextValue(bar as never) as { adx: number } | undefined;
      sum += (range.nextValue(bar as never) ?? 0) + (theirs?.adx ?? 0);
    }
    return sum;
  },
};
