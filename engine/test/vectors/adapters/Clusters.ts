import { BUCKET_LN, clustersStep, createClusters, crowdMix } from '../../../src/model/Clusters.ts';
import {
  barrierScore,
  factorCluster,
  meanMass,
  nearScore,
  pathMass,
} from '../../../src/model/ClusterScores.ts';
import { near, nearAll } from '../Check.ts';
import { candlesOf } from '../Vector.ts';
import type { Adapter } from '../Vector.ts';

type Vector = {
  input: string;
  openInterest: number[];
  params: { leverage: [number, number][]; mmr: number; bucketLn: number; R: number };
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
    const { leverage, mmr, bucketLn, R } = vector.params;
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
    candlesOf(load, vector.input).forEach(([, , high, low, close], bar) => {
      clustersStep(state, mix, { high, low, close }, vector.openInterest[bar] as number);
      const snapshot = vector.snapshots.find((s) => s.bar === bar);
      if (snapshot === undefined) return;
      for (const side of ['long', 'short'] as const) {
        const masses = side === 'long' ? state.longs : state.shorts;
        const listed = new Map(snapshot[side]);
        masses.forEach((scaled, i) => {
          const mass = scaled * state.scale;
          const expected = listed.get(i + state.base);
          const at = `${bar}.${side}[${i + state.base}]`;
          near(check, at, expected ?? 0, mass);
        });
      }
      const { price } = snapshot;
      snapshot.scores.forEach((s, i) => {
        const at = `${bar}.scores[${i}]`;
        const mean = meanMass(state, s.side, price);
        near(check, `${at}.meanPerBucket`, s.meanPerBucket, mean);
        near(check, `${at}.total30`, s.total30, (mean * R) / bucketLn);
        const barrier = barrierScore(state, s.side, price, s.barrier);
        near(check, `${at}.S_barrier`, s.S_barrier, barrier);
        near(check, `${at}.barrierDensity`, s.barrierDensity, barrier * mean);
        const close = nearScore(state, s.side, price, s.s4h);
        near(check, `${at}.S_near`, s.S_near, close);
        near(check, `${at}.nearMass`, s.nearMass, close * mean * s.nearBuckets);
        near(check, `${at}.pathMass`, s.pathMass, pathMass(state, s.side, price, s.barrier));
        near(check, `${at}.f_cluster`, s.f_cluster, factorCluster(close));
      });
    });
  },
};
