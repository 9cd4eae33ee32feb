import { describe, expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { Desk, START_MS } from './test/Scenario.ts';

const QUIET = ['10', '10', '10', '10'] as const;
const noSlip = { stopSlippage: 'none' } as const;

describe('a stop', () => {
  test('fires at its trigger inside a bar and slips by the model against the trader', () => {
    // Range 1.2: a tenth of it, .12, is more than 5 bp.
    const desk = new Desk({ bars: [['10', '10.2', '9', '9.1'], QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const id = desk.algo('STOP_MARKET', 'SELL', '10', '9.5')['algoId'];
    desk.exchange.advance('point');
    expect(desk.algoOf(id)['actualPrice']).toBe('9.38');
  });

  test('slips by at least 5 bp, rounded to the tick against the trader', () => {
    const desk = new Desk({ bars: [['10', '10', '9.89', '9.9'], QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const id = desk.algo('STOP_MARKET', 'SELL', '10', '9.951')['algoId'];
    desk.exchange.advance('point');
    // max(5 bp of 9.951, .011) = .011
    expect(desk.algoOf(id)['actualPrice']).toBe('9.94');
    const flat = new Desk({ bars: [['100', '100', '99.9', '99.9'], QUIET] });
    flat.isolate(2);
    flat.market('BUY', '10');
    const other = flat.algo('STOP_MARKET', 'SELL', '10', '99.991')['algoId'];
    flat.exchange.advance('point');
    // 5 bp of 99.991 = .0499955: 99.9410045 goes down to the tick.
    expect(flat.algoOf(other)['actualPrice']).toBe('99.941');
  });

  test('never slips beyond the bar’s adverse extreme', () => {
    const desk = new Desk({ bars: [['10', '12', '9.49', '11'], QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const id = desk.algo('STOP_MARKET', 'SELL', '10', '9.5')['algoId'];
    desk.exchange.advance('point');
    expect(desk.algoOf(id)['actualPrice']).toBe('9.49');
  });

  test.each([
    ['long', 'BUY', 'SELL', '9.5', ['9.2', '9.3', '9.1', '9.2'], '9.2'],
    ['short', 'SELL', 'BUY', '10.5', ['10.8', '10.9', '10.7', '10.8'], '10.8'],
  ] as const)('of a %s jumped by a gap fills at the open', (_, entry, exit, trigger, gapped, price) => {
    const desk = new Desk({ bars: [QUIET, gapped, QUIET], options: noSlip });
    desk.isolate(2);
    desk.market(entry, '10');
    const id = desk.algo('STOP_MARKET', exit, '10', trigger)['algoId'];
    desk.exchange.advance('open');
    expect(desk.algoOf(id)).toMatchObject({
      algoStatus: 'FINISHED',
      actualPrice: price,
      triggerTime: START_MS + BAR_MS,
    });
  });

  test('jumped by a gap slips from the open, as the model says', () => {
    const desk = new Desk({ bars: [QUIET, ['9.2', '9.3', '9.1', '9.2'], QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const id = desk.algo('STOP_MARKET', 'SELL', '10', '9.5')['algoId'];
    desk.exchange.advance('open');
    // A tenth of the range, .02, is more than 5 bp of 9.2.
    expect(desk.algoOf(id)['actualPrice']).toBe('9.18');
  });

  test('becomes a reduce-only market order under an id of its own, trimmed to the position', () => {
    const desk = new Desk({ bars: [['10', '10', '9', '9'], QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const placed = desk.algo('STOP_MARKET', 'SELL', '25', '9.5');
    expect(placed['algoStatus']).toBe('NEW');
    desk.exchange.advance('point');
    const { actualOrderId, algoId } = desk.algoOf(placed['algoId']);
    expect(actualOrderId).not.toBe(String(algoId));
    const order = desk.call('GET', '/fapi/v1/order', { symbol: 'ICPUSDT', orderId: String(actualOrderId) });
    expect(order).toMatchObject({ type: 'MARKET', reduceOnly: true, executedQty: '10', status: 'FILLED' });
    expect(desk.position()['positionAmt']).toBe('0');
  });

  test('without a position left expires when it is reached; one that would open without margin is rejected', () => {
    const desk = new Desk({ bars: [QUIET, ['10', '10', '9', '9'], QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const stop = desk.algo('STOP_MARKET', 'SELL', '10', '9.5')['algoId'];
    desk.market('SELL', '10');
    const opening = desk.algo('STOP_MARKET', 'SELL', '4000', '9.4', { reduceOnly: 'false' })['algoId'];
    desk.exchange.advance('open');
    desk.exchange.advance('open');
    expect(desk.algoOf(stop)['algoStatus']).toBe('EXPIRED');
    expect(desk.algoOf(opening)['algoStatus']).toBe('REJECTED');
    expect(desk.position()['positionAmt']).toBe('0');
  });
});

describe('a take-profit', () => {
  test('fills at its trigger, even where a gap would have given more', () => {
    const desk = new Desk({ bars: [QUIET, ['11', '11', '11', '11'], QUIET] });
    desk.isolate(2);
    desk.market('BUY', '10');
    const id = desk.algo('TAKE_PROFIT_MARKET', 'SELL', '10', '10.5')['algoId'];
    desk.exchange.advance('open');
    expect(desk.algoOf(id)['actualPrice']).toBe('10.5');
  });

  test('of a part leaves the rest with its share of the margin and the same liquidation price', () => {
    const desk = new Desk({ bars: [['10', '11', '10', '11'], QUIET] });
    desk.isolate(5);
    desk.market('BUY', '30');
    const before = desk.position();
    desk.algo('TAKE_PROFIT_MARKET', 'SELL', '10', '10.6');
    desk.exchange.advance('open');
    expect(before['isolatedWallet']).toBe('60');
    expect(desk.position()).toMatchObject({
      positionAmt: '20',
      isolatedWallet: '40',
      entryPrice: '10',
      liquidationPrice: before['liquidationPrice'],
    });
    expect(desk.list('/fapi/v1/income', { incomeType: 'REALIZED_PNL' })[0]).toMatchObject({ income: '6' });
  });
});
