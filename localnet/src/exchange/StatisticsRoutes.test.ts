import { expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { Exchange } from './Exchange.ts';
import { answer } from './Router.ts';
import { e8, type Json, recordingOf, START_MS } from './test/Scenario.ts';

const BARS = [
  ['10', '10', '10', '10'],
  ['11', '11', '11', '11'],
  ['12', '12', '12', '12'],
] as const;

function rowsOf(exchange: Exchange): Json[] {
  const [path, query] = ['/futures/data/openInterestHist', 'symbol=ICPUSDT&period=5m'];
  const { body } = answer(exchange, { method: 'GET', path, query, body: '', apiKey: undefined });
  return body as Json[];
}

test('the history of open interest is what was recorded by each period’s begin, at the price of then, and nothing later', () => {
  const recording = recordingOf({ bars: BARS });
  const openInterest = [
    { timeMs: START_MS, amountE8: e8('500') },
    { timeMs: START_MS + BAR_MS + 1, amountE8: e8('700') },
  ];
  const market = { ...recording.market, openInterest };
  const exchange = new Exchange({ recording: { ...recording, market } });
  while (exchange.venue.timeMs < START_MS + BAR_MS) exchange.advance('point');
  const two = [
    { timestamp: START_MS, sumOpenInterest: '500', sumOpenInterestValue: '5000' },
    { timestamp: START_MS + BAR_MS, sumOpenInterest: '500', sumOpenInterestValue: '5500' },
  ];
  expect(rowsOf(exchange)).toMatchObject(two);
  while (exchange.venue.timeMs < START_MS + 2 * BAR_MS) exchange.advance('point');
  const third = { timestamp: START_MS + 2 * BAR_MS, sumOpenInterest: '700', sumOpenInterestValue: '8400' };
  expect(rowsOf(exchange)).toMatchObject([...two, third]);
});

test('without a record the volume of the day before each period stands for it', () => {
  const exchange = new Exchange({ recording: recordingOf({ bars: BARS }) });
  while (!exchange.done) exchange.advance('point');
  expect(rowsOf(exchange).map(({ sumOpenInterest }) => sumOpenInterest)).toEqual(['1000', '2000', '3000']);
});
