import { readFile } from 'node:fs/promises';
import { checkedOnTheSpot } from './checks.mjs';
import { assertDoorIsFree, withNativeCalls } from './native/calls.mjs';

/**
 * Our sources as a canister has them: kernels are called as what they are compiled to, checks are made on the spot.
 *
 * @type {import('esbuild').Plugin}
 */
export const AS_INSTALLED = {
  name: 'as installed',
  setup: (build) => {
    build.onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => {
      assertDoorIsFree(await readFile(path, 'utf8'), path);
    });
    build.onLoad(
      { filter: /[\\/](engine|canisters[\\/]risk|bench[\\/]canister)[\\/]src[\\/].*\.ts$/ },
      async ({ path }) => ({
        contents: checkedOnTheSpot(withNativeCalls(await readFile(path, 'utf8'), path)),
        loader: 'ts',
      }),
    );
  },
};
