import type { Decision } from '@plimsoll/engine';
import type { Execution } from '../execute/Executor.ts';

/** Prices at which something would happen to what is held; none while flat. */
export function levelsOf(decision: Decision | null, execution: Execution | null): readonly number[] {
  if (decision === null || execution === null || execution.position.side === 0) return [];
  const { stopPrice, liquidationEffective, plan } = decision;
  return [stopPrice, liquidationEffective, ...(plan?.takeProfits.map(({ price }) => price) ?? [])];
}

/** Whether the mark is beyond the stop of what is held: the venue is to fire it, and is watched doing so. */
export function isStopPassed(
  decision: Decision | null,
  execution: Execution | null,
  markPrice: number,
): boolean {
  const side = execution?.position.side ?? 0;
  if (decision === null || decision.plan === null || side === 0 || !(markPrice > 0)) return false;
  return decision.stopPrice > 0 && side * (markPrice - decision.stopPrice) <= 0;
}
