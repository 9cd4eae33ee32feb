import {
  BAR_MS,
  restoreDesk,
  snapshotDesk,
  step,
  stepLeader,
  type Desk,
  type Observation,
} from '../../../engine/src/index.ts';
import { logRatio } from '../../../engine/src/math/Log.ts';
import { clustersStep } from '../../../engine/src/model/Clusters.ts';
import { hourStep } from '../../../engine/src/model/Hour.ts';
import { heatStep } from '../../../engine/src/model/Heat.ts';
import { kappaTrackerBar } from '../../../engine/src/model/KappaTracker.ts';
import { leadLagHold, leadLagStep } from '../../../engine/src/model/LeadLag.ts';
import { shockStep } from '../../../engine/src/model/Shock.ts';
import { sigmaHour, volatilityStep } from '../../../engine/src/model/Volatility.ts';

/** The parts of `step` on a closed bar, in the order in which `dissect` marks their ends. */
export const PARTS = [
  'step, whole',
  'volatility',
  'kappa tracker',
  'shock',
  'lead-lag, correlations',
  'lead-lag, severity',
  'crowd map',
  'heat',
  'hour',
] as const;

/** Runs the parts one by one on a copy of the desk's feed and marks where each begins and the last one ends. */
export function dissect(desk: Desk, observation: Observation, now: () => number): number[] {
  const { feed } = restoreDesk(snapshotDesk(desk)).state;
  const bar = observation.bars[0]!;
  const leaderBar = observation.leaderBars[0]!;
  const { timeMs, open, high, low, close, volume } = bar;
  const x = logRatio(leaderBar.close, feed.shock.leaderClose);
  const y = logRatio(close, open);
  const before = desk.state.openInterest;
  const marks = [now()];
  const mark = (): void => void marks.push(now());
  stepLeader(feed, leaderBar);
  step(feed, bar);
  mark();
  volatilityStep(feed.volatility, { open, high, low, close }, false);
  mark();
  kappaTrackerBar(feed.kappa, bar);
  mark();
  shockStep(feed.shock, close, sigmaHour(feed.volatility), false, leaderBar.close);
  mark();
  leadLagStep(feed.leadLag, x, y);
  mark();
  leadLagHold(feed.leadLag, sigmaHour(feed.volatility));
  mark();
  clustersStep(feed.clusters, feed.crowd, { high, low, close }, before + volume);
  mark();
  heatStep(feed.heat, feed.clusters.swept);
  mark();
  hourStep(feed.hour, { timeMs: timeMs + BAR_MS, open, high, low, close }, false);
  mark();
  return marks;
}
