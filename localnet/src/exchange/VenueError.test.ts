import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExchangeServer } from './ExchangeServer.ts';
import { type RequestFaultKind } from './faults/RequestFault.ts';
import { requestFault } from './faults/FaultSchedule.ts';
import { type Client, connect, connectRerouted } from './test/Client.ts';
import { Desk } from './test/Scenario.ts';

const ICP = 'ICP/USDT:USDT';
const QUIET = ['10', '10', '10', '10'] as const;

describe.each([
  ['pointed at this venue', connect],
  ['rerouted to it by its fetch', connectRerouted],
])('a refusal reaches an unmodified ccxt %s as the class it has in production:', (_name, connectTo) => {
  let desk: Desk;
  let server: ExchangeServer;
  let base: string;
  let client: Client;

  beforeEach(async () => {
    desk = new Desk({ bars: [QUIET, QUIET] });
    server = new ExchangeServer(desk.exchange);
    base = await server.start(0);
    client = connectTo(base);
    await client.loadMarkets();
  });

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const buy = (amount: number, more: Record<string, unknown> = {}) =>
    client.createOrder(ICP, 'market', 'buy', amount, undefined, more);
  const bid = (amount: number, price: number, more: Record<string, unknown> = {}) =>
    client.createOrder(ICP, 'limit', 'buy', amount, price, more);
  const isolate = () => client.setMarginMode('isolated', ICP);
  const twice = async (act: () => Promise<unknown>) => {
    await act();
    return act();
  };
  const stop = () =>
    buy(10)
      .then(() => sellStop())
      .then(() => sellStop());
  const sellStop = () =>
    client.createOrder(ICP, 'market', 'sell', 10, undefined, { stopLossPrice: 9, closePosition: true });
  const fault = (kind: RequestFaultKind, more: Parameters<typeof requestFault>[1] = {}) => {
    const endpoint = 'POST /fapi/v1/order';
    desk.exchange.faults.add(desk.exchange, [{ atMs: 0, fault: requestFault(kind, { endpoint, ...more }) }]);
    return buy(10);
  };
  const stranger = (apiKey: string, apiSecret = 'localnet-secret') => {
    const other = connectTo(base, { apiKey, apiSecret });
    return other.fetchBalance();
  };
  const raw = (call: string, parameters: Record<string, unknown> = {}): Promise<unknown> => {
    const method = (client as unknown as Record<string, (parameters: object) => Promise<unknown>>)[call];
    if (method === undefined) throw new Error(`expected a call ${call}`);
    return method.call(client, parameters);
  };
  const order = (parameters: Record<string, string>) =>
    raw('fapiPrivatePostOrder', { symbol: 'ICPUSDT', side: 'BUY', ...parameters });
  const algo = (parameters: Record<string, string>) =>
    raw('fapiPrivatePostAlgoOrder', {
      symbol: 'ICPUSDT',
      side: 'BUY',
      algoType: 'CONDITIONAL',
      ...parameters,
    });

  test.each<
    readonly [code: number, attempt: () => Promise<unknown>, errorClass: new (...of: never[]) => Error]
  >([
    [-1003, () => fault('rate-limit'), ccxt.DDoSProtection],
    [-1003, () => fault('ban'), ccxt.DDoSProtection],
    [-1007, () => fault('unknown-executed'), ccxt.RequestTimeout],
    [-1007, () => fault('unknown-not-executed'), ccxt.RequestTimeout],
    [-1008, () => fault('overloaded'), ccxt.OperationFailed],
    [-2010, () => fault('refusal', { code: -2010 }), ccxt.InvalidOrder],
    [-2018, () => fault('refusal', { code: -2018 }), ccxt.InsufficientFunds],
    [-4118, () => fault('refusal', { code: -4118 }), ccxt.OperationRejected],
    [-4400, () => fault('refusal', { code: -4400 }), ccxt.PermissionDenied],
    [-1021, () => ((client.options['timeDifference'] = 60_000), client.fetchBalance()), ccxt.InvalidNonce],
    [-1022, () => stranger('localnet', 'wrong'), ccxt.AuthenticationError],
    [-2015, () => stranger('nobody'), ccxt.AuthenticationError],
    [-1102, () => order({ type: 'MARKET' }), ccxt.BadRequest],
    [-1104, () => buy(10, { stopLoss: { triggerPrice: 9 } }), ccxt.BadRequest],
    [-1106, () => order({ type: 'MARKET', quantity: '1', price: '10' }), ccxt.BadRequest],
    [-1111, () => order({ type: 'MARKET', quantity: '1.5' }), ccxt.BadRequest],
    [-1116, () => order({ type: 'ICEBERG', quantity: '1' }), ccxt.BadRequest],
    [-1120, () => raw('fapiPublicGetKlines', { symbol: 'ICPUSDT', interval: '7m' }), ccxt.BadRequest],
    [-1121, () => raw('fapiPublicGetDepth', { symbol: 'NOUSDT' }), ccxt.BadSymbol],
    [-1125, () => raw('fapiPrivatePutListenKey'), ccxt.AuthenticationError],
    [-1130, () => order({ type: 'MARKET', quantity: '1', reduceOnly: 'perhaps' }), ccxt.BadRequest],
    [-2011, () => client.cancelOrder('99', ICP), ccxt.OrderNotFound],
    [-2011, () => client.cancelOrder('99', ICP, { trigger: true }), ccxt.OrderNotFound],
    [-2013, () => client.fetchOrder('99', ICP), ccxt.OrderNotFound],
    [-2019, () => client.setLeverage(2, ICP).then(() => buy(20_000)), ccxt.InsufficientFunds],
    [-2021, () => buy(10, { stopLossPrice: 9 }), ccxt.OrderImmediatelyFillable],
    [-2022, () => buy(10, { reduceOnly: true }), ccxt.InvalidOrder],
    [-2027, () => client.setLeverage(25, ICP).then(() => buy(600)), ccxt.OperationRejected],
    [-4003, () => order({ type: 'MARKET', quantity: '0' }), ccxt.BadRequest],
    [-4005, () => order({ type: 'MARKET', quantity: '99999999' }), ccxt.BadRequest],
    [
      -4014,
      () => order({ type: 'LIMIT', quantity: '10', price: '9.0005', timeInForce: 'GTC' }),
      ccxt.BadRequest,
    ],
    [-4015, () => bid(10, 9, { clientOrderId: 'not a good one' }), ccxt.BadRequest],
    [-4028, () => client.setLeverage(26, ICP), ccxt.BadRequest],
    [-4046, () => twice(isolate), ccxt.MarginModeAlreadySet],
    [-4047, () => bid(10, 9).then(isolate), ccxt.OperationRejected],
    [-4048, () => buy(10).then(isolate), ccxt.OperationRejected],
    [-4059, () => client.setPositionMode(false), ccxt.OperationRejected],
    [-4061, () => order({ type: 'MARKET', quantity: '1', positionSide: 'LONG' }), ccxt.OperationRejected],
    [-4116, () => twice(() => bid(10, 9, { clientOrderId: 'same' })), ccxt.InvalidOrder],
    [-4120, () => order({ type: 'STOP_MARKET', quantity: '1', stopPrice: '9' }), ccxt.ExchangeError],
    [-4130, stop, ccxt.ExchangeError],
    [-4164, () => bid(1, 4.9), ccxt.InvalidOrder],
    [-5021, () => bid(10, 9, { timeInForce: 'FOK' }), ccxt.OrderNotFillable],
    [-5022, () => bid(10, 11, { postOnly: true }), ccxt.OrderNotFillable],
    [-1116, () => algo({ type: 'ICEBERG', triggerPrice: '9', quantity: '1' }), ccxt.BadRequest],
    [-5000, () => raw('fapiPublicGetIndexInfo'), ccxt.ExchangeError],
  ])('%i', async (code, attempt, errorClass) => {
    const failure: unknown = await attempt().catch((error: unknown) => error);
    expect((failure as Error).constructor).toBe(errorClass);
    expect(String(failure)).toContain(`"code":${code}`);
  });

  test('a rate limit carries when to come back', async () => {
    await expect(fault('rate-limit', { retryAfterSeconds: 7 })).rejects.toThrow('429');
    expect(client.last_response_headers).toMatchObject({ 'Retry-After': '7' });
  });
});
