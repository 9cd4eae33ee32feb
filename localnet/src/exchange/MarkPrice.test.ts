import { describe, expect, test } from 'vitest';
import { meanPremiumE8 } from './MarkPrice.ts';
import { Desk, e8, type Ohlc, START_MS } from './test/Scenario.ts';

const QUIET: Ohlc = ['10', '10', '10', '10'];
const noSlip = { stopSlippage: 'none' } as const;
/** Last falls to 9 and comes back; mark only goes to 9.8. */
const WICK: Ohlc = ['10', '10', '9', '10'];
const CALM: Ohlc = ['10', '10', '9.8', '10'];

function desk(more: Partial<ConstructorParameters<typeof Desk>[0]> = {}): Desk {
  const made = new Desk({ bars: [WICK, QUIET], mark: [CALM, QUIET], options: noSlip, ...more });
  made.isolate(5);
  return made;
}

describe('a recorded mark', () => {
  test('sets off stops that work by mark, and a wick of last leaves them alone; by last it is the other way round', () => {
    const it = desk();
    it.market('BUY', '10');
    const byMark = it.algo('STOP_MARKET', 'SELL', '5', '9.5')['algoId'];
    const byLast = it.algo('STOP_MARKET', 'SELL', '5', '9.5', { workingType: 'CONTRACT_PRICE' })['algoId'];
    it.exchange.advance('point');
    expect(it.algoOf(byMark)['algoStatus']).toBe('NEW');
    expect(it.algoOf(byLast)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '9.5' });
  });

  test('moves evenly beside last: a stop that works by it fills at the last price of that moment, on the tick', () => {
    const it = desk();
    it.market('BUY', '10');
    const id = it.algo('STOP_MARKET', 'SELL', '10', '9.867')['algoId'];
    it.exchange.advance('point');
    // Mark has gone .133 of .2 of its way, last therefore .665 of 1.
    expect(it.algoOf(id)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: '9.335' });
  });

  test('decides over liquidation', () => {
    const deep: Ohlc = ['10', '10', '7', '10'];
    const spared = desk({ bars: [deep, QUIET] });
    spared.market('BUY', '100');
    spared.exchange.advance('open');
    expect(spared.list('/fapi/v1/forceOrders')).toEqual([]);
    const struck = desk({ bars: [CALM, QUIET], mark: [deep, QUIET] });
    struck.market('BUY', '100');
    struck.exchange.advance('open');
    expect(struck.list('/fapi/v1/forceOrders')).toHaveLength(1);
  });

  test('is what premium index, positions and funding are by, and has klines of its own', () => {
    const it = desk({
      bars: [WICK, QUIET],
      mark: [CALM, ['10.2', '10.2', '10.2', '10.2']],
      funding: [{ timeMs: START_MS + 300_000, rateE8: e8('0.01') }],
    });
    it.market('BUY', '100');
    it.exchange.advance('point');
    expect(it.public('/fapi/v1/premiumIndex', { symbol: 'ICPUSDT' })).toMatchObject({ markPrice: '9.8' });
    const query = { symbol: 'ICPUSDT', interval: '5m' };
    const klines = it.public('/fapi/v1/markPriceKlines', query) as unknown as string[][];
    expect(klines[0]?.slice(1, 5)).toEqual(['10', '10', '9.8', '9.8']);
    expect(it.position()).toMatchObject({ markPrice: '9.8', unRealizedProfit: '-20' });
    it.exchange.advance('open');
    // 100 × 10.2 × .01
    expect(it.list('/fapi/v1/income', { incomeType: 'FUNDING_FEE' })).toMatchObject([{ income: '-10.2' }]);
  });
});

describe('a mark that follows from the index', () => {
  test('is the median of carried index, index with the mean premium of half a minute, and last', () => {
    const it = new Desk({
      bars: [['10', '10', '9', '9'], QUIET],
      index: [['10', '10', '9.9', '9.9'], QUIET],
      options: noSlip,
    });
    it.isolate(5);
    it.market('BUY', '1');
    it.exchange.advance('point');
    // After 100 s: index 9.9, last 9; the premium went evenly from 0 to −.9, over the last 30 s from −.63: mean −.765.
    expect(it.position()['markPrice']).toBe('9.135');
  });

  test('leans on the funding that is still to come', () => {
    const settled = [{ timeMs: START_MS, rateE8: e8('0.008') }];
    const it = new Desk({ bars: [['10', '12', '10', '10'], QUIET], index: [QUIET, QUIET], funding: settled });
    it.market('SELL', '1');
    it.exchange.advance('point');
    it.exchange.advance('point');
    // After 200 s last is back at 10, below the index with the mean premium of .3: between them lies the carried index,
    // 10 × (1 + .008 × 7.944444 h / 8 h).
    expect(it.position()['markPrice']).toBe('10.0794444');
  });
});

describe('the mean premium', () => {
  test('of a premium that stands still is that premium, however long ago it was noted', () => {
    expect(meanPremiumE8([{ timeMs: 0, premiumE8: 7n }], 1_000_000)).toBe(7n);
    expect(
      meanPremiumE8(
        [
          { timeMs: 0, premiumE8: 7n },
          { timeMs: 100_000, premiumE8: 7n },
        ],
        100_000,
      ),
    ).toBe(7n);
  });
});
