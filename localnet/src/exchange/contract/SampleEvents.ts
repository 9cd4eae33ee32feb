import { BAR_MS } from '../../market/Bar.ts';
import { AccountFeed } from '../socket/AccountFeed.ts';
import { marketStreamOf } from '../socket/MarketStream.ts';
import { Desk, e8, type Json, START_MS } from '../test/Scenario.ts';

const BARS = [
  ['10', '10.6', '9.4', '10.5'],
  ['10.5', '10.6', '10.4', '10.5'],
  ['10.5', '10.5', '8.68', '9.2'],
  ['9.2', '9.2', '8', '8'],
] as const;

const STREAMS = [
  ...['kline_5m', 'markPrice@1s', 'bookTicker', 'depth@100ms', 'depth5', 'aggTrade', 'ticker', 'miniTicker'],
  'forceOrder',
];

/** A short life of an account, and every kind of event that it brought. */
export function sampleEvents(): { readonly desk: Desk; readonly events: readonly Json[] } {
  const funding = [{ timeMs: START_MS + BAR_MS, rateE8: e8('0.001') }];
  const desk = new Desk({ bars: BARS, funding, options: { stopSlippage: 'none' } });
  const { exchange } = desk;
  const feed = new AccountFeed(exchange.venue);
  const names = [...STREAMS.map((name) => `icpusdt@${name}`), 'icpusdt_perpetual@continuousKline_5m'];
  const streams = names.map((name) => marketStreamOf(exchange, name));
  const events: unknown[] = [];
  exchange.watchers.add(() =>
    events.push(...feed.next(), ...streams.flatMap((stream) => stream?.next() ?? [])),
  );
  desk.isolate(7);
  desk.market('BUY', '100');
  desk.limit('BUY', '10', '7');
  desk.algo('STOP_MARKET', 'SELL', '40', '9.5');
  while (!exchange.done) exchange.advance('point');
  return { desk, events: events as Json[] };
}
