/*
 * Wilder's average true range and directional index with TA-Lib's seeding: ATR[n] is the mean of TR[1..n];
 * the directional sums are seeded over bars 1..n-1; DX begins at n, ADX[2n-1] is the mean of the first n DX.
 */
export class Wilder {
  n = 0;
  /** 1/n: a product costs a third of a division where numbers wait for one another. */
  share = 0;
  /** Bars seen. */
  bars = 0;
  previousHigh = 0;
  previousLow = 0;
  previousClose = 0;
  /** True range of the last bar. */
  tr = 0;
  /** Average true range, price units; its running sum until `atrReady`. */
  atr = 0;
  atrReady = false;
  /** Wilder sums of true range and of up and down moves. */
  sumTr = 0;
  sumPlus = 0;
  sumMinus = 0;
  dx = 0;
  /** Average directional index in [0, 100]; the running sum of DX until `adxReady`. */
  adx = 0;
  adxReady = false;

  constructor(n: number) {
    this.n = n;
    this.share = 1 / n;
  }
}

export function createWilder(n: number): Wilder {
  return new Wilder(n);
}

/** max(high, previous close) - min(low, previous close). */
export function trueRange(high: number, low: number, previousClose: number): number {
  return (high > previousClose ? high : previousClose) - (low < previousClose ? low : previousClose);
}

/** Takes one closed bar. Risk model, section 1. Short enough for V8 to inline: what only the first bars need is apart. */
export function wilderStep(state: Wilder, high: number, low: number, close: number): void {
  const up = high - state.previousHigh;
  const down = state.previousLow - low;
  const tr = trueRange(high, low, state.previousClose);
  state.bars++;
  state.previousHigh = high;
  state.previousLow = low;
  state.previousClose = close;
  const plus = up > down && up > 0 ? up : 0;
  const minus = down > up && down > 0 ? down : 0;
  if (state.adxReady) {
    state.tr = tr;
    state.atr += (tr - state.atr) * state.share;
    state.adx += (moveIndex(state, tr, plus, minus) - state.adx) * state.share;
  } else if (state.bars > 1) seedAverages(state, tr, plus, minus);
}

/** Decays the directional sums by one bar. @returns DX */
function moveIndex(state: Wilder, tr: number, plus: number, minus: number): number {
  const { share } = state;
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
  return dx;
}

/** The first 2n bars but the very first, which has no true range: plain sums that become what the averages begin with. */
function seedAverages(state: Wilder, tr: number, plus: number, minus: number): void {
  const { n, share } = state;
  const ranges = state.bars - 1;
  state.tr = tr;
  if (state.atrReady) {
    state.atr += (tr - state.atr) * share;
  } else {
    state.atr += tr;
    if (ranges === n) {
      state.atr /= n;
      state.atrReady = true;
    }
  }
  if (ranges < n) {
    state.sumTr += tr;
    state.sumPlus += plus;
    state.sumMinus += minus;
    return;
  }
  state.adx += moveIndex(state, tr, plus, minus);
  if (ranges === 2 * n - 1) {
    state.adx /= n;
    state.adxReady = true;
  }
}

/** A double, where QuickJS would keep an integer: a product of the two kinds costs it twice as much. */
const HUNDRED = 0.5 * 200;

/** Directional index in [0, 100] of up moves (+1) or down moves (-1), from the n-th bar on. */
export function directionalIndex({ sumTr, sumPlus, sumMinus }: Wilder, side: number): number {
  return sumTr > 0 ? (100 * (side > 0 ? sumPlus : sumMinus)) / sumTr : 0;
}
