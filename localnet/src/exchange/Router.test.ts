import { describe, expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { answer } from './Router.ts';
import { LOCAL_CREDENTIALS, sign } from './Signature.ts';
import { Desk, START_MS } from './test/Scenario.ts';

const QUIET = ['10', '10', '10', '10'] as const;
const ICP = { symbol: 'ICPUSDT' };

function desk(): Desk {
  const made = new Desk({ bars: [['10', '11', '9.5', '10'], QUIET, QUIET] });
  made.isolate(5);
  return made;
}

describe('the account', () => {
  test('shows the same money in every version', () => {
    const it = desk();
    it.market('BUY', '100');
    const [v2, v3] = [it.call('GET', '/fapi/v2/account'), it.call('GET', '/fapi/v3/account')];
    const money = [
      'totalWalletBalance',
      'totalMarginBalance',
      'availableBalance',
      'totalInitialMargin',
      'totalMaintMargin',
    ];
    for (const name of money) expect(v2[name]).toBe(v3[name]);
    expect(v3).toMatchObject({
      totalWalletBalance: '9999.5',
      availableBalance: '9799.5',
      totalInitialMargin: '200',
    });
    for (const version of ['v2', 'v3']) {
      expect(it.list(`/fapi/${version}/balance`)).toMatchObject([
        { asset: 'USDT', balance: '9999.5', availableBalance: '9799.5' },
      ]);
    }
    expect(v2['positions']).toHaveLength(2);
    expect(v3['positions']).toMatchObject([{ symbol: 'ICPUSDT', positionAmt: '100', isolatedWallet: '200' }]);
    expect(it.list('/fapi/v2/positionRisk')).toHaveLength(2);
    expect(it.list('/fapi/v3/positionRisk')).toHaveLength(1);
  });

  test('counts unrealised profit at mark', () => {
    const it = desk();
    it.market('SELL', '100');
    it.exchange.advance('point');
    expect(it.call('GET', '/fapi/v3/account')).toMatchObject({
      totalUnrealizedProfit: '-100',
      totalWalletBalance: '9999.5',
    });
    expect(it.list('/fapi/v3/positionRisk')[0]).toMatchObject({
      unRealizedProfit: '-100',
      isolatedMargin: '100',
      notional: '-1100',
    });
  });

  test('filters its income by type, symbol and time', () => {
    const it = desk();
    it.market('BUY', '100');
    it.exchange.advance('open');
    it.market('SELL', '50', { reduceOnly: 'true' });
    expect(it.list('/fapi/v1/income').map(({ incomeType }) => incomeType)).toEqual([
      'TRANSFER',
      'COMMISSION',
      'COMMISSION',
    ]);
    expect(
      it.list('/fapi/v1/income', { incomeType: 'COMMISSION', startTime: String(START_MS + 1) }),
    ).toHaveLength(1);
    expect(it.list('/fapi/v1/income', { symbol: 'ETHUSDT' })).toEqual([]);
    expect(it.list('/fapi/v1/income', { limit: '1' })).toMatchObject([{ time: START_MS + BAR_MS }]);
    expect(it.list('/fapi/v1/income', { startTime: '0', limit: '1' })).toMatchObject([
      { incomeType: 'TRANSFER' },
    ]);
  });
});

describe('settings', () => {
  test('of margin type are refused while a position or an order is open', () => {
    const it = desk();
    const cross = () => it.call('POST', '/fapi/v1/marginType', { ...ICP, marginType: 'CROSSED' });
    const { orderId } = it.limit('BUY', '10', '9');
    expect(cross()).toMatchObject({ code: -4047 });
    it.call('DELETE', '/fapi/v1/order', { ...ICP, orderId: String(orderId) });
    it.market('BUY', '10');
    expect(cross()).toMatchObject({ code: -4048 });
    it.market('SELL', '10');
    expect(cross()).toMatchObject({ code: 200 });
    expect(cross()).toMatchObject({ code: -4046 });
  });

  test('of leverage may rise but not fall under an isolated position, nor below what its size allows', () => {
    const it = desk();
    const set = (leverage: string) => it.call('POST', '/fapi/v1/leverage', { ...ICP, leverage });
    it.market('BUY', '1000');
    expect(set('4')).toMatchObject({ code: -4161 });
    expect(set('20')).toMatchObject({ leverage: 20, maxNotionalValue: '25000' });
    expect(set('25')).toMatchObject({ code: -2027 });
    expect(set('0')).toMatchObject({ code: -4028 });
  });

  test('that are not modelled are refused, those in force need no change', () => {
    const it = desk();
    const dual = (dualSidePosition: string) =>
      it.call('POST', '/fapi/v1/positionSide/dual', { dualSidePosition });
    expect([dual('true'), dual('false')]).toMatchObject([{ code: -1130 }, { code: -4059 }]);
    const multi = (multiAssetsMargin: string) =>
      it.call('POST', '/fapi/v1/multiAssetsMargin', { multiAssetsMargin });
    expect([multi('true'), multi('false')]).toMatchObject([{ code: -1130 }, { code: -4171 }]);
    expect(it.call('GET', '/fapi/v1/multiAssetsMargin')).toEqual({ multiAssetsMargin: false });
  });

  test('of isolated margin move money between wallet and position within what is spare', () => {
    const it = desk();
    const move = (type: '1' | '2', amount: string) =>
      it.call('POST', '/fapi/v1/positionMargin', { ...ICP, type, amount });
    expect(move('1', '10')).toMatchObject({ code: -4051 });
    it.market('BUY', '100');
    const before = it.position();
    expect(move('1', '50')).toMatchObject({ code: 200 });
    expect(it.position()['isolatedWallet']).toBe('250');
    expect(Number(it.position()['liquidationPrice'])).toBeLessThan(Number(before['liquidationPrice']));
    expect(move('2', '51')).toMatchObject({ code: -4051 });
    expect(move('2', '50')).toMatchObject({ code: 200 });
    expect(it.position()).toEqual(before);
    expect(move('1', '-1')).toMatchObject({ code: -1102 });
  });
});

describe('a word that the venue does not know', () => {
  const LIMIT = { ...ICP, side: 'BUY', type: 'LIMIT', quantity: '10', price: '9', timeInForce: 'GTC' };
  test.each([
    [{ timeInForce: 'FOREVER' }, -1115, 'Invalid timeInForce.'],
    [{ type: 'ICEBERG' }, -1116, "Invalid orderType 'ICEBERG'."],
    [{ side: 'HOLD' }, -1117, 'Invalid side.'],
    [{ newOrderRespType: 'FULL' }, -1136, 'Invalid newOrderRespType.'],
    [{ price: '0' }, -4001, 'Price less than or equal to zero.'],
    [{ quantity: '0' }, -4003, 'Quantity less than or equal to zero.'],
  ])('(%j) is refused by its own code, and nothing is placed', (more, code, msg) => {
    const it = desk();
    expect(it.call('POST', '/fapi/v1/order', { ...LIMIT, ...more })).toEqual({ code, msg });
    expect(it.list('/fapi/v1/openOrders')).toEqual([]);
  });

  test('is refused in the venue’s words, and a header says what was expected', () => {
    const it = desk();
    const query = 'symbol=ICPUSDT&period=7m';
    const path = '/futures/data/openInterestHist';
    const reply = answer(it.exchange, { method: 'GET', path, query, body: '', apiKey: undefined });
    expect(reply.body).toEqual({ code: -1130, msg: "Data sent for parameter 'period' is not valid." });
    expect(reply.headers['X-Localnet-Hint']).toContain('expected 5m, 15m');
    expect(it.control('POST', '/localnet/v1/market/advance', { to: 'noon' })['msg']).toContain(
      "expected POINT or OPEN, got 'noon'",
    );
  });

  test('(a number of levels) is refused', () => {
    expect(desk().public('/fapi/v1/depth', { ...ICP, limit: '7' })).toEqual({
      code: -4021,
      msg: '7 is not valid depth limit.',
    });
  });
});

describe('public endpoints', () => {
  const paths = [
    '/fapi/v1/ping',
    '/fapi/v1/ticker/24hr',
    '/fapi/v1/ticker/bookTicker',
    '/fapi/v1/ticker/price',
    '/fapi/v1/premiumIndex',
    '/fapi/v1/fundingInfo',
    '/fapi/v1/exchangeInfo',
    '/fapi/v1/fundingRate',
    '/fapi/v1/symbolAdlRisk',
    '/sapi/v1/system/status',
  ];
  test.each(paths)('%s answers without a symbol', (path) => {
    const reply = answer(desk().exchange, { method: 'GET', path, query: '', body: '', apiKey: undefined });
    expect(reply.status).toBe(200);
    expect(JSON.stringify(reply.body)).not.toContain('null');
  });

  test('refuse an unknown symbol and a missing one', () => {
    const ask = (query: string) =>
      answer(desk().exchange, { method: 'GET', path: '/fapi/v1/klines', query, body: '', apiKey: undefined })
        .body;
    expect(ask('symbol=BTCUSDT&interval=5m')).toMatchObject({ code: -1121 });
    expect(ask('interval=5m')).toMatchObject({ code: -1102 });
    expect(ask('symbol=ICPUSDT&interval=5m&limit=x')).toMatchObject({ code: -1102 });
  });
});

describe('a signed request', () => {
  const { apiKey, apiSecret } = LOCAL_CREDENTIALS;
  const ask = (text: string, signature = sign(text, apiSecret), key: string | undefined = apiKey) =>
    answer(new Desk({ bars: [QUIET, QUIET], options: { now: () => 1_000_000 } }).exchange, {
      method: 'GET',
      path: '/fapi/v3/account',
      query: `${text}&signature=${signature}`,
      body: '',
      apiKey: key,
    });

  test('is judged by wall time: at most a second ahead, at most its window old', () => {
    expect(ask('timestamp=1001000').status).toBe(200);
    expect(ask('timestamp=1001001').body).toEqual({
      code: -1021,
      msg: "Timestamp for this request was 1000ms ahead of the server's time.",
    });
    expect(ask('timestamp=995000').status).toBe(200);
    expect(ask('timestamp=994999').body).toEqual({
      code: -1021,
      msg: 'Timestamp for this request is outside of the recvWindow.',
    });
    expect(ask('timestamp=994999&recvWindow=6000').status).toBe(200);
    expect(ask('timestamp=1000000&recvWindow=60001').body).toMatchObject({ code: -1131 });
    expect(ask('timestamp=1000000&recvWindow=much').body).toMatchObject({ code: -1102 });
    expect(ask('recvWindow=5000').body).toMatchObject({ code: -1102 });
  });

  test('with a signature of other text, or one of another length, is refused', () => {
    expect(ask('timestamp=1000000', sign('timestamp=1000001', apiSecret)).body).toMatchObject({
      code: -1022,
    });
    expect(ask('timestamp=1000000', 'ab').body).toMatchObject({ code: -1022 });
  });

  test('without the key is refused before anything is read', () => {
    expect(ask('timestamp=1000000', undefined, 'other')).toMatchObject({
      status: 401,
      body: { code: -2015 },
    });
  });

  test('with a parameter twice, or one that the endpoint does not read, is refused', () => {
    expect(ask('timestamp=1000000&recvWindow=1&recvWindow=2').body).toMatchObject({ code: -1101 });
    const { body, headers } = ask('timestamp=1000000&colour=blue&größe=1');
    expect(body).toEqual({
      code: -1104,
      msg: "Not all sent parameters were read; read '2' parameter(s) but was sent '4'.",
    });
    expect(headers['X-Localnet-Hint']).toBe('not read: colour, gr??e');
  });
});
