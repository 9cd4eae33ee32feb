/*
 * Wilder's average true range and directional index with TA-Lib's seeding: ATR[n] is the mean of TR[1..n];
 * the directional sums are seeded over bars 1..n-1; DX begins at n, ADX[2n-1] is the mean of the first n DX.
 */
export type Wilder = {
  n: number;
  /** Bars seen. */
  bars: number;
  previousHigh: number;
  previousLow: number;
  previousClose: number;
  /** True range of the last bar. */
  tr: number;
  /** Average true range, price units; its running sum until `atrReady`. */
  atr: number;
  atrReady: boolean;
  /** Wilder sums of true range and of up and down moves. */
  sumTr: number;
  sumPlus: number;
  sumMinus: number;
  plusDi: number;
  minusDi: number;
  dx: number;
  /** Average directional index in [0, 100]; the running sum of DX until `adxReady`. */
  adx: number;
  adxReady: boolean;
};

export function createWilder(n: number): Wilder {
  return {
    n,
    bars: 0,
    previousHigh: 0,
    previousLow: 0,
    previousClose: 0,
    tr: 0,
    atr: 0,
    atrReady: false,
    sumTr: 0,
    sumPlus: 0,
    sumMinus: 0,
    plusDi: 0,
    minusDi: 0,
    dx: 0,
    adx: 0,
    adxReady: false,
  };
}

/** max(high, previous close) - min(low, previous close). */
export function trueRange(high: number, low: number, previousClose: number): number {
  return (high > previousClose ? high : previousClose) - (low < previousClose ? low : previousClose);
}

/** Takes one closed bar. Risk model, section 1. */
export function wilderStep(state: Wilder, high: number, low: number, close: number): void {
  const bar = state.bars++;
  const up = high - state.previousHigh;
  const down = state.previousLow - low;
  const tr = trueRange(high, low, state.previousClose);
  state.previousHigh = high;
  state.previousLow = low;
  state.previousClose = close;
  if (bar === 0) return;
  const n = state.n;
  const plus = up > down && up > 0 ? up : 0;
  const minus = down > up && down > 0 ? down : 0;
  state.tr = tr;

  if (state.atrReady) {
    state.atr = ((n - 1) * state.atr + tr) / n;
  } else {
    state.atr += tr;
    if (bar === n) {
      state.atr /= n;
      state.atrReady = true;
    }
  }

  if (bar < n) {
    state.sumTr += tr;
    state.sumPlus += plus;
    state.sumMinus += minus;
    return;
  }
  state.sumTr += tr - state.sumTr / n;
  state.sumPlus += plus - state.sumPlus / n;
  state.sumMinus += minus - state.sumMinus / n;
  const range = state.sumTr;
  const plusDi = range > 0 ? (100 * state.sumPlus) / range : 0;
  const minusDi = range > 0 ? (100 * state.sumMinus) / range : 0;
  const both = plusDi + minusDi;
  const difference = plusDi > minusDi ? plusDi - minusDi : minusDi - plusDi;
  const dx = both > 0 ? (100 * difference) / both : 0;
  state.plusDi = plusDi;
  state.minusDi = minusDi;
  state.dx = dx;

  if (state.adxReady) {
    state.adx = ((n - 1) * state.adx + dx) / n;
  } else {
    state.adx += dx;
    if (bar === 2 * n - 1) {
      state.adx /= n;
      state.adxReady = true;
    }
  }
}
