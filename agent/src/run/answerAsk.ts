import type { Ask, Reply } from '../control/Protocol.ts';
import type { Execution } from '../execute/Executor.ts';
import { boundBy } from './boundBy.ts';
import { grantedPlan } from './grantedPlan.ts';
import type { OpenAgent } from './openAgent.ts';
import type { RunStatus } from './RunStatus.ts';
import type { Wished } from './Session.ts';
import { troubleOf } from './Trouble.ts';

/** What a wish came to, for a person and a program. */
export interface EnterResult {
  readonly isEntered: boolean;
  /** What bound or forbade it. */
  readonly binding: string;
  /** Base units held, leverage and stop of the plan that was granted; 0 each where none was, whatever is held already. */
  readonly quantity: number;
  readonly leverage: number;
  readonly stopPrice: number;
  readonly sequence: number;
  readonly problems: readonly string[];
}

export interface FlattenResult {
  readonly isFlat: boolean;
  readonly resting: number;
  readonly problems: readonly string[];
}

/** Answers a one-shot command out of the running agent. */
export async function answerAsk(agent: OpenAgent, ask: Ask, status: () => RunStatus): Promise<Reply> {
  const { live, bars } = agent;
  try {
    switch (ask.do) {
      case 'status':
        return { ok: true, status: status() };
      case 'halt':
        await live.halt();
        return { ok: true, status: status() };
      case 'flatten': {
        const result = flattenResult(await live.flatten());
        return { ok: true, status: status(), result };
      }
      case 'enter': {
        const bar = bars.first;
        if (bar !== null) return { ok: false, kind: 'request', message: `no entry: ${bar}` };
        const result = enterResult(await live.wish(ask.side, ask.notionalUsdt));
        return { ok: true, status: status(), result };
      }
    }
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    return { ok: false, kind: trouble.who === 'refused' ? 'request' : 'temporary', message: trouble.message };
  }
}

export function flattenResult({ position, resting, problems }: Execution): FlattenResult {
  return { isFlat: position.side === 0, resting: resting.length, problems };
}

function enterResult({ decision, execution, after, sequence }: Wished): EnterResult {
  const last = after.at(-1)?.execution ?? execution;
  const plan = grantedPlan(decision);
  return {
    isEntered: plan !== null && last.position.side !== 0,
    binding: boundBy(decision).why,
    quantity: plan === null ? 0 : last.position.quantity,
    leverage: plan?.leverage ?? 0,
    stopPrice: plan?.stopPrice ?? 0,
    sequence,
    problems: [...execution.problems, ...after.flatMap(({ execution: { problems } }) => problems)],
  };
}
