import { exp } from '../../../engine/src/math/Exp.ts';
import { logRatio } from '../../../engine/src/math/Log.ts';
import { ladderOf, maxQuantity, notionalTo, walkBook } from '../../../engine/src/model/Book.ts';
import { sumOf } from '../../../engine/src/model/ClusterMass.ts';
import { clustersStep, createClusters } from '../../../engine/src/model/Clusters.ts';
import { crowdMix } from '../../../engine/src/model/CrowdMix.ts';
import { barrierZ, fan, FanMarket } from '../../../engine/src/model/Fan.ts';
import { touchProbability } from '../../../engine/src/model/FirstPassage.ts';
import { createLeadLag, leadLagStep } from '../../../engine/src/model/LeadLag.ts';
import { capStopBuffer, LeverageTerms } from '../../../engine/src/model/Leverage.ts';
import { MarginedPosition, rootOf } from '../../../engine/src/model/Liquidation.ts';
import { deriveCum, linesOf, maintenanceMargin } from '../../../engine/src/model/MarginTiers.ts';
import { shown } from './Shown.ts';

/*
 * What kernels give through the door by which the canister's text calls them (`scripts/native/`): as integers and as
 * doubles, with truths, words and nothing coming back, by itself and from within the engine.
 */

const TIERS = deriveCum(
  [0.01, 0.015, 0.05].map((mmr, k) => ({
    ...{ minNotional: 5_000 * k, maxNotional: 5_000 * (k + 1), mmr, maxLeverage: 20 / (k + 1) },
  })),
);
const LADDER = ladderOf([10, 5, 10.5, 0.25, 11, 7, 12, 1_000]);
const EIGHT = Float64Array.of(1, 2, 3, 4.5, -5, 1e300, -1e300, 8);

function ofNumbers(a: number, b: number): unknown[] {
  const isPrice = a > 0 && b > 0 && a / b > 0 && a / b < Infinity && b / a > 0 && b / a < Infinity;
  return [
    exp(a),
    touchProbability(b),
    isPrice ? logRatio(a, b) : 0,
    barrierZ(a > b ? 1 : -1, isPrice ? a : 1, isPrice ? b : 2, 0.01, 8),
    sumOf(EIGHT, Number.isFinite(a) ? Math.trunc(a % 8) : 0, Number.isFinite(b) ? Math.trunc(b % 8) : 0),
    rootOf(linesOf(TIERS), 1, 3, 10, a, 0.001),
    maintenanceMargin(TIERS, a),
    notionalTo(1, a, LADDER),
  ];
}

/** Those that keep something in arrays, over and over. */
function ofArrays(values: readonly number[]): unknown[] {
  const leadLag = createLeadLag();
  const clusters = createClusters();
  const mix = crowdMix([5, 10, 25], [0.5, 0.3, 0.2], 0.01);
  let price = 10;
  for (let i = 0; i < 60; i++) {
    const move = ((i * 7) % 11) / 1_000 - 0.005;
    price *= 1 + move;
    leadLagStep(leadLag, move, i % 3 === 0 ? -move : 0.5 * move);
    clustersStep(
      clusters,
      mix,
      { high: 1.004 * price, low: 0.997 * price, close: price },
      1e6 + 5_000 * (i % 5),
    );
  }
  const position = Object.assign(new MarginedPosition(), { qty: 30, entry: 10, wallet: 60, fee: 0.0005 });
  const market = Object.assign(new FanMarket(), {
    ...{ mark: 10, sigmaSide: 0.01, sigmaHour: 0.01, rBar: 0.0001, rNext: -0.0003, phi: 0.9 },
    ...{ intervalHours: 8, nextFundingHours: 2 },
  });
  const terms = Object.assign(new LeverageTerms(), { notional: 300, feeClose: 0.0005, costEntry: 0.0005 });
  return [
    [...leadLag.leads, ...leadLag.follows, leadLag.lead.bestLag, leadLag.lead.zBest].map(shown),
    sumOf(clusters.longs, 0, 1_023),
    sumOf(clusters.shorts, 0, 1_023),
    fan(position, market, TIERS).flatMap((row) => Object.values(row).map(shown)),
    capStopBuffer(terms, TIERS, 0.02, 1.5),
    ...values
      .filter((value) => value > 0 && value < 1e9)
      .flatMap((value) => [
        ...Object.values(walkBook(1, value, LADDER, 10, 0.5)),
        maxQuantity(1, value, LADDER, 10, 1),
      ]),
  ];
}

/** What all kernels give, as text. */
export function kernelOutcomes(values: readonly number[]): string[] {
  const lines = values.flatMap((a) => values.map((b) => ofNumbers(a, b).map(shown).join(', ')));
  return [...lines, ofArrays(values).map(shown).join(', ')];
}

/** What is no number, where a kernel expects one. */
export function wronglyCalled(): string[] {
  return [shown(exp('1' as unknown as number))];
}

/** An array of another kind than it expects. */
export function wronglyLent(): string[] {
  return [shown(sumOf(new Float32Array(3) as unknown as Float64Array, 0, 1))];
}

/** An object of the engine's where an array is expected. */
export function wronglyGiven(): string[] {
  return [shown(sumOf({ length: 3 } as unknown as Float64Array, 0, 1))];
}

/** Too few arguments. */
export function wronglyShort(): string[] {
  // @ts-expect-error That is what is tried.
  return [shown(exp())];
}
