import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.{test,prop}.ts'],
    exclude: ['**/node_modules/**', '.azle/**', '.plimsoll/**'],
    // A canister's own shadow stack, not V8's, must be what ends a deep recursion.
    setupFiles: ['scripts/testing/properties.ts'],
    // CI turns colours on where a terminal is missing; what is printed is compared as plain text.
    env: { NO_COLOR: '1' },
    pool: 'forks',
    execArgv: ['--stack-size=7600'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
