/* Turnover of the last 24 clock hours, quote: what the square-root law is scaled by where there is no book. */
const HOURS = 24;

export type Turnover = {
  hours: Float64Array;
  index: number;
  /** Of the hour that is running. */
  running: number;
  /** Of the last 24 hours that ended; what has not been seen counts as nothing. */
  day: number;
};

export function createTurnover(): Turnover {
  return { hours: new Float64Array(HOURS), index: 0, running: 0, day: 0 };
}

/** Takes a closed bar's turnover; `hourEnds` when it is the last of its clock hour. */
export function turnoverStep(state: Turnover, notional: number, hourEnds: boolean): void {
  state.running += notional;
  if (!hourEnds) return;
  const { hours, index, running } = state;
  let day = state.day + running - hours[index]!;
  hours[index] = running;
  state.running = 0;
  state.index = index + 1 === HOURS ? 0 : index + 1;
  // Each time the ring wraps the sum is taken anew: rounding never adds up over more than a day.
  if (state.index === 0) {
    day = 0;
    for (let i = 0; i < HOURS; i++) day += hours[i]!;
  }
  state.day = day;
}
