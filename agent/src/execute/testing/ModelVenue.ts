import { FLAT } from '@plimsoll/engine';
import type { VenueOrder } from '../../venue/Venue.ts';
import type { Step } from '../Step.ts';
import type { TradeProgress, VenueState } from '../VenueState.ts';

export const RULES = { tickNumerator: 1, tickDenominator: 1000, quantityStep: 1, minNotionalUsdt: 5 };

export function restingOrder(changes: Partial<VenueOrder>): VenueOrder {
  return {
    kind: 'conditional',
    clientOrderId: 'by-hand',
    venueId: '1',
    type: 'stop',
    side: 'sell',
    quantity: 1,
    filledQuantity: 0,
    averagePrice: 0,
    triggerPrice: 1,
    reduceOnly: true,
    trigger: 'mark',
    state: 'resting',
    createdMs: 0,
    updatedMs: 0,
    ...changes,
  };
}

/** What a venue that does as it is told looks like after a step. Market orders fill at mark; nothing triggers. */
export function applyStep(state: VenueState, step: Step): VenueState {
  if (step.do === 'prepare') return state;
  if (step.do === 'cancel') {
    return { ...state, resting: state.resting.filter((order) => order.clientOrderId !== step.clientOrderId) };
  }
  const { order, role, version } = step;
  const { trade } = state;
  const used: TradeProgress = { ...trade, nextVersion: { ...trade.nextVersion, [role]: version + 1 } };
  if (order.type !== 'market') {
    const { clientOrderId, side, quantity, triggerPrice, type } = order;
    const placed = restingOrder({ clientOrderId, side, quantity, triggerPrice, type });
    return { ...state, trade: used, resting: [...state.resting, placed] };
  }
  if (!order.reduceOnly) {
    const position = {
      side: order.side === 'buy' ? (1 as const) : (-1 as const),
      quantity: order.quantity,
      entryPrice: state.markPrice,
      walletUsdt: (order.quantity * state.markPrice) / 5,
      venueLiquidationPrice: 0,
      openedMs: state.timeMs,
    };
    const entered = { ...used, isEntryTried: true, enteredQuantity: order.quantity };
    return { ...state, trade: entered, position };
  }
  const { position } = state;
  const quantity = position.quantity - Math.min(order.quantity, position.quantity);
  const done: readonly [boolean, boolean] = [
    trade.isTakeProfitDone[0] || role === 'take-profit-1',
    trade.isTakeProfitDone[1] || role === 'take-profit-2',
  ];
  return {
    ...state,
    trade: { ...used, isTakeProfitDone: done },
    position: quantity > 0 ? { ...position, quantity } : FLAT,
  };
}
