import { GAIN_864, LAMBDA_864 } from '../math/Ewma.ts';
import { logRatio } from '../math/Log.ts';

/*
 * Fifteen-minute shocks, of the coin itself and of the leader. A held position is cut once by a shock against it;
 * nothing is ever added. Scalars instead of rings: three bars back is all there is. Risk model, section 7.
 */
export type Shock = {
  /** Bars seen, and real ones in a row. */
  bars: number;
  run: number;
  /** Closes and volatilities (per sqrt hour) of the last three bars, newest first. */
  close1: number;
  close2: number;
  close3: number;
  sigma1: number;
  sigma2: number;
  sigma3: number;
  /** The leader: last close (0 = missing), returns in a row, the two before this one, EWMA of their squares. */
  leaderClose: number;
  leaderRun: number;
  leader1: number;
  leader2: number;
  leaderS: number;
  leaderW: number;
  /** Move of the last three bars in standard deviations; 0 while unknown. */
  zOwn: number;
  zLeader: number;
};

export const SHOCK_OWN = 3;
export const SHOCK_LEADER = 3.5;
const FIRST_BAR = 288;
const BARS = 3;
/** sqrt of three bars in hours. */
const ROOT_QUARTER_HOUR = 0.5;
const ROOT_3 = Math.sqrt(3);

export function createShock(): Shock {
  return {
    bars: 0,
    run: 0,
    close1: 0,
    close2: 0,
    close3: 0,
    sigma1: 0,
    sigma2: 0,
    sigma3: 0,
    leaderClose: 0,
    leaderRun: 0,
    leader1: 0,
    leader2: 0,
    leaderS: 0,
    leaderW: 0,
    zOwn: 0,
    zLeader: 0,
  };
}

/**
 * Takes one closed bar: its close, the volatility after it, and the leader's close of the same time (0 = missing).
 * The own move is measured by the volatility before it.
 */
export function shockStep(
  state: Shock,
  close: number,
  sigmaHour: number,
  synthetic: boolean,
  leaderClose: number,
): void {
  const run = synthetic ? 0 : state.run + 1;
  const known = state.bars >= BARS && run >= BARS;
  state.zOwn = known ? logRatio(close, state.close3) / (state.sigma3 * ROOT_QUARTER_HOUR) : 0;
  state.bars++;
  state.run = run;
  state.close3 = state.close2;
  state.close2 = state.close1;
  state.close1 = close;
  state.sigma3 = state.sigma2;
  state.sigma2 = state.sigma1;
  state.sigma1 = sigmaHour;

  const previous = state.leaderClose;
  state.leaderClose = leaderClose;
  if (previous === 0 || leaderClose === 0) {
    state.leaderRun = 0;
    state.zLeader = 0;
    return;
  }
  const x = logRatio(leaderClose, previous);
  const squares = LAMBDA_864 * state.leaderS + GAIN_864 * (x * x);
  const weight = LAMBDA_864 * state.leaderW + GAIN_864;
  const leaderRun = state.leaderRun + 1;
  state.leaderS = squares;
  state.leaderW = weight;
  state.leaderRun = leaderRun;
  const sum = x + state.leader1 + state.leader2;
  state.zLeader = leaderRun >= BARS && squares > 0 ? sum / (Math.sqrt(squares / weight) * ROOT_3) : 0;
  state.leader2 = state.leader1;
  state.leader1 = x;
}

/** Whether the last bar closed a shock against the side. Never before bar 288 or across a synthetic bar. */
export function isShock(state: Shock, side: number, own = SHOCK_OWN, leader = SHOCK_LEADER): boolean {
  if (state.bars <= FIRST_BAR || state.run < BARS) return false;
  return -side * state.zOwn >= own || -side * state.zLeader >= leader;
}
