import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.{test,prop}.ts'],
    exclude: ['**/node_modules/**', '.azle/**', '.plimsoll/**'],
    // A canister's own shadow stack, not V8's, must be what ends a deep recursion.
    setupFiles: ['scripts/testing/fuse.ts', 'scripts/testing/properties.ts'],
    // CI turns colours on where a terminal is missing; what is printed is compared as plain text. Processes that tests start
    // have the fuse too.
    env: {
      NO_COLOR: '1',
      NODE_OPTIONS: `--import=${new URL('scripts/testing/fuse.mjs', import.meta.url).href}`,
    },
    pool: 'forks',
    execArgv: ['--stack-size=7600'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
