import { binding, bindingLeverage, bindingNotional, type Decision } from '@plimsoll/engine';

/** What bound a decision. The answer to a tick carries no table: what bound then is in the last record's. */
export interface BoundBy {
  readonly why: string;
  readonly leverage: string;
  readonly notional: string;
}

export function boundBy(decision: Decision): BoundBy {
  if (decision.table === null)
    return { why: decision.reason, leverage: 'last record', notional: 'last record' };
  return {
    why: binding(decision),
    leverage: bindingLeverage(decision),
    notional: bindingNotional(decision),
  };
}
