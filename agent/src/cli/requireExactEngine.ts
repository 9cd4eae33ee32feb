import { selfTest } from '@plimsoll/engine';
import { CliError } from './CliError.ts';
import { EXIT } from './ExitCode.ts';

/** Whoever computes otherwise than the canister must not act on what it certifies. @throws CliError */
export function requireExactEngine(): void {
  const { passed, failed } = selfTest();
  if (passed) return;
  throw new CliError(
    {
      expected: 'this machine to compute what the canister does',
      got: `other results of ${failed.join(', ')}`,
      advice: 'nothing is decided here; use another Node or machine, and report it',
    },
    EXIT.internal,
  );
}
