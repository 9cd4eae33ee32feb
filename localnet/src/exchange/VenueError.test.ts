import ccxt, { type Exchange as Client } from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExchangeServer } from './ExchangeServer.ts';
import { connect } from './test/Client.ts';
import { Desk } from './test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const QUIET = ['10', '10', '10', '10'] as const;

let server: ExchangeServer;
let client: Client;

beforeEach(async () => {
  server = new ExchangeServer(new Desk({ bars: [QUIET, QUIET] }).exchange);
  client = connect(await server.start(0));
});

afterEach(async () => {
  await client.close();
  await server.close();
});

describe('a refusal', () => {
  const buy = (amount: number, more: Record<string, unknown> = {}) =>
    client.createOrder(ICP, 'market', 'buy', amount, undefined, more);
  const bid = (amount: number, price: number, more: Record<string, unknown> = {}) =>
    client.createOrder(ICP, 'limit', 'buy', amount, price, more);
  test.each([
    ['-2019', () => client.setLeverage(2, ICP).then(() => buy(20_000)), ccxt.InsufficientFunds],
    ['-2027', () => client.setLeverage(25, ICP).then(() => buy(600)), ccxt.OperationRejected],
    ['-4028', () => client.setLeverage(26, ICP), ccxt.BadRequest],
    ['-4164', () => bid(1, 4), ccxt.InvalidOrder],
    ['-2021', () => buy(10, { stopLossPrice: 9 }), ccxt.OrderImmediatelyFillable],
    ['-2022', () => buy(10, { reduceOnly: true }), ccxt.InvalidOrder],
    ['-5022', () => bid(10, 11, { postOnly: true }), ccxt.OrderNotFillable],
    ['-5021', () => bid(10, 9, { timeInForce: 'FOK' }), ccxt.OrderNotFillable],
    ['-2011', () => client.cancelOrder('99', ICP), ccxt.OrderNotFound],
    ['-2013', () => client.fetchOrder('99', ICP), ccxt.OrderNotFound],
    ['-2011', () => client.cancelOrder('99', ICP, { trigger: true }), ccxt.OrderNotFound],
    ['-1104', () => buy(10, { stopLoss: { triggerPrice: 9 } }), ccxt.BadRequest],
    ['-4120', () => raw('Order', { type: 'STOP_MARKET', quantity: '1', stopPrice: '9' }), ccxt.ExchangeError],
    [
      '-4014',
      () => raw('Order', { type: 'LIMIT', quantity: '10', price: '9.0005', timeInForce: 'GTC' }),
      ccxt.BadRequest,
    ],
    ['-1111', () => raw('Order', { type: 'MARKET', quantity: '1.5' }), ccxt.BadRequest],
    ['-4003', () => raw('Order', { type: 'MARKET', quantity: '0' }), ccxt.ExchangeError],
    [
      '-4061',
      () => raw('Order', { type: 'MARKET', quantity: '1', positionSide: 'LONG' }),
      ccxt.OperationRejected,
    ],
    ['-1102', () => raw('Order', { type: 'MARKET' }), ccxt.BadRequest],
    [
      '-1116',
      () => raw('AlgoOrder', { algoType: 'CONDITIONAL', type: 'STOP', triggerPrice: '9', quantity: '1' }),
      ccxt.BadRequest,
    ],
  ] as const)(
    '%s reaches an unmodified ccxt as the class it has in production',
    async (code, attempt, errorClass) => {
      await client.loadMarkets();
      const failure: unknown = await attempt().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(errorClass);
      expect(String(failure)).toContain(code);
    },
  );

  function raw(endpoint: 'Order' | 'AlgoOrder', parameters: Record<string, string>): Promise<unknown> {
    const call = (client as unknown as Record<string, (parameters: object) => Promise<unknown>>)[
      `fapiPrivatePost${endpoint}`
    ];
    return call === undefined
      ? Promise.reject(new Error('no such call'))
      : call.call(client, { symbol: 'ICPUSDT', side: 'BUY', ...parameters });
  }
});
