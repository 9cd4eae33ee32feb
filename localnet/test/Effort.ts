import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';

/** What tests that may run long have in common: a seed that differs from campaign to campaign, and memory to watch. */

/** The seed of this run: always the same one in `npm test`, a fresh one in a campaign. */
export function runSeed(): number {
  return fc.readConfigureGlobal().seed ?? 1;
}

/** How much a test shall do; a campaign says so by a variable of the environment. */
export function effort(variable: string, usual: number): number {
  const text = process.env[variable];
  const wanted = text === undefined ? usual : Number(text);
  if (Number.isSafeInteger(wanted) && wanted > 0) return wanted;
  throw new RangeError(`${variable}: expected a whole number from 1, got "${text}"`);
}

let collect: (() => void) | undefined;

/** What is in use once all garbage is collected, bytes. */
export function usedBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
