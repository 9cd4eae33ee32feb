import { candles } from './adapters/Candles.ts';
import { clusters } from './adapters/Clusters.ts';
import { decision } from './adapters/Decision.ts';
import { evaluation } from './adapters/Evaluation.ts';
import { fanVectors } from './adapters/Fan.ts';
import { firstPassage } from './adapters/FirstPassage.ts';
import { funding } from './adapters/Funding.ts';
import { indicators } from './adapters/Indicators.ts';
import { kappaTracker } from './adapters/KappaTracker.ts';
import { leadLag } from './adapters/LeadLag.ts';
import { leverage } from './adapters/Leverage.ts';
import { liquidation } from './adapters/Liquidation.ts';
import { shockReduce } from './adapters/Shock.ts';
import { sigmaSideCandles, sigmaSideGenerated } from './adapters/SideVolatility.ts';
import { orderbook, sizing } from './adapters/Sizing.ts';
import { stops } from './adapters/Stops.ts';
import { volatility } from './adapters/Volatility.ts';
import type { Adapter } from './Vector.ts';

/** Which vector file is compared by what. A file without an entry is reported as not run. */
export const ADAPTERS: Readonly<Record<string, Adapter>> = {
  'candles.json': candles,
  'clusters.json': clusters,
  'decision.json': decision,
  'evaluation.json': evaluation,
  'fan.json': fanVectors,
  'firstpassage.json': firstPassage,
  'funding.json': funding,
  'indicators.json': indicators,
  'kappa_tracker.json': kappaTracker,
  'leadlag.json': leadLag,
  'leverage.json': leverage,
  'liquidation.json': liquidation,
  'orderbook.json': orderbook,
  'shock_reduce.json': shockReduce,
  'sigma_side.json': sigmaSideCandles,
  'sigma_side_generated.json': sigmaSideGenerated,
  'sizing.json': sizing,
  'stops.json': stops,
  'volatility.json': volatility,
};

/** Files that hold nothing to compare: the manifest lists the others. */
export const INPUT_FILES: readonly string[] = ['manifest.json'];
