import { describe, expect, test } from 'vitest';
import { Desk, e8, type Ohlc, START_MS } from './test/Scenario.ts';

const QUIET: Ohlc = ['10', '10', '10', '10'];
const noSlip = { stopSlippage: 'none' } as const;
const ICP = { symbol: 'ICPUSDT' };

function desk(...bars: readonly Ohlc[]): Desk {
  const made = new Desk({ bars: [...bars, QUIET, QUIET], options: noSlip });
  made.isolate(5);
  return made;
}

function trail(
  it: Desk,
  side: 'BUY' | 'SELL',
  more: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return it.call('POST', '/fapi/v1/algoOrder', {
    algoType: 'CONDITIONAL',
    ...ICP,
    side,
    type: 'TRAILING_STOP_MARKET',
    quantity: '10',
    reduceOnly: 'true',
    workingType: 'CONTRACT_PRICE',
    ...more,
  });
}

const orderOf = (it: Desk, orderId: unknown) =>
  it.call('GET', '/fapi/v1/order', { ...ICP, orderId: String(orderId) });

describe('a trailing stop', () => {
  test('follows the price up and fires when it comes back by its rate', () => {
    const it = desk(['10', '11', '10', '10.2']);
    it.market('BUY', '10');
    const id = trail(it, 'SELL', { callbackRate: '5' })['algoId'];
    it.exchange.advance('open');
    // 5 % below the high of 11.
    expect(it.algoOf(id)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '10.45', callbackRate: '5' });
  });

  test('of a short follows the price down', () => {
    const it = desk(['10', '10', '9', '9.8']);
    it.market('SELL', '10');
    const id = trail(it, 'BUY', { callbackRate: '5' })['algoId'];
    it.exchange.advance('open');
    expect(it.algoOf(id)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '9.45' });
  });

  test('sleeps until its activation price, and is refused one that lies behind', () => {
    const it = desk(['10', '10.4', '9', '9.5'], ['9.5', '11', '9.5', '10.3']);
    it.market('BUY', '10');
    const id = trail(it, 'SELL', { callbackRate: '5', activationPrice: '10.5' })['algoId'];
    expect(trail(it, 'SELL', { callbackRate: '5', activationPrice: '9.9' })).toMatchObject({ code: -4135 });
    it.exchange.advance('open');
    expect(it.algoOf(id)['algoStatus']).toBe('NEW');
    it.exchange.advance('open');
    expect(it.algoOf(id)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '10.45' });
  });

  test('jumped by a gap fires at the open', () => {
    const it = desk(['10', '11', '10', '11'], ['10', '10', '10', '10']);
    it.market('BUY', '10');
    const id = trail(it, 'SELL', { callbackRate: '5' })['algoId'];
    it.exchange.advance('open');
    expect(it.algoOf(id)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '10' });
  });

  test.each(['0.05', '20.1', 'much'])('with a callback rate of %s is refused', (callbackRate) => {
    const it = desk();
    it.market('BUY', '10');
    expect(trail(it, 'SELL', { callbackRate })).toMatchObject({ code: -1130 });
  });

  test.each(['0.1', '20'])('may come back by %s %%', (callbackRate) => {
    const it = desk();
    it.market('BUY', '10');
    expect(trail(it, 'SELL', { callbackRate })).toMatchObject({ algoStatus: 'NEW', callbackRate });
  });
});

describe('a conditional limit order', () => {
  test('rests at its limit once triggered, and fills there as maker when the price comes back', () => {
    const it = desk(['10', '10', '9', '9.6'], ['9.6', '9.9', '9.6', '9.9']);
    it.market('BUY', '10');
    const id = it.algo('STOP', 'SELL', '10', '9.5', { price: '9.8' })['algoId'];
    it.exchange.advance('point');
    const { algoStatus, actualOrderId, updateTime } = it.algoOf(id);
    expect(algoStatus).toBe('TRIGGERED');
    expect(orderOf(it, actualOrderId)).toMatchObject({ type: 'LIMIT', status: 'NEW', price: '9.8' });
    it.exchange.advance('open');
    it.exchange.advance('open');
    expect(orderOf(it, actualOrderId)).toMatchObject({ status: 'FILLED', avgPrice: '9.8' });
    const filled = it.algoOf(id);
    expect(filled).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '9.8' });
    expect(Number(filled['updateTime'])).toBeGreaterThan(Number(updateTime));
  });

  test('that was triggered is finished when the order it became is cancelled', () => {
    const it = desk(['10', '10', '9', '9.6'], ['9.6', '9.9', '9.6', '9.9']);
    it.market('BUY', '10');
    const id = it.algo('STOP', 'SELL', '10', '9.5', { price: '9.8' })['algoId'];
    it.exchange.advance('point');
    const orderId = String(it.algoOf(id)['actualOrderId']);
    expect(it.call('DELETE', '/fapi/v1/algoOrder', { algoId: String(id) })).toMatchObject({ code: -2011 });
    it.call('DELETE', '/fapi/v1/order', { ...ICP, orderId });
    expect(it.algoOf(id)['algoStatus']).toBe('FINISHED');
  });

  test('fills at once where its limit allows, and needs a price', () => {
    const it = desk(['10', '10', '9', '9.6']);
    it.market('BUY', '10');
    const id = it.algo('STOP', 'SELL', '10', '9.5', { price: '9.4' })['algoId'];
    expect(it.algo('TAKE_PROFIT', 'SELL', '10', '11')).toMatchObject({ code: -1102 });
    it.exchange.advance('point');
    expect(it.algoOf(id)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '9.5' });
  });
});

describe('price protection', () => {
  const wick: Ohlc = ['10', '10', '8', '10'];
  test('rejects a stop that would fire while mark and last are more than 15 % apart', () => {
    const it = new Desk({ bars: [wick, QUIET], mark: [QUIET, QUIET], options: noSlip });
    it.isolate(5);
    it.market('BUY', '20');
    const contract = { workingType: 'CONTRACT_PRICE' };
    const guarded = it.algo('STOP_MARKET', 'SELL', '10', '8.4', { ...contract, priceProtect: 'TRUE' })[
      'algoId'
    ];
    const near = it.algo('STOP_MARKET', 'SELL', '5', '8.6', { ...contract, priceProtect: 'TRUE' })['algoId'];
    const bare = it.algo('STOP_MARKET', 'SELL', '5', '8.3', contract)['algoId'];
    it.exchange.advance('point');
    expect([guarded, near, bare].map((id) => it.algoOf(id)['algoStatus'])).toEqual([
      'REJECTED',
      'FINISHED',
      'FINISHED',
    ]);
  });
});

describe('an order good till a date', () => {
  const till = START_MS + 640_000;
  test('expires at that market time, before a price that comes later could fill it', () => {
    const it = desk(QUIET, QUIET, ['10', '10', '9', '9']);
    const gtd = { timeInForce: 'GTD', goodTillDate: String(till) };
    const { orderId } = it.limit('BUY', '10', '9.5', gtd);
    for (let i = 0; i < 3; i++) it.exchange.advance('open');
    expect(orderOf(it, orderId)).toMatchObject({ status: 'EXPIRED', goodTillDate: till });
    // In the third bar the price is at 9.9 after 10 s and at 9.5 after 50 s; the orders live 40 s into it.
    const later = desk(QUIET, QUIET, ['10', '10', '9', '9']);
    const kept = later.limit('BUY', '10', '9.9', gtd)['orderId'];
    for (let i = 0; i < 3; i++) later.exchange.advance('open');
    expect(orderOf(later, kept)['status']).toBe('FILLED');
  });

  test('must be more than ten minutes ahead', () => {
    const it = desk();
    const early = { timeInForce: 'GTD', goodTillDate: String(START_MS + 600_000) };
    expect(it.limit('BUY', '10', '9.5', early)).toMatchObject({ code: -5040 });
    expect(it.limit('BUY', '10', '9.5', { timeInForce: 'GTD' })).toMatchObject({ code: -1102 });
    expect(it.limit('BUY', '10', '9.5', { goodTillDate: String(till) })).toMatchObject({ code: -1106 });
  });
});

describe('the countdown', () => {
  const wind = (it: Desk, countdownTime: string) =>
    it.call('POST', '/fapi/v1/countdownCancelAll', { ...ICP, countdownTime });

  test('cancels the plain orders of the symbol when it runs out, and leaves conditional ones alive', () => {
    const it = desk();
    it.market('BUY', '10');
    const { orderId } = it.limit('BUY', '10', '9');
    const stop = it.algo('STOP_MARKET', 'SELL', '10', '9.5')['algoId'];
    expect(wind(it, '120000')).toEqual({ symbol: 'ICPUSDT', countdownTime: '120000' });
    it.exchange.advance('point');
    expect(orderOf(it, orderId)['status']).toBe('NEW');
    it.exchange.advance('point');
    expect(orderOf(it, orderId)).toMatchObject({ status: 'CANCELED', updateTime: START_MS + 120_000 });
    expect(it.algoOf(stop)['algoStatus']).toBe('NEW');
  });

  test('is wound up again by a heartbeat and stopped by 0', () => {
    const it = desk();
    const { orderId } = it.limit('BUY', '10', '9');
    wind(it, '120000');
    it.exchange.advance('point');
    wind(it, '120000');
    it.exchange.advance('point');
    expect(orderOf(it, orderId)['status']).toBe('NEW');
    wind(it, '0');
    it.exchange.advance('open');
    expect(orderOf(it, orderId)['status']).toBe('NEW');
  });
});

describe('an amendment', () => {
  const amend = (it: Desk, orderId: unknown, quantity: string, price: string) =>
    it.call('PUT', '/fapi/v1/order', { ...ICP, orderId: String(orderId), side: 'BUY', quantity, price });

  test('changes price and quantity under the same id, and the margin that is bound', () => {
    const it = desk();
    const { orderId } = it.limit('BUY', '100', '9');
    expect(amend(it, orderId, '200', '9.5')).toMatchObject({
      orderId,
      price: '9.5',
      origQty: '200',
      status: 'NEW',
    });
    // 200 × 9.5 / 5 and .05 %
    expect(it.call('GET', '/fapi/v3/account')['totalOpenOrderInitialMargin']).toBe('380.95');
    expect(amend(it, orderId, '100', '10')).toMatchObject({ status: 'FILLED', avgPrice: '10' });
    expect(amend(it, orderId, '100', '9')).toMatchObject({ code: -2013 });
  });

  test('that changes nothing, asks too much or is of an unknown order is refused and leaves the order as it was', () => {
    const it = desk();
    const { orderId } = it.limit('BUY', '100', '9');
    const before = orderOf(it, orderId);
    expect(amend(it, orderId, '100', '9')).toMatchObject({ code: -5027 });
    expect(amend(it, orderId, '900000', '9')).toMatchObject({ code: -2027 });
    expect(amend(it, orderId, '9000', '9')).toMatchObject({ code: -2019 });
    expect(amend(it, orderId, '100', '9.0005')).toMatchObject({ code: -4014 });
    expect(amend(it, orderId, '100', '12')).toMatchObject({ code: -4016 });
    expect(amend(it, 1, '100', '9')).toMatchObject({ code: -2013 });
    expect(orderOf(it, orderId)).toEqual(before);
  });
});

describe('limits of the venue', () => {
  test('keep prices within 15 % of mark on the taker’s side', () => {
    const it = desk();
    expect(it.limit('BUY', '10', '11.501')).toMatchObject({ code: -4016 });
    expect(it.limit('BUY', '10', '5')).toMatchObject({ status: 'NEW' });
    expect(it.limit('SELL', '10', '8.499')).toMatchObject({ code: -4024 });
  });

  test('hold a market order back when last itself is further than that from mark', () => {
    const it = new Desk({ bars: [['8', '8', '8', '8'], QUIET], mark: [QUIET, QUIET], options: noSlip });
    expect(it.market('SELL', '10')).toMatchObject({ code: -4131 });
    expect(it.market('BUY', '10')).toMatchObject({ status: 'FILLED' });
  });

  test('are 200 open orders of a symbol and 200 conditional ones in all', () => {
    const it = new Desk({ bars: [QUIET, QUIET], options: { walletE8: e8('1000000') } });
    for (let i = 0; i < 200; i++) it.limit('BUY', '1', '9');
    expect(it.limit('BUY', '1', '9')).toMatchObject({ code: -2025 });
    const eth = { symbol: 'ETHUSDT', price: '2900' };
    expect(it.limit('BUY', '1', '2900', eth)).toMatchObject({ status: 'NEW' });
    it.market('BUY', '10');
    for (let i = 0; i < 200; i++) it.algo('STOP_MARKET', 'SELL', '1', '9');
    expect(it.algo('STOP_MARKET', 'SELL', '1', '9')).toMatchObject({ code: -4045 });
  });
});
