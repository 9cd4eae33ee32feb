import { type Clusters } from './Clusters.ts';
import { barrierScoreAgainst, meanMass } from './ClusterScores.ts';

const CANDIDATES = 8;
const WIDER_BY = 0.05;
/** What a step further away costs, in units of the barrier score. */
const STEP_COST = 0.25;

/**
 * Stop distance (fraction of price) that keeps out of dense clusters: of x, 1.05 x … 1.35 x the one whose level scores
 * least, the nearest among equals. Only ever wider, and the size shrinks with it, so the risk stays what it was.
 * Entry only; an empty map leaves x as it is. Risk model, section 6.
 */
export function avoidClusters(map: Clusters, side: number, price: number, x: number): number {
  const mean = meanMass(map, side, price);
  if (!(mean > 0)) return x;
  let best = x;
  let bestScore = Infinity;
  for (let j = 0; j < CANDIDATES; j++) {
    const candidate = x * (1 + WIDER_BY * j);
    const level = price * (1 - side * candidate);
    const score = barrierScoreAgainst(map, side, level, mean) + STEP_COST * j;
    if (score < bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}
