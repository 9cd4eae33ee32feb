/*
 * Kaufman's efficiency ratio: the net move of the last n bars as a share of the path travelled. A market that did
 * not move at all is no trend: 0. The path's sum is recomputed each time the rings wrap.
 */
export class EfficiencyRatio {
  closes: Float64Array;
  steps: Float64Array;
  index = 0;
  bars = 0;
  previousClose = 0;
  path = 0;
  ready = false;
  /** In [0, 1]. */
  value = 0;

  constructor(n: number) {
    this.closes = new Float64Array(n);
    this.steps = new Float64Array(n);
  }
}

export function createEfficiencyRatio(n: number): EfficiencyRatio {
  return new EfficiencyRatio(n);
}

/** Takes one closed bar's close. The first value comes with bar n (counted from 0). */
export function efficiencyRatioStep(state: EfficiencyRatio, close: number): void {
  const { closes, steps } = state;
  const n = closes.length;
  const index = state.index;
  const move = state.bars > 0 ? Math.abs(close - state.previousClose) : 0;
  const base = closes[index] as number;
  let path = state.path + move - (steps[index] as number);
  closes[index] = close;
  steps[index] = move;
  state.index = index + 1 === n ? 0 : index + 1;
  if (state.index === 0) {
    path = 0;
    for (let i = 0; i < n; i++) path += steps[i] as number;
  }
  state.path = path;
  state.previousClose = close;
  state.bars++;
  if (state.bars <= n) return;
  const ratio = path > 0 ? Math.abs(close - base) / path : 0;
  state.value = ratio < 1 ? ratio : 1;
  state.ready = true;
}
