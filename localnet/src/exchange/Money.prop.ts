import { describe, expect, test } from 'vitest';
import { effort, runSeed } from '../../test/Effort.ts';
import { absolute } from '../market/E8.ts';
import { crossWalletE8 } from './Margin.ts';
import { remainingE8 } from './Order.ts';
import { signOf } from './Position.ts';
import { RandomTrader } from './test/RandomTrader.ts';
import type { Contract, Venue } from './Venue.ts';

/** A tenth of the campaign; `MONEY_OPERATIONS=1000000` makes it whole. */
const OPERATIONS = effort('MONEY_OPERATIONS', 100_000);
const PER_TRADER = 500;

/** Sums kept beside the venue, from its rows alone. */
interface Ledger {
  incomeRead: number;
  tradesRead: number;
  walletE8: bigint;
  readonly tradedE8: Map<string, bigint>;
  readonly quantityE8: Map<string, bigint>;
  readonly realizedE8: Map<string, bigint>;
  commissionE8: bigint;
}

function read(venue: Venue, ledger: Ledger): void {
  const add = (sums: Map<string, bigint>, symbol: string, amountE8: bigint): void =>
    void sums.set(symbol, (sums.get(symbol) ?? 0n) + amountE8);
  for (; ledger.incomeRead < venue.income.length; ledger.incomeRead++) {
    const row = venue.income[ledger.incomeRead];
    if (row === undefined) return;
    ledger.walletE8 += row.amountE8;
    if (row.type === 'REALIZED_PNL') add(ledger.realizedE8, row.symbol, row.amountE8);
    if (row.type === 'COMMISSION') ledger.commissionE8 += row.amountE8;
  }
  for (; ledger.tradesRead < venue.trades.length; ledger.tradesRead++) {
    const trade = venue.trades[ledger.tradesRead];
    if (trade === undefined) return;
    add(ledger.tradedE8, trade.symbol, -signOf(trade.side) * trade.quoteE8);
    add(ledger.quantityE8, trade.symbol, signOf(trade.side) * trade.quantityE8);
    ledger.commissionE8 += trade.commissionE8;
  }
}

/** The first thing that does not add up, in words; undefined when all does. */
function flaw(venue: Venue, ledger: Ledger): string | undefined {
  if (venue.walletE8 !== ledger.walletE8) return 'the wallet is not the sum of its reasons';
  if (ledger.commissionE8 !== 0n) return 'commissions are not those of the trades';
  let isolatedE8 = 0n;
  for (const contract of venue.contracts.values()) {
    const { symbol } = contract.rules;
    const { position } = contract;
    isolatedE8 += position.isolatedWalletE8;
    if (position.quantityE8 !== (ledger.quantityE8.get(symbol) ?? 0n)) return `${symbol}: quantity`;
    if (!costAddsUp(contract, ledger)) return `${symbol}: profit and cost are not what was traded`;
    if (position.entryCostE8 < 0n) return `${symbol}: cost below zero`;
    const isClean =
      position.quantityE8 !== 0n || (position.entryCostE8 === 0n && position.isolatedWalletE8 === 0n);
    if (!isClean) return `${symbol}: something is left of a closed position`;
  }
  if (crossWalletE8(venue) + isolatedE8 !== venue.walletE8) return 'isolated margin is no part of the wallet';
  for (const order of venue.book.openOrders.values()) {
    if (remainingE8(order) <= 0n || !['NEW', 'PARTIALLY_FILLED'].includes(order.status))
      return 'a done order rests';
  }
  for (const algo of venue.book.openAlgos.values()) if (algo.status !== 'NEW') return 'a done trigger rests';
  return undefined;
}

/** Profit realised, with what is still in the position, is what selling brought less what buying cost. */
function costAddsUp({ position, rules }: Contract, ledger: Ledger): boolean {
  const heldE8 = position.quantityE8 < 0n ? position.entryCostE8 : -position.entryCostE8;
  return (ledger.realizedE8.get(rules.symbol) ?? 0n) + heldE8 === (ledger.tradedE8.get(rules.symbol) ?? 0n);
}

function newLedger(): Ledger {
  return {
    incomeRead: 0,
    tradesRead: 0,
    walletE8: 0n,
    tradedE8: new Map(),
    quantityE8: new Map(),
    realizedE8: new Map(),
    commissionE8: 0n,
  };
}

describe('balances', () => {
  test(`conserve to the last unit over ${OPERATIONS} random operations on one and two symbols, in either margin mode, with and without depth`, () => {
    const seen = { done: 0, refused: 0, liquidations: 0, partial: 0, trades: 0 };
    const first = runSeed();
    for (let seed = first; seed < first + OPERATIONS / PER_TRADER; seed++) {
      const trader = new RandomTrader(seed, 60);
      const { venue } = trader.exchange;
      const ledger = newLedger();
      for (let i = 0; i < PER_TRADER; i++) {
        trader.act();
        read(venue, ledger);
        const found = flaw(venue, ledger);
        if (found !== undefined) expect(`seed ${seed}, operation ${i}: ${found}`).toBe('');
      }
      const filled = new Map<number, bigint>();
      for (const { orderId, quantityE8 } of venue.trades)
        filled.set(orderId, (filled.get(orderId) ?? 0n) + quantityE8);
      for (const order of venue.book.orders) {
        expect(filled.get(order.orderId) ?? 0n).toBe(order.executedE8);
        expect(absolute(order.executedE8) <= order.quantityE8).toBe(true);
        if (order.executedE8 > 0n && order.status !== 'FILLED') seen.partial += 1;
      }
      seen.done += trader.done;
      seen.refused += trader.refused;
      seen.trades += venue.trades.length;
      seen.liquidations += venue.events.filter(({ kind }) => kind === 'liquidation').length;
    }
    if (process.env['MONEY_OPERATIONS'] !== undefined) console.log(seen);
    // The traders did something: most wishes were carried out, some positions were liquidated, some orders half filled.
    expect(seen.done).toBeGreaterThan(OPERATIONS / 4);
    expect(seen.trades).toBeGreaterThan(OPERATIONS / 10);
    expect(seen.liquidations).toBeGreaterThan(OPERATIONS / 5_000);
    expect(seen.partial).toBeGreaterThan(OPERATIONS / 10_000);
  }, 3_600_000);
});

describe('a trader', () => {
  test('of the same seed meets the same venue: every trade, payment and event again', () => {
    for (const seed of [3, 4, 5, 6]) {
      const [first, second] = [new RandomTrader(seed, 40), new RandomTrader(seed, 40)];
      for (let i = 0; i < 400; i++) {
        first.act();
        second.act();
      }
      expect(first.exchange.venue.trades.length).toBeGreaterThan(20);
      expect(second.exchange.venue.trades).toEqual(first.exchange.venue.trades);
      expect(second.exchange.venue.income).toEqual(first.exchange.venue.income);
      expect(second.exchange.drainEvents()).toEqual(first.exchange.drainEvents());
    }
  });
});
