import { afterEach, expect, it, vi } from 'vitest';

const engine = vi.hoisted(() => ({ failed: [] as string[], runs: 0 }));
vi.mock('@plimsoll/engine', async (actual) => ({
  ...(await actual<object>()),
  selfTest: () => {
    engine.runs++;
    return { passed: engine.failed.length === 0, failed: engine.failed };
  },
}));

afterEach(() => {
  vi.resetModules();
  engine.runs = 0;
  engine.failed = [];
});

it('nothing is decided before the self-test ran; once passed it is not run again', async () => {
  const { requireSelfTest, runSelfTest, selfTestState } = await import('./Boot.ts');
  expect(requireSelfTest).toThrow(/self-test must be passed, but not run yet/);
  expect(selfTestState()).toBe('running');
  runSelfTest();
  runSelfTest();
  expect(requireSelfTest).not.toThrow();
  expect([selfTestState(), engine.runs]).toEqual(['passed', 1]);
});

it('a machine that computes otherwise decides nothing, says what differed, and may try again', async () => {
  const { requireSelfTest, runSelfTest, selfTestState } = await import('./Boot.ts');
  engine.failed = ['exp', 'replay'];
  runSelfTest();
  expect(requireSelfTest).toThrow(/failed \(exp, replay\)/);
  expect(selfTestState()).toBe('failed');
  engine.failed = [];
  runSelfTest();
  expect(requireSelfTest).not.toThrow();
});
