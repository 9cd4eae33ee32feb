import { LAMBDA_576 } from '../../../src/math/Ewma.ts';
import { clustersStep, createClusters } from '../../../src/model/Clusters.ts';
import { WEIGHT_EDGE, WEIGHT_MIDDLE } from '../../../src/model/ClusterDeposit.ts';
import { BUCKET_LN, RANGE_BUCKETS, crowdMix } from '../../../src/model/CrowdMix.ts';
import {
  BARRIER_HALF_WIDTH,
  barrierScore,
  factorCluster,
  meanMass,
  nearScore,
  pathMass,
} from '../../../src/model/ClusterScores.ts';
import { fixed, near, nearAll, same } from '../Check.ts';
import { candlesOf } from '../Vector.ts';
import type { Adapter } from '../Vector.ts';

type Vector = {
  input: string;
  openInterest: number[];
  params: { leverage: [number, number][]; mmr: number };
  shifts: { long: number[]; short: number[] };
  snapshots: {
    bar: number;
    price: number;
    long: [number, number][];
    short: [number, number][];
    scores: {
      side: number;
      barrier: number;
      s4h: number;
      total30: number;
      meanPerBucket: number;
      S_barrier: number;
      barrierDensity: number;
      S_near: number;
      nearMass: number;
      nearBuckets: number;
      pathMass: number;
      f_cluster: number;
    }[];
  }[];
};

export const clusters: Adapter = {
  tolerance: 1e-9,
  run(check, load) {
    const vector = load<Vector>('clusters.json');
    const { leverage, mmr } = vector.params;
    fixed(check, 'params', vector.params, {
      bucketLn: BUCKET_LN,
      halfLifeBars: 576,
      lambda_: LAMBDA_576,
      entryWeights: { low: WEIGHT_EDGE, hlc3: WEIGHT_MIDDLE, high: WEIGHT_EDGE },
      R: RANGE_BUCKETS * BUCKET_LN,
      barrierHalfWidth: BARRIER_HALF_WIDTH,
    });
    const mix = crowdMix(
      leverage.map(([l]) => l),
      leverage.map(([, weight]) => weight),
      mmr,
    );
    const inLn = (shifts: Float64Array): number[] =>
      Array.from(shifts.subarray(0, mix.count), (buckets) => buckets * BUCKET_LN);
    nearAll(check, 'shifts.long', vector.shifts.long, inLn(mix.longShifts));
    nearAll(check, 'shifts.short', vector.shifts.short, inLn(mix.shortShifts));
    const state = createClusters();
    let met = 0;
    candlesOf(load, vector.input).forEach(([, , high, low, close], bar) => {
      clustersStep(state, mix, { high, low, close }, vector.openInterest[bar] as number);
      const snapshot = vector.snapshots.find((s) => s.bar === bar);
      if (snapshot === undefined) return;
      met++;
      for (const side of ['long', 'short'] as const) {
        const masses = side === 'long' ? state.longs : state.shorts;
        const listed = new Map(snapshot[side]);
        masses.forEach((scaled, i) => {
          const mass = scaled * state.scale;
          const expected = listed.get(i + state.base);
          const at = `${bar}.${side}[${i + state.base}]`;
          near(check, at, expected ?? 0, mass);
          listed.delete(i + state.base);
        });
        same(check, `${bar}.${side} off the map`, [...listed.keys()].join(), '');
      }
      const { price } = snapshot;
      snapshot.scores.forEach((s, i) => {
        const at = `${bar}.scores[${i}]`;
        const mean = meanMass(state, s.side, price);
        near(check, `${at}.meanPerBucket`, s.meanPerBucket, mean);
        near(check, `${at}.total30`, s.total30, mean * RANGE_BUCKETS);
        const barrier = barrierScore(state, s.side, price, s.barrier);
        near(check, `${at}.S_barrier`, s.S_barrier, barrier);
        near(check, `${at}.barrierDensity`, s.barrierDensity, barrier * mean);
        const close = nearScore(state, s.side, price, s.s4h);
        near(check, `${at}.S_near`, s.S_near, close);
        same(check, `${at}.nearBuckets`, s.nearBuckets, Math.ceil(s.s4h / BUCKET_LN));
        near(check, `${at}.nearMass`, s.nearMass, close * mean * s.nearBuckets);
        near(check, `${at}.pathMass`, s.pathMass, pathMass(state, s.side, price, s.barrier));
        near(check, `${at}.f_cluster`, s.f_cluster, factorCluster(close));
      });
    });
    same(check, 'snapshots', vector.snapshots.length, met);
  },
};
