import { FAN_HOURS, warningsOf, type Decision } from '@plimsoll/engine';
import { protectiveStop } from '../observe/ProtectiveStop.ts';
import type { Execution } from '../execute/Executor.ts';
import { boundBy } from './boundBy.ts';
import type { Passed } from './Session.ts';
import type { DecisionView, LiquidationView, PositionView, RunStatus, StopView } from './RunStatus.ts';

/** The part of a status that follows from the last decision and what came of it. */
export type Standing = Pick<
  RunStatus,
  | 'position'
  | 'stop'
  | 'liquidation'
  | 'touchProbability8h'
  | 'leverage'
  | 'size'
  | 'decision'
  | 'isProtected'
  | 'problems'
>;

/** The decision accepted last, and the one whose table stands behind it. */
export interface Decisions {
  readonly latest: Decision | null;
  readonly lastRecord: Decision | null;
}

const HOURS_PER_DAY = 24;

/** @param markPrice the latest heard, or else the decision's own */
export function standingOf(
  { latest: decision, lastRecord }: Decisions,
  last: Pick<Passed, 'sequence' | 'isRecord'> | null,
  execution: Execution | null,
  markPrice: number | null,
): Standing {
  const mark = markPrice ?? decision?.markPrice ?? 0;
  const position = positionView(execution, mark);
  return {
    position,
    stop: stopView(execution, mark),
    liquidation: position === null ? null : liquidationView(decision, lastRecord, execution, mark),
    touchProbability8h: position === null ? null : touchWithin8h(decision, lastRecord),
    leverage:
      decision === null || decision.leverage === 0
        ? null
        : {
            allowed: decision.leverage,
            boundBy: boundBy(decision, lastRecord).leverage,
            used: usedLeverage(execution, mark),
          },
    size:
      decision === null || decision.leverage === 0
        ? null
        : { allowedUsdt: decision.notionalUsdt, boundBy: boundBy(decision, lastRecord).notional },
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
  lastRecord: Decision | null,
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
  const daily = (lastRecord?.table?.statistics.sigmaHour ?? 0) * Math.sqrt(HOURS_PER_DAY);
  return { price, distance, dailySigmas: daily > 0 ? distance / daily : null };
}

/** Estimated by the model; a tick's answer that carries no fan leaves that of the record before it. */
function touchWithin8h(decision: Decision | null, lastRecord: Decision | null): number | null {
  const fan = decision !== null && decision.fan.length > 0 ? decision.fan : (lastRecord?.fan ?? []);
  return fan[FAN_HOURS.indexOf(8)]?.touchProbability ?? null;
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
    binding: boundBy(decision).why,
    timeMs: decision.timeMs,
    sequence: last?.sequence ?? -1,
    isRecord: last?.isRecord ?? false,
    warnings: warningsOf(decision),
  };
}
