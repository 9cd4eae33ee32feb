import { createEwma, ewmaStep, ewmaValue, LAMBDA_12, LAMBDA_576, type Ewma } from '../math/Ewma.ts';

/*
 * Liquidation prints against their own two-day mean: heat tells a cascade while it runs. Public streams undercount, so
 * prints are compared with themselves, and scale the crowd map for display only. Risk model, section 5.
 */
export type Heat = {
  fast: Ewma;
  slow: Ewma;
  /** Mass of the crowd map that prices swept away. */
  swept: Ewma;
  /** Notional printed since the last bar, quote. */
  pending: number;
};

/** Heat above this is a cascade. */
export const HEAT_ALARM = 5;
const CALIBRATION_MIN = 0.05;

export function createHeat(): Heat {
  return { fast: createEwma(), slow: createEwma(), swept: createEwma(), pending: 0 };
}

/** Counts forced orders (quote) towards the bar that closes next. */
export function heatPrints(state: Heat, notional: number): void {
  state.pending += notional;
}

/** Takes the closed bar: what was printed during it, and the map's mass it swept (quote). */
export function heatStep(state: Heat, swept: number): void {
  ewmaStep(state.fast, LAMBDA_12, state.pending);
  ewmaStep(state.slow, LAMBDA_576, state.pending);
  ewmaStep(state.swept, LAMBDA_576, swept);
  state.pending = 0;
}

/** Printed notional of the last hour or so against the last days': 1 is usual; 0 while nothing was ever printed. */
export function heatValue(state: Heat): number {
  const slow = ewmaValue(state.slow);
  return slow > 0 ? ewmaValue(state.fast) / slow : 0;
}

/** Share of the swept mass that was seen printed, in [0.05, 1]: what a map in USDT is multiplied by for display. */
export function printCalibration(state: Heat): number {
  const swept = ewmaValue(state.swept);
  if (!(swept > 0)) return 1;
  const share = ewmaValue(state.slow) / swept;
  return share < CALIBRATION_MIN ? CALIBRATION_MIN : share > 1 ? 1 : share;
}
