import { binding, bindingLeverage, bindingNotional, warningsOf, type Decision } from '@plimsoll/engine';
import { protectiveStop } from '../observe/ProtectiveStop.ts';
import type { Execution } from '../execute/Executor.ts';
import type { Passed } from './Session.ts';
import type { DecisionView, LiquidationView, PositionView, RunStatus, StopView } from './RunStatus.ts';

/** The part of a status that follows from the last decision and what came of it. */
export type Standing = Pick<
  RunStatus,
  'position' | 'stop' | 'liquidation' | 'leverage' | 'size' | 'decision' | 'isProtected' | 'problems'
>;

const HOURS_PER_DAY = 24;

/** @param markPrice the latest heard, or else the decision's own */
export function standingOf(
  decision: Decision | null,
  last: Pick<Passed, 'sequence' | 'isRecord'> | null,
  execution: Execution | null,
  markPrice: number | null,
): Standing {
  const mark = markPrice ?? decision?.markPrice ?? 0;
  const position = positionView(execution, mark);
  return {
    position,
    stop: stopView(execution, mark),
    liquidation: position === null ? null : liquidationView(decision, execution, mark),
    leverage:
      decision === null || decision.leverage === 0
        ? null
        : {
            allowed: decision.leverage,
            boundBy: bindingLeverage(decision),
            used: usedLeverage(execution, mark),
          },
    size:
      decision === null || decision.leverage === 0
        ? null
        : { allowedUsdt: decision.notionalUsdt, boundBy: bindingNotional(decision) },
    decision: decision === null ? null : decisionView(decision, last),
    isProtected: execution?.isProtected ?? true,
    problems: execution?.problems ?? [],
  };
}

function positionView(execution: Execution | null, mark: number): PositionView | null {
  if (execution === null || execution.position.side === 0) return null;
  const { side, quantity, entryPrice, openedMs } = execution.position;
  return {
    side: side > 0 ? 'long' : 'short',
    quantity,
    entryPrice,
    notionalUsdt: quantity * mark,
    unrealizedUsdt: side * quantity * (mark - entryPrice),
    openedMs,
  };
}

function stopView(execution: Execution | null, mark: number): StopView | null {
  if (execution === null || execution.position.side === 0) return null;
  const { price, quantity } = protectiveStop(execution.resting, execution.position);
  if (price === 0 || mark === 0) return null;
  return { price, quantity, distance: (execution.position.side * (mark - price)) / mark };
}

/** The worse of the venue's price and ours. */
function liquidationView(
  decision: Decision | null,
  execution: Execution | null,
  mark: number,
): LiquidationView | null {
  const side = execution?.position.side ?? 0;
  const known = [decision?.liquidationEffective ?? 0, execution?.position.venueLiquidationPrice ?? 0].filter(
    (price) => price > 0,
  );
  if (known.length === 0 || side === 0 || mark === 0) return null;
  const price = side > 0 ? Math.max(...known) : Math.min(...known);
  const distance = (side * (mark - price)) / mark;
  const daily = (decision?.table?.statistics.sigmaHour ?? 0) * Math.sqrt(HOURS_PER_DAY);
  return { price, distance, dailySigmas: daily > 0 ? distance / daily : null };
}

function usedLeverage(execution: Execution | null, mark: number): number | null {
  if (execution === null || execution.position.side === 0) return null;
  const { quantity, walletUsdt } = execution.position;
  return walletUsdt > 0 ? (quantity * mark) / walletUsdt : null;
}

function decisionView(decision: Decision, last: Pick<Passed, 'sequence' | 'isRecord'> | null): DecisionView {
  return {
    action: decision.action,
    reason: decision.reason,
    binding: binding(decision),
    timeMs: decision.timeMs,
    sequence: last?.sequence ?? -1,
    isRecord: last?.isRecord ?? false,
    warnings: warningsOf(decision),
  };
}
