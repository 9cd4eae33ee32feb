import { settingsDiffer } from '../BinanceSettings.ts';
import { gridOf, stepOf } from '../Grid.ts';
import {
  decimalOf,
  decimalOr0,
  objectOf,
  objectsOf,
  parseDecimal,
  textOf,
  timeOf,
  type Reply,
} from '../Reply.ts';
import type { Dialect } from './Dialect.ts';
import { fromVenueId, orderOf, toVenueId, withActual } from './OkxOrders.ts';
import { allPages } from './Pages.ts';

/*
 * OKX. Sizes are counted in contracts; conditional orders live in a world of their own (`order-algo`) with their own
 * ids; margin mode is said with each order; ids hold letters and digits only, at most 32.
 */

const PAGE = 100;
/** Sub-types of its bills: partial and whole liquidation, and deleveraging. */
const LIQUIDATION = /^10[0-7]$/;
const DELEVERAGING = /^12[5-8]$/;

/** Rows of a raw answer. */
async function rowsOf(reply: Promise<unknown>): Promise<readonly Reply[]> {
  return objectsOf(objectOf(await reply, 'the answer')['data'], 'data');
}

type Raw = (parameters: Readonly<Record<string, unknown>>) => Promise<unknown>;
type RawCalls = Readonly<
  Record<
    | 'privateGetTradeOrdersPending'
    | 'privateGetTradeOrdersAlgoPending'
    | 'privateGetTradeOrdersHistory'
    | 'privateGetTradeOrdersAlgoHistory'
    | 'privateGetTradeOrder'
    | 'privateGetAccountBillsArchive'
    | 'privateGetTradeOrderAlgo'
    | 'privatePostTradeCancelAlgos'
    | 'privateGetAccountConfig'
    | 'privateGetAccountLeverageInfo',
    Raw
  >
>;

const callsOf = (client: unknown): RawCalls => client as RawCalls;

/** The newest come first; the next page is what came before the last row's id. */
function pagesOf(call: Raw, query: Readonly<Record<string, unknown>>, id: string): Promise<readonly Reply[]> {
  return allPages(async (after) => {
    const rows = await rowsOf(call({ ...query, limit: PAGE, ...(after === null ? {} : { after }) }));
    const last = rows.at(-1);
    return { rows, next: rows.length < PAGE || last === undefined ? null : textOf(last, id) };
  });
}

/** Of its bills: funding. */
const FUNDING = '8';

export const OKX: Dialect = {
  id: 'okx',
  toVenueId,
  fromVenueId,
  contractOf: (market) => {
    const info = objectOf(market.info, 'instrument');
    const value = gridOf(textOf(info, 'ctVal'));
    const lot = gridOf(textOf(info, 'lotSz'));
    const contractSize = stepOf(value);
    return {
      symbol: market.symbol,
      id: String(market.id),
      grids: {
        price: gridOf(textOf(info, 'tickSz')),
        quantity: {
          numerator: value.numerator * lot.numerator,
          denominator: value.denominator * lot.denominator,
        },
      },
      contractSize,
      minQuantity: decimalOf(info, 'minSz') * contractSize,
      minNotionalUsdt: null,
    };
  },
  // Its tiers count contracts: at the present mark they are so much notional.
  tiersOf: (tiers, { contractSize }, markPrice) => {
    const rows = tiers.map((tier) => ({
      maxNotional: decimalOf(tier, 'maxSz') * contractSize * markPrice,
      mmr: decimalOf(tier, 'mmr'),
      maxLeverage: Math.floor(decimalOf(tier, 'maxLever')),
    }));
    rows.sort((a, b) => a.maxNotional - b.maxNotional);
    return rows.map((row, i) => ({ ...row, minNotional: rows[i - 1]?.maxNotional ?? 0, cum: 0 }));
  },
  // The rate of a position's tier holds for all of it, and the fee to close counts into the trigger.
  marginOf: (takerFee) => ({ maintenance: 'flat', basis: 'mark', triggerFee: takerFee }),
  parametersOf: (order, venueId) => {
    const common = { marginMode: 'isolated', positionSide: 'net' };
    switch (order.type) {
      case 'market':
        return { ...common, clientOrderId: venueId, reduceOnly: order.reduceOnly };
      case 'stop':
        return {
          ...common,
          algoClOrdId: venueId,
          reduceOnly: true,
          stopLossPrice: order.triggerPrice,
          slTriggerPxType: 'mark',
        };
      case 'take-profit':
        return {
          ...common,
          algoClOrdId: venueId,
          reduceOnly: true,
          takeProfitPrice: order.triggerPrice,
          tpTriggerPxType: 'mark',
        };
    }
  },
  orderOf,
  resting: async (client, { id }) => {
    const calls = callsOf(client);
    const query = { instType: 'SWAP', instId: id };
    const algos = (ordType: string): Promise<readonly Reply[]> =>
      pagesOf(calls.privateGetTradeOrdersAlgoPending, { ...query, ordType }, 'algoId');
    const lists = await Promise.all([
      pagesOf(calls.privateGetTradeOrdersPending, query, 'ordId'),
      algos('conditional'),
      algos('oco'),
      algos('trigger'),
    ]);
    return lists.flat();
  },
  find: async (client, { id }, venueId, kind) => {
    const calls = callsOf(client);
    if (kind === 'ordinary') {
      const [row] = await rowsOf(calls.privateGetTradeOrder({ instId: id, clOrdId: venueId }));
      return row ?? null;
    }
    const [row] = await rowsOf(calls.privateGetTradeOrderAlgo({ algoClOrdId: venueId }));
    if (row === undefined) return null;
    const actualId = row['ordId'];
    if (typeof actualId !== 'string' || actualId === '') return row;
    const [actual] = await rowsOf(calls.privateGetTradeOrder({ instId: id, ordId: actualId }));
    return actual === undefined ? row : withActual(row, actual);
  },
  accepted: async (client, contract, sinceMs) => {
    const calls = callsOf(client);
    const query = { instType: 'SWAP', instId: contract.id };
    const algos = (state: string): Promise<readonly Reply[]> =>
      pagesOf(calls.privateGetTradeOrdersAlgoHistory, { ...query, ordType: 'conditional', state }, 'algoId');
    const lists = await Promise.all([
      OKX.resting(client, contract),
      pagesOf(calls.privateGetTradeOrdersHistory, { ...query, begin: sinceMs }, 'ordId'),
      algos('effective'),
      algos('canceled'),
    ]);
    return lists.flat();
  },
  fundingPayments: async (client, { id }, sinceMs) => {
    const query = { instType: 'SWAP', instId: id, type: FUNDING, begin: sinceMs + 1 };
    const bills = await pagesOf(callsOf(client).privateGetAccountBillsArchive, query, 'billId');
    return bills
      .filter((bill) => bill['instId'] === id)
      .map((bill) => ({
        id: textOf(bill, 'billId'),
        amountUsdt: decimalOf(bill, 'balChg'),
        timeMs: timeOf(bill, 'ts'),
      }));
  },
  forcedKindOf: ({ subType }) => {
    const type = String(subType);
    return LIQUIDATION.test(type) ? 'liquidation' : DELEVERAGING.test(type) ? 'deleveraging' : null;
  },
  cancel: async (client, { symbol, id }, order) => {
    if (order.kind === 'ordinary') await client.cancelOrder(order.venueId, symbol);
    else {
      // This endpoint takes a list, which ccxt passes on as it is.
      const list = [{ algoId: order.venueId, instId: id }] as unknown as Readonly<Record<string, unknown>>;
      await callsOf(client).privatePostTradeCancelAlgos(list);
    }
  },
  accountOf: (balance) => {
    const [account] = objectsOf(balance['data'], 'data');
    const row = objectsOf(objectOf(account, 'account')['details'], 'details').find(
      (each) => each['ccy'] === 'USDT',
    );
    if (row === undefined) return { equityUsdt: 0, availableUsdt: 0 };
    return { equityUsdt: decimalOf(row, 'eq'), availableUsdt: decimalOf(row, 'availEq') };
  },
  heldOf: (raw, { contractSize }) => {
    const [row] = raw.filter((each) => decimalOr0(each, 'pos') !== 0);
    if (row === undefined) return null;
    if (textOf(row, 'posSide') !== 'net') {
      throw settingsDiffer('one-way position mode', 'hedge mode', 'Switch the account to net mode.');
    }
    if (textOf(row, 'mgnMode') !== 'isolated') {
      throw settingsDiffer('an isolated position', 'a cross-margined one', 'Close it or open it isolated.');
    }
    const size = decimalOf(row, 'pos');
    return {
      side: size > 0 ? 1 : -1,
      quantity: Math.abs(size) * contractSize,
      entryPrice: decimalOf(row, 'avgPx'),
      walletUsdt: decimalOf(row, 'margin'),
      venueLiquidationPrice: decimalOr0(row, 'liqPx'),
    };
  },
  permissions: async (client) => {
    const [row] = await rowsOf(callsOf(client).privateGetAccountConfig({}));
    const config = objectOf(row, 'account config');
    const granted = textOf(config, 'perm').split(',');
    return {
      canWithdraw: granted.includes('withdraw'),
      isIpRestricted: typeof config['ip'] === 'string' ? config['ip'] !== '' : null,
      canTradeFutures: granted.includes('trade'),
      expiresMs: null,
    };
  },
  settings: async (client, { id }) => {
    const calls = callsOf(client);
    const [[config], leverages] = await Promise.all([
      rowsOf(calls.privateGetAccountConfig({})),
      rowsOf(calls.privateGetAccountLeverageInfo({ instId: id, mgnMode: 'isolated' })),
    ]);
    const net = objectOf(
      leverages.find((row) => row['posSide'] === 'net' || row['posSide'] === ''),
      'the leverage of net mode',
    );
    return {
      isOneWay: textOf(objectOf(config, 'account config'), 'posMode') === 'net_mode',
      // Each order says it for itself.
      isIsolated: true,
      leverage: parseDecimal(net['lever'], 'lever'),
    };
  },
  setOneWay: (client) => client.setPositionMode(false),
  setIsolated: () => Promise.resolve(),
  setLeverage: (client, { symbol }, leverage) =>
    client.setLeverage(leverage, symbol, { marginMode: 'isolated', posSide: 'net' }),
};
