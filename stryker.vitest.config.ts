import { defineConfig } from 'vitest/config';

/** The tests that liquidation, sizing and stops answer to. */
export default defineConfig({
  test: {
    include: ['engine/src/model/{Liquidation,Size,Stops}.prop.ts', 'engine/test/vectors/vectors.test.ts'],
    setupFiles: ['scripts/testing/properties.ts'],
  },
});
