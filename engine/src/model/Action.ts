/*
 * From numbers to one word. Touch probabilities are those of the fan; N* is the lattice's. Risk model, sections 0.1
 * and 9.
 */
export const CLOSE_TOUCH_1H = 0.02;
export const CLOSE_TOUCH_4H = 0.05;
export const REDUCE_TOUCH_8H = 0.02;
const REDUCE_TOUCH_MULTIPLE = 4;
/** A barrier this many deviations away is touched with less probability than any of these. */
export const FAR_DEVIATIONS = 2.7;
/** A position this much larger than N* is reduced. */
export const REBALANCE_BAND = 1.1;
/** A reduction takes at least a tenth. */
export const REDUCE_KEEPS_AT_MOST = 0.9;
const ENTER_LEVERAGE_MIN = 2;
const ENTER_FACTOR_MIN = 0.5;

/** What flat may do: enter only with fresh data, two turns of leverage, a tradable size and no factor below half. */
export function entryAction(
  fresh: boolean,
  leverage: number,
  notional: number,
  factor: number,
  minNotional: number,
): 'ENTER' | 'WAIT' {
  return fresh && leverage >= ENTER_LEVERAGE_MIN && notional >= minNotional && factor >= ENTER_FACTOR_MIN
    ? 'ENTER'
    : 'WAIT';
}

/** Whether liquidation is too near to hold anything: probabilities of touching it within 1 h and 4 h. */
export function mustClose(touch1h: number, touch4h: number): boolean {
  return touch1h >= CLOSE_TOUCH_1H || touch4h >= CLOSE_TOUCH_4H;
}

/** Whether a held notional is too large: by touch within 8 h, by touch within the owner's horizon, or against N*. */
export function mustReduce(
  touch8h: number,
  touchHorizon: number,
  p: number,
  notionalHeld: number,
  notionalTarget: number,
): boolean {
  return (
    touch8h >= REDUCE_TOUCH_8H ||
    touchHorizon >= REDUCE_TOUCH_MULTIPLE * p ||
    notionalHeld > REBALANCE_BAND * notionalTarget
  );
}

/** Notional to keep when reducing: N*, and never more than nine tenths of what is held. */
export function reducedNotional(notionalHeld: number, notionalTarget: number): number {
  const most = REDUCE_KEEPS_AT_MOST * notionalHeld;
  return notionalTarget < most ? notionalTarget : most;
}
