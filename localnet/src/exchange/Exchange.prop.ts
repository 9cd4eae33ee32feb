import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseE8 } from '../market/E8.ts';
import { createSynthetic } from '../market/Synthetic.ts';
import { Exchange } from './Exchange.ts';
import { crossWalletE8 } from './Margin.ts';
import { signOf, unrealizedE8 } from './Position.ts';
import { Desk, type Ohlc } from './test/Scenario.ts';
import type { IncomeType, Venue } from './Venue.ts';

/** What a random trader may do; prices are given in ticks away from the last one. */
type Act =
  | { readonly act: 'market' | 'reduce'; readonly buy: boolean; readonly quantity: number }
  | {
      readonly act: 'limit' | 'stop' | 'profit' | 'opener';
      readonly buy: boolean;
      readonly quantity: number;
      readonly ticks: number;
    }
  | { readonly act: 'advance' }
  | { readonly act: 'cancel' }
  | { readonly act: 'leverage'; readonly leverage: number }
  | { readonly act: 'margin'; readonly amount: number; readonly add: boolean };

const quantity = fc.integer({ min: 1, max: 3_000 });
const ticks = fc.integer({ min: 1, max: 900 });
const buy = fc.boolean();
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constantFrom('market' as const, 'reduce' as const), buy, quantity }),
  fc.record({
    act: fc.constantFrom('limit' as const, 'stop' as const, 'profit' as const, 'opener' as const),
    buy,
    quantity,
    ticks,
  }),
  { arbitrary: fc.constant({ act: 'advance' as const }), weight: 4 },
  fc.constant({ act: 'cancel' as const }),
  fc.record({ act: fc.constant('leverage' as const), leverage: fc.integer({ min: 1, max: 25 }) }),
  fc.record({
    act: fc.constant('margin' as const),
    amount: fc.integer({ min: 1, max: 500 }),
    add: fc.boolean(),
  }),
);

/** A wild walk of bars on ticks, with gaps between them. */
const bar: fc.Arbitrary<Ohlc> = fc
  .tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 7_000, max: 13_000 })))
  .map((prices) => {
    const text = (ticks: number): string => (ticks / 1000).toFixed(3);
    const [open = 0, close = 0] = prices;
    return [text(open), text(Math.max(...prices)), text(Math.min(...prices)), text(close)];
  });

function perform(desk: Desk, step: Act): void {
  const { exchange } = desk;
  const side = 'buy' in step && step.buy ? 'BUY' : 'SELL';
  const last = Number(exchange.status().lastPrice);
  const price = (above: boolean, ticks: number): string =>
    (last + (above ? ticks : -ticks) / 1000).toFixed(3);
  switch (step.act) {
    case 'market':
      desk.market(side, String(step.quantity));
      break;
    case 'reduce':
      desk.market(side, String(step.quantity), { reduceOnly: 'true' });
      break;
    case 'limit':
      desk.limit(side, String(step.quantity), price(!step.buy, step.ticks));
      break;
    case 'stop':
      desk.algo('STOP_MARKET', side, String(step.quantity), price(step.buy, step.ticks));
      break;
    case 'profit':
      desk.algo('TAKE_PROFIT_MARKET', side, String(step.quantity), price(!step.buy, step.ticks));
      break;
    case 'opener':
      desk.algo('STOP_MARKET', side, String(step.quantity), price(step.buy, step.ticks), {
        reduceOnly: 'false',
      });
      break;
    case 'advance':
      exchange.advance('point');
      break;
    case 'cancel':
      desk.call('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'ICPUSDT' });
      break;
    case 'leverage':
      desk.call('POST', '/fapi/v1/leverage', { symbol: 'ICPUSDT', leverage: String(step.leverage) });
      break;
    case 'margin':
      desk.call('POST', '/fapi/v1/positionMargin', {
        symbol: 'ICPUSDT',
        amount: String(step.amount),
        type: step.add ? '1' : '2',
      });
      break;
  }
}

function total(venue: Venue, type: IncomeType): bigint {
  return venue.income.reduce((sum, row) => (row.type === type ? sum + row.amountE8 : sum), 0n);
}

describe('money', () => {
  test('is neither made nor lost, to the last unit, whatever is traded in isolated or cross mode', () => {
    const funding = [0, 1, 2, 3].map((i) => ({
      timeMs: Date.UTC(2024, 7, 5) + i * 1_500_000,
      rateE8: i % 2 === 0 ? 100_000n : -70_001n,
    }));
    fc.assert(
      fc.property(
        fc.array(bar, { minLength: 20, maxLength: 20 }),
        fc.array(act, { maxLength: 60 }),
        fc.boolean(),
        (bars, acts, isolated) => {
          const desk = new Desk({ bars, funding });
          if (isolated) desk.isolate(10);
          const { venue, market } = desk.exchange;
          for (const step of acts) {
            perform(desk, step);
            // The wallet is the sum of its reasons.
            expect(venue.walletE8).toBe(venue.income.reduce((sum, row) => sum + row.amountE8, 0n));
            // Isolated margin is a part of the wallet, and gone with the position.
            expect(crossWalletE8(venue) + market.position.isolatedWalletE8).toBe(venue.walletE8);
            if (market.position.quantityE8 === 0n) {
              expect([market.position.isolatedWalletE8, market.position.entryCostE8]).toEqual([0n, 0n]);
            }
          }
          // Profit realised, with what is still in the position, is what selling brought less what buying cost.
          const traded = venue.trades.reduce((sum, trade) => sum - signOf(trade.side) * trade.quoteE8, 0n);
          const held =
            market.position.quantityE8 < 0n ? market.position.entryCostE8 : -market.position.entryCostE8;
          expect(total(venue, 'REALIZED_PNL') + held).toBe(traded);
          expect(total(venue, 'COMMISSION')).toBe(
            -venue.trades.reduce((sum, trade) => sum + trade.commissionE8, 0n),
          );
          const quantity = venue.trades.reduce(
            (sum, trade) => sum + signOf(trade.side) * trade.quantityE8,
            0n,
          );
          expect(quantity).toBe(market.position.quantityE8);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('lost by an isolated position through liquidation is its margin, never more', () => {
    fc.assert(
      fc.property(
        fc.array(bar, { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        fc.integer({ min: 2, max: 10 }),
        (bars, long, leverage) => {
          const desk = new Desk({ bars });
          desk.isolate(leverage);
          desk.market(long ? 'BUY' : 'SELL', '500');
          const { venue, market } = desk.exchange;
          const [wallet, margin] = [venue.walletE8, market.position.isolatedWalletE8];
          while (!desk.exchange.done) {
            desk.exchange.advance('point');
            if (market.position.quantityE8 === 0n) break;
            // While it is open, its margin balance stays above zero.
            expect(market.position.isolatedWalletE8 + unrealizedE8(market.position, market.lastE8) > 0n).toBe(
              true,
            );
          }
          const liquidated = venue.events.some(({ kind }) => kind === 'liquidation');
          expect(wallet - venue.walletE8).toBe(liquidated ? margin : 0n);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a replay', () => {
  test('is the same whether it is walked point by point or bar by bar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.boolean(), (seed, long) => {
        const run = (to: 'point' | 'open') => {
          const exchange = new Exchange({ recording: createSynthetic({ seed, bars: 300 }) });
          while (!exchange.done) exchange.advance(to);
          return {
            status: exchange.status(),
            wallet: exchange.venue.walletE8,
            events: exchange.drainEvents(),
          };
        };
        expect(run('point')).toEqual(run('open'));
        const held = (to: 'point' | 'open') => {
          const desk = new Desk({
            bars: [
              ['10', '11', '9.8', '10.4'],
              ['10.4', '12', '8', '9'],
              ['9', '9', '7', '8'],
            ],
          });
          desk.isolate(5);
          desk.market(long ? 'BUY' : 'SELL', String(seed));
          while (!desk.exchange.done) desk.exchange.advance(to);
          return desk.happened();
        };
        expect(held('point')).toEqual(held('open'));
      }),
      { numRuns: 10 },
    );
  });

  test('reads text of every price it shows back exactly', () => {
    const exchange = new Exchange({ recording: createSynthetic({ seed: 3, bars: 50 }) });
    while (!exchange.done) {
      exchange.advance('point');
      expect(parseE8(exchange.status().lastPrice)).toBe(exchange.market.lastE8);
    }
  });
});
