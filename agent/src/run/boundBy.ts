import { binding, bindingLeverage, bindingNotional, type Decision } from '@plimsoll/engine';

/** What bound a decision. */
export interface BoundBy {
  readonly why: string;
  readonly leverage: string;
  readonly notional: string;
}

/** @param lastRecord whose table stands behind a tick's answer, which carries none; null where none was seen yet */
export function boundBy(decision: Decision, lastRecord: Decision | null = null): BoundBy {
  const tabled = decision.table === null ? lastRecord : decision;
  if (tabled === null) return { why: decision.reason, leverage: 'not told yet', notional: 'not told yet' };
  return {
    why: decision.table === null ? decision.reason : binding(decision),
    leverage: bindingLeverage(tabled),
    notional: bindingNotional(tabled),
  };
}
