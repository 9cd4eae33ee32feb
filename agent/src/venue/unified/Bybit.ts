import type { Exchange } from 'ccxt';
import { deriveCum } from '@plimsoll/engine';
import { settingsDiffer } from '../BinanceSettings.ts';
import { gridOf } from '../Grid.ts';
import {
  decimalOf,
  decimalOr0,
  flagOf,
  listOf,
  malformed,
  objectOf,
  objectsOf,
  textOf,
  timeOf,
  type Reply,
} from '../Reply.ts';
import { PERMISSIONS_UNKNOWN, type VenueOrder, type VenueOrderState } from '../Venue.ts';
import type { Dialect } from './Dialect.ts';
import { allPages } from './Pages.ts';

/*
 * Bybit, unified account. A conditional order keeps its id when it fires; isolated margin is a setting of the whole
 * account; sizes are base units.
 */

const STATES: Readonly<Record<string, VenueOrderState>> = {
  New: 'resting',
  PartiallyFilled: 'resting',
  Untriggered: 'resting',
  Triggered: 'triggered',
  Filled: 'filled',
  Cancelled: 'cancelled',
  PartiallyFilledCanceled: 'cancelled',
  Deactivated: 'cancelled',
  Rejected: 'rejected',
};
const CATEGORY = 'linear';
const PAGE = 50;
const WEEK_MS = 7 * 86_400_000;
/** How far back is asked for. */
const TOLD_MS = 8 * WEEK_MS;
const ISOLATED = 'ISOLATED_MARGIN';
/** Ways of a key to move money out of the account. */
const WAYS_OUT: readonly string[] = ['Withdraw', 'SubMemberTransfer', 'SubMemberTransferList'];

type Raw = (parameters: Readonly<Record<string, unknown>>) => Promise<unknown>;
type RawCalls = Readonly<
  Record<
    | 'privateGetV5OrderRealtime'
    | 'privateGetV5OrderHistory'
    | 'privateGetV5ExecutionList'
    | 'privateGetV5PositionList'
    | 'privateGetV5AccountInfo'
    | 'privateGetV5UserQueryApi'
    | 'privatePostV5AccountSetMarginMode'
    | 'privatePostV5PositionSwitchMode',
    Raw
  >
>;

const callsOf = (client: unknown): RawCalls => client as RawCalls;

async function resultOf(reply: Promise<unknown>): Promise<Reply> {
  return objectOf(objectOf(await reply, 'the answer')['result'], 'result');
}

async function rowsOf(reply: Promise<unknown>): Promise<readonly Reply[]> {
  return objectsOf((await resultOf(reply))['list'], 'list');
}

/** One that waits for a price, or did. */
function isConditional(raw: Reply): boolean {
  const type = raw['stopOrderType'];
  return typeof type === 'string' && type !== '' && type !== 'UNKNOWN' && decimalOr0(raw, 'triggerPrice') > 0;
}

function orderOf(raw: Reply): VenueOrder {
  const word = textOf(raw, 'side');
  if (word !== 'Buy' && word !== 'Sell') throw malformed('Buy or Sell in "side"', word);
  const side = word === 'Buy' ? 'buy' : 'sell';
  const state = STATES[textOf(raw, 'orderStatus')];
  if (state === undefined) throw malformed('a known order status', raw['orderStatus']);
  const conditional = isConditional(raw);
  const orderType = textOf(raw, 'orderType');
  // A sale on the way down, or a purchase on the way up, limits a loss.
  const isFall = textOf(raw, 'triggerDirection') === '2';
  const protective: VenueOrder['type'] = (side === 'sell') === isFall ? 'stop' : 'take-profit';
  return {
    kind: conditional ? 'conditional' : 'ordinary',
    clientOrderId: textOf(raw, 'orderLinkId'),
    venueId: textOf(raw, 'orderId'),
    type:
      orderType === 'Limit'
        ? conditional
          ? 'other'
          : 'limit'
        : orderType === 'Market'
          ? conditional
            ? protective
            : 'market'
          : 'other',
    side,
    quantity: decimalOf(raw, 'qty'),
    filledQuantity: decimalOr0(raw, 'cumExecQty'),
    averagePrice: decimalOr0(raw, 'avgPrice'),
    triggerPrice: conditional ? decimalOf(raw, 'triggerPrice') : 0,
    reduceOnly: flagOf(raw, 'reduceOnly'),
    trigger: conditional ? (raw['triggerBy'] === 'MarkPrice' ? 'mark' : 'last') : null,
    // Once it fired it is an order in the book: not done, and not waiting any more.
    state: conditional && state === 'resting' && raw['orderStatus'] !== 'Untriggered' ? 'triggered' : state,
    createdMs: timeOf(raw, 'createdTime'),
    updatedMs: timeOf(raw, 'updatedTime'),
  };
}

function query(symbol: string): Readonly<Record<string, unknown>> {
  return { category: CATEGORY, symbol };
}

/** Page by page, by the venue's own cursor. */
function pagesOf(call: Raw, asked: Readonly<Record<string, unknown>>): Promise<readonly Reply[]> {
  return allPages(async (cursor) => {
    const result = await resultOf(call({ ...asked, limit: PAGE, ...(cursor === null ? {} : { cursor }) }));
    const next = result['nextPageCursor'];
    const rows = objectsOf(result['list'], 'list');
    return { rows, next: typeof next === 'string' && next !== '' ? next : null };
  });
}

/** It tells of a week at a time. */
async function weeksOf(
  call: Raw,
  asked: Readonly<Record<string, unknown>>,
  sinceMs: number,
  nowMs: number,
): Promise<readonly Reply[]> {
  const rows: Reply[] = [];
  for (let startTime = Math.max(sinceMs + 1, nowMs - TOLD_MS); startTime <= nowMs; startTime += WEEK_MS)
    rows.push(...(await pagesOf(call, { ...asked, startTime, endTime: startTime + WEEK_MS - 1 })));
  return rows;
}

function resting(client: Exchange, symbol: string): Promise<readonly Reply[]> {
  return pagesOf(callsOf(client).privateGetV5OrderRealtime, { ...query(symbol), openOnly: 0 });
}

export const BYBIT: Dialect = {
  id: 'bybit',
  toVenueId: (clientOrderId) => clientOrderId,
  fromVenueId: (venueId) => venueId,
  contractOf: (market) => {
    const info = objectOf(market.info, 'instrument');
    const lot = objectOf(info['lotSizeFilter'], 'lotSizeFilter');
    return {
      symbol: market.symbol,
      id: String(market.id),
      grids: {
        price: gridOf(textOf(objectOf(info['priceFilter'], 'priceFilter'), 'tickSize')),
        quantity: gridOf(textOf(lot, 'qtyStep')),
      },
      contractSize: 1,
      minQuantity: decimalOf(lot, 'minOrderQty'),
      minNotionalUsdt: lot['minNotionalValue'] === undefined ? null : decimalOf(lot, 'minNotionalValue'),
    };
  },
  tiersOf: (tiers) => {
    const rows = tiers.map((tier) => ({
      maxNotional: decimalOf(tier, 'riskLimitValue'),
      mmr: decimalOf(tier, 'maintenanceMargin'),
      maxLeverage: Math.floor(decimalOf(tier, 'maxLeverage')),
    }));
    rows.sort((a, b) => a.maxNotional - b.maxNotional);
    return deriveCum(rows.map((row, i) => ({ ...row, minNotional: rows[i - 1]?.maxNotional ?? 0 })));
  },
  parametersOf: (order, venueId) => {
    const common = { clientOrderId: venueId, positionIdx: 0 };
    switch (order.type) {
      case 'market':
        return { ...common, reduceOnly: order.reduceOnly };
      case 'stop':
        return { ...common, reduceOnly: true, stopLossPrice: order.triggerPrice, triggerBy: 'MarkPrice' };
      case 'take-profit':
        return { ...common, reduceOnly: true, takeProfitPrice: order.triggerPrice, triggerBy: 'MarkPrice' };
    }
  },
  orderOf,
  resting: (client, { id }) => resting(client, id),
  find: async (client, { id }, venueId) => {
    const calls = callsOf(client);
    const one = { ...query(id), orderLinkId: venueId };
    const [recent] = await rowsOf(calls.privateGetV5OrderRealtime(one));
    if (recent !== undefined) return recent;
    const [older] = await rowsOf(calls.privateGetV5OrderHistory(one));
    return older ?? null;
  },
  accepted: async (client, { id }, sinceMs, nowMs) => [
    ...(await resting(client, id)),
    ...(await weeksOf(callsOf(client).privateGetV5OrderHistory, query(id), sinceMs, nowMs)),
  ],
  fundingPayments: async (client, { id }, sinceMs, nowMs) => {
    const asked = { ...query(id), execType: 'Funding' };
    const rows = await weeksOf(callsOf(client).privateGetV5ExecutionList, asked, sinceMs, nowMs);
    return rows.map((row) => ({
      id: textOf(row, 'execId'),
      // What it calls a fee is paid when positive.
      amountUsdt: -decimalOf(row, 'execFee'),
      timeMs: timeOf(row, 'execTime'),
    }));
  },
  forcedKindOf: ({ execType }) =>
    execType === 'BustTrade' ? 'liquidation' : execType === 'AdlTrade' ? 'deleveraging' : null,
  cancel: async (client, { symbol }, order) => {
    await client.cancelOrder(order.venueId, symbol);
  },
  accountOf: (balance) => {
    const [account] = objectsOf(objectOf(balance['result'], 'result')['list'], 'list');
    const row = objectsOf(objectOf(account, 'account')['coin'], 'coin').find(
      (each) => each['coin'] === 'USDT',
    );
    if (row === undefined) return { equityUsdt: 0, availableUsdt: 0 };
    const taken =
      decimalOr0(row, 'totalPositionIM') + decimalOr0(row, 'totalOrderIM') + decimalOr0(row, 'locked');
    return {
      equityUsdt: decimalOf(row, 'equity'),
      availableUsdt: Math.max(0, decimalOf(row, 'walletBalance') - taken),
    };
  },
  heldOf: (raw) => {
    const [row] = raw.filter((each) => decimalOr0(each, 'size') !== 0);
    if (row === undefined) return null;
    if (textOf(row, 'positionIdx') !== '0') {
      throw settingsDiffer('one-way position mode', 'hedge mode', 'Switch the symbol to one-way mode.');
    }
    // Only an isolated position has a balance of its own.
    const walletUsdt = decimalOr0(row, 'positionBalance');
    if (walletUsdt === 0) {
      throw settingsDiffer(
        'an isolated position',
        'a cross-margined one',
        'Set the account to isolated margin.',
      );
    }
    return {
      side: textOf(row, 'side') === 'Buy' ? 1 : -1,
      quantity: decimalOf(row, 'size'),
      entryPrice: decimalOf(row, 'avgPrice'),
      walletUsdt,
      venueLiquidationPrice: decimalOr0(row, 'liqPrice'),
    };
  },
  permissions: async (client) => {
    const key = await resultOf(callsOf(client).privateGetV5UserQueryApi({}));
    const granted = objectOf(key['permissions'], 'permissions');
    const wallet = granted['Wallet'];
    const contract = granted['ContractTrade'];
    if (!Array.isArray(wallet) || !Array.isArray(contract)) return PERMISSIONS_UNKNOWN;
    const expiresMs = Date.parse(String(key['expiredAt'] ?? ''));
    return {
      canWithdraw: wallet.some((way) => WAYS_OUT.includes(String(way))),
      isIpRestricted: Array.isArray(key['ips']) ? !listOf(key['ips'], 'ips').includes('*') : null,
      canTradeFutures:
        textOf(key, 'readOnly') === '0' && contract.includes('Order') && contract.includes('Position'),
      expiresMs: Number.isFinite(expiresMs) && expiresMs > 0 ? expiresMs : null,
    };
  },
  settings: async (client, { id }) => {
    const calls = callsOf(client);
    const [rows, account] = await Promise.all([
      rowsOf(calls.privateGetV5PositionList(query(id))),
      resultOf(calls.privateGetV5AccountInfo({})),
    ]);
    const [row] = rows;
    const position = objectOf(row, `the settings of ${id}`);
    return {
      isOneWay: rows.length === 1 && textOf(position, 'positionIdx') === '0',
      isIsolated: textOf(account, 'marginMode') === ISOLATED,
      leverage: decimalOf(position, 'leverage'),
    };
  },
  setOneWay: (client, { id }) => callsOf(client).privatePostV5PositionSwitchMode({ ...query(id), mode: 0 }),
  setIsolated: (client) => callsOf(client).privatePostV5AccountSetMarginMode({ setMarginMode: ISOLATED }),
  setLeverage: (client, { symbol }, leverage) => client.setLeverage(leverage, symbol),
};
