import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * The functions that the canister has as WebAssembly beside the interpreter, from the same TypeScript: those in which the
 * interpreter would spend most and which only calculate, with numbers and typed arrays. See `compile.mjs` for what they may
 * say. A kernel's number is what the canister's text calls it by.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The function of Math that stands for the kernels in the canister's text; nothing else there has a use for it. */
export const DOOR = 'hypot';

/** By file, below the root. */
const NAMES = {
  'engine/src/math/Exp.ts': ['exp'],
  'engine/src/math/Log.ts': ['logOf', 'logRatio'],
  'engine/src/model/FirstPassage.ts': ['touchProbability'],
  'engine/src/model/MarginTiers.ts': ['marginOf'],
  'engine/src/model/Liquidation.ts': ['rootOf'],
  'engine/src/model/Leverage.ts': ['capOf'],
  'engine/src/model/Fan.ts': ['project', 'barrierZ'],
  'engine/src/model/LeadLag.ts': ['correlate'],
  'engine/src/model/ClusterDeposit.ts': ['spread'],
  'engine/src/model/ClusterMass.ts': ['sumOf'],
  'engine/src/model/Book.ts': ['take', 'quantityWithin', 'restingTo'],
  'engine/src/DecisionWriter.ts': ['lay'],
  'engine/src/BookSummary.ts': ['takeWords', 'isInOrder'],
  'canisters/risk/src/Blake3.ts': ['compress'],
};

/** @type {readonly { readonly file: string, readonly path: string, readonly name: string }[]} */
export const KERNELS = Object.entries(NAMES).flatMap(([file, names]) =>
  names.map((name) => ({ file, path: resolve(ROOT, file), name })),
);

/** The number of a kernel; -1 for a function that is none. Its file may be reached by way of a link among the packages. */
export function kernelNumber(path, name) {
  const reached = path.replaceAll('\\', '/');
  return KERNELS.findIndex((kernel) => kernel.name === name && reached.endsWith(`/${kernel.file}`));
}
