import type { Decision } from '@plimsoll/engine';
import { describe, expect, test } from 'vitest';
import { clientOrderIdOf } from '../execute/ClientOrderId.ts';
import type { OrderRow, Role } from '../journal/Rows.ts';
import type { Fill, VenueOrder } from '../venue/Venue.ts';
import { countLiquidations, tradeRows, type TradeSources } from './Trades.ts';

const PLAN = new Uint8Array(16).fill(1);
const OTHER = new Uint8Array(16).fill(2);
const hex = (id: Uint8Array): string => Buffer.from(id).toString('hex');

function row(planId: Uint8Array, role: Role, overrides: Partial<OrderRow> = {}): OrderRow {
  return {
    clientOrderId: clientOrderIdOf({ planId, role, version: overrides.version ?? 0 }),
    tradeId: hex(planId),
    role,
    version: 0,
    kind: role === 'stop' || role.startsWith('take') ? 'conditional' : 'ordinary',
    side: role === 'entry' ? 'buy' : 'sell',
    quantity: 9,
    triggerPrice: 0,
    because: '',
    decisionId: null,
    state: 'filled',
    attempts: 1,
    venueId: null,
    filledQuantity: 0,
    averagePrice: 0,
    failure: null,
    confirmedMarketMs: 0,
    endedMarketMs: null,
    intendedWallMs: 0,
    updatedWallMs: 0,
    ...overrides,
  };
}

function fill(
  venueOrderId: string,
  side: 'buy' | 'sell',
  quantity: number,
  price: number,
  timeMs: number,
): Fill {
  return {
    id: `${venueOrderId}-${timeMs}`,
    venueOrderId,
    side,
    quantity,
    price,
    feeUsdt: quantity * price * 0.0005,
    realizedUsdt: 0,
    timeMs,
  };
}

function accepted(venueId: string, clientOrderId: string): VenueOrder {
  return {
    kind: 'ordinary',
    clientOrderId,
    venueId,
    type: 'market',
    side: 'sell',
    quantity: 1,
    filledQuantity: 1,
    averagePrice: 1,
    triggerPrice: 0,
    reduceOnly: true,
    trigger: null,
    state: 'filled',
    createdMs: 0,
    updatedMs: 0,
  };
}

const held = new Map([
  [hex(PLAN), { liquidationEffective: 8, plan: { leverage: 5 } } as Decision],
  [hex(OTHER), { liquidationEffective: 7, plan: { leverage: 4 } } as Decision],
]);
const entry = row(PLAN, 'entry', {
  venueId: 'e',
  filledQuantity: 9,
  averagePrice: 10,
  confirmedMarketMs: 1_000,
});
const stop = row(PLAN, 'stop', { triggerPrice: 9.5, confirmedMarketMs: 1_000 });
const moved = row(PLAN, 'stop', { version: 1, triggerPrice: 9.8, confirmedMarketMs: 3_000 });
const first = row(PLAN, 'take-profit-1', { triggerPrice: 10.6 });
const base: TradeSources = {
  orders: [entry, stop, moved, first],
  accepted: [accepted('t', first.clientOrderId), accepted('s', moved.clientOrderId)],
  fills: [
    fill('e', 'buy', 9, 10, 1_000),
    fill('t', 'sell', 3, 10.6, 2_500),
    fill('s', 'sell', 6, 9.7, 4_000),
  ],
  payments: [
    { id: 'at the fill', amountUsdt: -5, timeMs: 1_000 },
    { id: 'whole', amountUsdt: -0.9, timeMs: 2_000 },
    { id: 'rest', amountUsdt: 0.6, timeMs: 3_500 },
  ],
  held,
  endMs: 9_000,
  lastPrice: 11,
};

describe('legs of a trade', () => {
  const rows = tradeRows(base);

  test('each exit order is a row of its own with its quantity and reason', () => {
    expect(rows.map((leg) => [leg.exitReason, leg.notional, leg.exitTime, leg.exitPrice])).toEqual([
      ['take-profit-1', 30, 2_500, 10.6],
      ['stop', 60, 4_000, 9.7],
    ]);
    expect(rows.map((leg) => [leg.entryTime, leg.leverage, leg.liquidationPriceAtEntry])).toEqual([
      [1_000, 5, 8],
      [1_000, 5, 8],
    ]);
  });

  test('funding is shared by quantity among the legs open at the settlement, and none is lost', () => {
    expect(rows.map((leg) => leg.fundingPaid)).toEqual([0.3, 0]);
    expect(rows.reduce((sum, leg) => sum + leg.fundingPaid, 0)).toBeCloseTo(0.9 - 0.6, 12);
  });

  test('profit is what the prices gave less fees and funding', () => {
    const [profit, loss] = rows;
    expect(profit!.fees).toBeCloseTo(9 * 10 * 0.0005 * (3 / 9) + 3 * 10.6 * 0.0005, 8);
    expect(profit!.pnl).toBeCloseTo(3 * 0.6 - profit!.fees - 0.3, 8);
    expect(loss!.pnl).toBeCloseTo(6 * -0.3 - loss!.fees, 8);
  });

  test('each row lists the stops confirmed up to its own exit', () => {
    expect(rows.map((leg) => leg.stops.map(({ price }) => price))).toEqual([[9.5], [9.5, 9.8]]);
  });
});

test('a trade that closes at the millisecond at which the next opens keeps its own exit', () => {
  const close = row(PLAN, 'close', { venueId: 'c', because: 'CLOSE/stale' });
  const again = row(OTHER, 'entry', {
    venueId: 'e2',
    filledQuantity: 9,
    averagePrice: 10,
    confirmedMarketMs: 5_000,
  });
  const rows = tradeRows({
    ...base,
    orders: [entry, close, again],
    accepted: [accepted('c', close.clientOrderId)],
    fills: [fill('e', 'buy', 9, 10, 1_000), fill('c', 'sell', 9, 10, 5_000), fill('e2', 'buy', 9, 10, 5_000)],
    payments: [],
  });
  expect(rows.map((leg) => [leg.entryTime, leg.exitTime, leg.exitReason, leg.notional])).toEqual([
    [1_000, 5_000, 'stale', 90],
    [5_000, 9_000, 'open', 90],
  ]);
});

test('what the venue closed by itself is called by its name', () => {
  const sources = {
    ...base,
    accepted: [accepted('s', 'autoclose-17')],
    fills: [base.fills[0]!, fill('s', 'sell', 9, 8, 2_000)],
  };
  expect(tradeRows(sources).map((leg) => leg.exitReason)).toEqual(['liquidation']);
  expect(countLiquidations(sources)).toBe(1);
});
