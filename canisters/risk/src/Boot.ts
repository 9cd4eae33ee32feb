import { EngineError, selfTest } from '@plimsoll/engine';

/*
 * Whether this machine computes what ours did. The heap starts anew with every installation and upgrade, and so does
 * this: a timer runs the test right afterwards, in a message of its own, and nothing is decided before it has passed.
 */

let failed: readonly string[] | null = null;

/** Once it has passed it is not run again. */
export function runSelfTest(): void {
  if (failed === null || failed.length > 0) failed = selfTest().failed;
}

export type SelfTestState = 'running' | 'passed' | 'failed';

export function selfTestState(): SelfTestState {
  if (failed === null) return 'running';
  return failed.length === 0 ? 'passed' : 'failed';
}

/** @throws EngineError `temporary/self-test` until the test has passed */
export function requireSelfTest(): void {
  if (failed !== null && failed.length === 0) return;
  const came =
    failed === null
      ? 'not run yet; try again in a moment'
      : `failed (${failed.join(', ')}); nothing is decided`;
  throw new EngineError('temporary', 'self-test', 'self-test', 'passed', came);
}
