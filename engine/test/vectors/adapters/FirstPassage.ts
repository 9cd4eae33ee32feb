import { exp } from '../../../src/math/Exp.ts';
import { log } from '../../../src/math/Log.ts';
import { phi } from '../../../src/math/Normal.ts';
import {
  kappaOf,
  kappaOf6,
  kappaOfNormal,
  touchProbability,
  touchProbability6,
  touchProbabilityDrift,
  touchProbabilityNormal,
} from '../../../src/model/FirstPassage.ts';
import { near, same } from '../Check.ts';
import type { Adapter } from '../Vector.ts';

type Vector = {
  touch: { z: number; normal: number; t4: number; t6: number }[];
  kappa: { p: number; normal: number; t4: number; t6: number }[];
  bmDrift: { d: number; m: number; s: number; p: number }[];
  detmath: { exp: [number, number][]; log: [number, number][]; phi: [number, number][] };
};

const scratch = new DataView(new ArrayBuffer(8));
function bitsOf(x: number): bigint {
  scratch.setFloat64(0, x, false);
  return scratch.getBigInt64(0, false);
}

/** Units in the last place between two doubles of one sign. */
export function ulps(a: number, b: number): number {
  const difference = Number(bitsOf(a) - bitsOf(b));
  return Math.abs(difference);
}

export const firstPassage: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('firstpassage.json');
    for (const { z, normal, t4, t6 } of vector.touch) {
      near(check, `touch ${z} t4`, t4, touchProbability(z));
      near(check, `touch ${z} t6`, t6, touchProbability6(z));
      near(check, `touch ${z} normal`, normal, touchProbabilityNormal(z));
    }
    for (const { p, normal, t4, t6 } of vector.kappa) {
      near(check, `kappa ${p} t4`, t4, kappaOf(p));
      near(check, `kappa ${p} t6`, t6, kappaOf6(p));
      near(check, `kappa ${p} normal`, normal, kappaOfNormal(p));
    }
    for (const { d, m, s, p } of vector.bmDrift)
      near(check, `drift ${d} ${m}`, p, touchProbabilityDrift(d, m, s));
    for (const [x, y] of vector.detmath.exp) same(check, `exp ${x} within 1 ulp`, true, ulps(exp(x), y) <= 1);
    for (const [x, y] of vector.detmath.log) same(check, `log ${x} within 1 ulp`, true, ulps(log(x), y) <= 1);
    for (const [x, y] of vector.detmath.phi) near(check, `phi ${x}`, y, phi(x), x > -8 ? 2e-15 : 1e-14);
  },
};
