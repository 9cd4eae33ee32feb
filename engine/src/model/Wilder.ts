/*
 * Wilder's average true range and directional index with TA-Lib's seeding: ATR[n] is the mean of TR[1..n];
 * the directional sums are seeded over bars 1..n-1; DX begins at n, ADX[2n-1] is the mean of the first n DX.
 */
export type Wilder = {
  n: number;
  /** 1/n: a product costs a third of a division where numbers wait for one another. */
  share: number;
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
  dx: number;
  /** Average directional index in [0, 100]; the running sum of DX until `adxReady`. */
  adx: number;
  adxReady: boolean;
};

export function createWilder(n: number): Wilder {
  return {
    n,
    share: 1 / n,
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
  const { bars, n, share } = state;
  const up = high - state.previousHigh;
  const down = state.previousLow - low;
  const tr = trueRange(high, low, state.previousClose);
  state.bars = bars + 1;
  state.previousHigh = high;
  state.previousLow = low;
  state.previousClose = close;
  if (bars === 0) return;
  const plus = up > down && up > 0 ? up : 0;
  const minus = down > up && down > 0 ? down : 0;
  state.tr = tr;

  if (state.atrReady) {
    state.atr += (tr - state.atr) * share;
  } else {
    state.atr += tr;
    if (bars === n) {
      state.atr /= n;
      state.atrReady = true;
    }
  }

  if (bars < n) {
    state.sumTr += tr;
    state.sumPlus += plus;
    state.sumMinus += minus;
    return;
  }
  const sumPlus = state.sumPlus + plus - state.sumPlus * share;
  const sumMinus = state.sumMinus + minus - state.sumMinus * share;
  state.sumTr += tr - state.sumTr * share;
  state.sumPlus = sumPlus;
  state.sumMinus = sumMinus;
  // The range that both indices are shares of cancels.
  const both = sumPlus + sumMinus;
  const difference = sumPlus > sumMinus ? sumPlus - sumMinus : sumMinus - sumPlus;
  const dx = both > 0 ? (HUNDRED * difference) / both : 0;
  state.dx = dx;

  if (state.adxReady) {
    state.adx += (dx - state.adx) * share;
  } else {
    state.adx += dx;
    if (bars === 2 * n - 1) {
      state.adx /= n;
      state.adxReady = true;
    }
  }
}

/** A double, where QuickJS would keep an integer: a product of the two kinds costs it twice as much. */
const HUNDRED = 0.5 * 200;

/** Directional index in [0, 100] of up moves (+1) or down moves (-1), from the n-th bar on. */
export function directionalIndex({ sumTr, sumPlus, sumMinus }: Wilder, side: number): number {
  return sumTr > 0 ? (100 * (side > 0 ? sumPlus : sumMinus)) / sumTr : 0;
}
