import { GAIN_12, GAIN_576, LAMBDA_12, LAMBDA_576 } from '../math/Ewma.ts';

/*
 * Liquidation prints against their own two-day mean: heat tells a cascade while it runs. Public streams undercount, so
 * prints are compared with themselves, and scale the crowd map for display only. Risk model, section 5.
 */
export type Heat = {
  /** Prints, averaged fast (1 h) and slow (2 d), with the weights of both averages. */
  fastS: number;
  fastW: number;
  slowS: number;
  slowW: number;
  /** Mass of the crowd map that prices swept away, averaged slowly: its weight is `slowW`. */
  sweptS: number;
  /** Notional printed since the last bar, quote. */
  pending: number;
};

/** Heat above this is a cascade. */
export const HEAT_ALARM = 5;
const CALIBRATION_MIN = 0.05;

export function createHeat(): Heat {
  return { fastS: 0, fastW: 0, slowS: 0, slowW: 0, sweptS: 0, pending: 0 };
}

/** Counts forced orders (quote) towards the bar that closes next. */
export function heatPrints(state: Heat, notional: number): void {
  state.pending += notional;
}

/** Takes the closed bar: what was printed during it, and the map's mass it swept (quote). */
export function heatStep(state: Heat, swept: number): void {
  const { pending } = state;
  state.fastS = LAMBDA_12 * state.fastS + GAIN_12 * pending;
  state.fastW = LAMBDA_12 * state.fastW + GAIN_12;
  state.slowS = LAMBDA_576 * state.slowS + GAIN_576 * pending;
  state.slowW = LAMBDA_576 * state.slowW + GAIN_576;
  state.sweptS = LAMBDA_576 * state.sweptS + GAIN_576 * swept;
  state.pending = 0;
}

/** Printed notional of the last hour or so against the last days': 1 is usual; 0 while nothing was ever printed. */
export function heatValue({ fastS, fastW, slowS, slowW }: Heat): number {
  return slowS > 0 ? (fastS * slowW) / (fastW * slowS) : 0;
}

/** Share of the swept mass that was seen printed, in [0.05, 1]: what a map in USDT is multiplied by for display. */
export function printCalibration({ slowS, sweptS }: Heat): number {
  if (!(sweptS > 0)) return 1;
  const share = slowS / sweptS;
  return share < CALIBRATION_MIN ? CALIBRATION_MIN : share > 1 ? 1 : share;
}
