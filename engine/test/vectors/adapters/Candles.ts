import { BAR_MS } from '../../../src/Bar.ts';
import { fixed, same } from '../Check.ts';
import { candlesOf, type Adapter } from '../Vector.ts';

/** Nothing is expected of candles but that they are bars of the engine's. */
export const candles: Adapter = {
  tolerance: 0,
  run(check, load) {
    fixed(check, 'bar_ms', load<{ bar_ms: number }>('candles.json').bar_ms, BAR_MS);
    same(check, 'candles', true, candlesOf(load, 'candles.json').length > 0);
  },
};
