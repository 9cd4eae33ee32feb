import { describe, expect, test } from 'vitest';
import { BAR_MS } from '../market/Bar.ts';
import { Desk, e8, START_MS } from './test/Scenario.ts';

const QUIET = ['10', '10', '10', '10'] as const;
const noSlip = { stopSlippage: 'none' } as const;

describe('the path inside a bar', () => {
  const swing = ['10', '11', '9', '10.5'] as const;

  test('passes open, low, high and close at their times when nothing or a long is held', () => {
    const { exchange } = new Desk({ bars: [swing, QUIET] });
    const seen = [exchange.status()];
    for (let i = 0; i < 4; i++) {
      exchange.advance('point');
      seen.push(exchange.status());
    }
    expect(seen.map(({ phase, lastPrice, timeMs }) => [phase, lastPrice, timeMs - START_MS])).toEqual([
      ['open', '10', 0],
      ['adverse', '9', 100_000],
      ['favourable', '11', 200_000],
      ['close', '10.5', 299_999],
      ['open', '10', 300_000],
    ]);
  });

  test('goes to the high first when a short is held', () => {
    const desk = new Desk({ bars: [swing, QUIET] });
    desk.isolate(2);
    desk.market('SELL', '10');
    desk.exchange.advance('point');
    expect(desk.exchange.status().lastPrice).toBe('11');
  });

  test.each([
    ['BUY', 'SELL', '9.5', '10.8'],
    ['SELL', 'BUY', '10.8', '9.5'],
  ] as const)(
    'a %s with stop and take-profit both in reach is stopped, for the adverse extreme comes first',
    (entry, exit, stop, profit) => {
      const desk = new Desk({ bars: [swing, QUIET], options: noSlip });
      desk.isolate(2);
      desk.market(entry, '10');
      const stopId = desk.algo('STOP_MARKET', exit, '10', stop)['algoId'];
      const profitId = desk.algo('TAKE_PROFIT_MARKET', exit, '10', profit)['algoId'];
      desk.exchange.advance('open');
      expect(desk.algoOf(stopId)).toMatchObject({ algoStatus: 'FINISHED', actualPrice: stop });
      expect(desk.algoOf(profitId)).toMatchObject({ algoStatus: 'EXPIRED' });
      expect(desk.position()['positionAmt']).toBe('0');
    },
  );

  test('goes on after a fill: of two take-profits both fire, in the order in which the price comes to them', () => {
    const desk = new Desk({ bars: [swing, QUIET] });
    desk.isolate(2);
    desk.market('BUY', '30');
    desk.algo('TAKE_PROFIT_MARKET', 'SELL', '10', '10.9');
    desk.algo('TAKE_PROFIT_MARKET', 'SELL', '10', '10.2');
    desk.happened();
    desk.exchange.advance('open');
    expect(desk.happened()).toEqual(['trigger 10.2', 'fill 10.2', 'trigger 10.9', 'fill 10.9']);
    expect(desk.position()['positionAmt']).toBe('10');
  });

  test('shows of the bar in progress only what has been passed', () => {
    const { exchange } = new Desk({ bars: [swing, QUIET] });
    exchange.advance('point');
    expect(exchange.market.forming).toMatchObject({
      openE8: e8('10'),
      highE8: e8('10'),
      lowE8: e8('9'),
      closeE8: e8('9'),
    });
  });
});

describe('the timeline', () => {
  test('joins both symbols on time; one without a bar stands still', () => {
    const desk = new Desk({
      bars: [QUIET, undefined, ['12', '12', '12', '12']],
      leaderBars: [['3000', '3000', '3000', '3000'], ['3100', '3100', '3100', '3100'], undefined],
    });
    const seen = [0, 1, 2].map(() => {
      const { lastPrice, leaderPrice } = desk.exchange.status();
      desk.exchange.advance('open');
      return [lastPrice, leaderPrice];
    });
    expect(seen).toEqual([
      ['10', '3000'],
      ['10', '3100'],
      ['12', '3100'],
    ]);
    const { done, barsTotal, barsDone, phase } = desk.exchange.status();
    expect({ done, barsTotal, barsDone, phase }).toEqual({
      done: true,
      barsTotal: 3,
      barsDone: 3,
      phase: 'close',
    });
  });

  test('stays at its end', () => {
    const desk = new Desk({ bars: [QUIET, QUIET] });
    for (let i = 0; i < 4; i++) desk.exchange.advance('open');
    const end = desk.exchange.status();
    desk.exchange.advance('point');
    expect(desk.exchange.status()).toEqual(end);
    expect(end.done).toBe(true);
  });

  test('refuses a start after its last bar', () => {
    expect(() => new Desk({ bars: [QUIET], options: { startMs: START_MS + BAR_MS } })).toThrow(
      /start earlier/,
    );
  });
});
