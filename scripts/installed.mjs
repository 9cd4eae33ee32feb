import { readFile, realpath } from 'node:fs/promises';
import { checkedOnTheSpot } from './checks.mjs';
import { withNativeCalls } from './native/calls.mjs';

/**
 * Our sources as the canister has them: kernels are called as what they are compiled to, checks are made on the spot.
 *
 * @type {import('esbuild').Plugin}
 */
export const AS_INSTALLED = {
  name: 'as installed',
  setup: (build) => {
    build.onLoad({ filter: /[\\/](engine|canisters[\\/]risk)[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: checkedOnTheSpot(withNativeCalls(await readFile(path, 'utf8'), await realpath(path))),
      loader: 'ts',
    }));
  },
};
