import type { Decision } from '@plimsoll/engine';
import type { Severity } from '../journal/Rows.ts';
import type { Log } from '../log/Log.ts';
import { boundBy } from './boundBy.ts';
import { grantedPlan } from './grantedPlan.ts';
import type { LiveFollower } from './LiveParts.ts';
import type { Passed } from './Session.ts';

/** The log's words for ours. */
export const LEVEL = { info: 'info', warning: 'warn', alarm: 'error' } as const satisfies Record<
  Severity,
  string
>;

/** Writes what happens as structured lines. */
export function logFollower(log: Log, lastRecord: () => Decision | null): LiveFollower {
  const passed = (why: string, { decision, execution, sequence, isRecord }: Passed): void => {
    const bound = boundBy(decision, lastRecord());
    const { action, reason, leverage, stopPrice, markPrice, timeMs } = decision;
    log.info(
      {
        why,
        action,
        reason,
        binding: bound.why,
        marketTime: new Date(timeMs).toISOString(),
        markPrice,
        stopPrice,
        leverage,
        boundBy: leverage > 0 ? [bound.leverage, bound.notional] : [],
        sequence,
        isRecord,
        position: execution.position.side * execution.position.quantity,
        isProtected: execution.isProtected,
        steps: execution.stepsTaken,
        ...(execution.advice.length === 0 ? {} : { advice: execution.advice }),
        ...(execution.problems.length === 0 ? {} : { problems: execution.problems }),
      },
      'decision',
    );
  };
  return {
    passed: (why, passes) => passes.forEach((pass) => passed(why, pass)),
    wished: ({ intent, decision, sequence, execution }) =>
      log.info(
        {
          side: intent.side,
          notionalUsdt: intent.notionalUsdt,
          action: decision.action,
          binding: boundBy(decision).why,
          quantity: grantedPlan(decision)?.quantity ?? 0,
          sequence,
          outcome: execution.outcome,
          problems: execution.problems,
        },
        'wish',
      ),
    tended: ({ stepsTaken, position, isProtected, problems }) =>
      log.info(
        { steps: stepsTaken, position: position.side * position.quantity, isProtected, problems },
        'tended',
      ),
  };
}
