import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The tests that liquidation, sizing and stops answer to; none of them needs the recordings or the reference vectors. */
export default defineConfig({
  test: {
    include: [
      'engine/src/model/{Liquidation,Size,Stops,MarginTiers}.prop.ts',
      'engine/src/model/Examples.test.ts',
    ],
    setupFiles: [resolve('scripts/testing/properties.ts')],
    env: { FC_RUNS: '200' },
  },
});
