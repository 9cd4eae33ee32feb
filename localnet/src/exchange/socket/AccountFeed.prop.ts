import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatE8 } from '../../market/E8.ts';
import { RandomTrader } from '../test/RandomTrader.ts';
import type { Json } from '../test/Scenario.ts';
import { AccountFeed } from './AccountFeed.ts';

/** One who knows nothing but the user stream. */
class Follower {
  wallet = '20000';
  readonly positions = new Map<string, Json>();
  readonly orders = new Map<number, Json>();
  readonly algos = new Map<number, string>();
  readonly leverage = new Map<string, number>();

  hear(event: Json): void {
    const order = event['o'] as Json;
    const account = event['a'] as { readonly B: Json[]; readonly P: Json[] };
    switch (event['e']) {
      case 'ACCOUNT_UPDATE':
        this.wallet = String(account.B[0]?.['wb']);
        for (const position of account.P) this.positions.set(String(position['s']), position);
        break;
      case 'ORDER_TRADE_UPDATE':
        this.hearOrder(order);
        break;
      case 'ALGO_UPDATE':
        this.hearAlgo(Number(order['aid']), String(order['X']));
        break;
      case 'ACCOUNT_CONFIG_UPDATE': {
        const { s, l } = event['ac'] as Json;
        this.leverage.set(String(s), Number(l));
      }
    }
  }

  private hearOrder(order: Json): void {
    const id = Number(order['i']);
    const before = this.orders.get(id);
    // Every order is born once, and nothing is heard of it after its end.
    expect(order['x'] === 'NEW').toBe(before === undefined);
    if (before !== undefined && order['x'] !== 'TRADE' && order['x'] !== 'CALCULATED')
      expect(order['z']).toBe(before['z']);
    expect(['FILLED', 'CANCELED', 'EXPIRED']).not.toContain(before?.['X']);
    this.orders.set(id, order);
  }

  private hearAlgo(id: number, status: string): void {
    const before = this.algos.get(id);
    const after: Readonly<Record<string, readonly string[]>> = {
      NEW: ['TRIGGERING', 'CANCELED', 'EXPIRED'],
      TRIGGERING: ['TRIGGERED', 'REJECTED', 'EXPIRED'],
      TRIGGERED: ['FINISHED', 'EXPIRED', 'CANCELED'],
    };
    if (before === undefined) expect(status).toBe('NEW');
    else expect(after[before] ?? []).toContain(status);
    this.algos.set(id, status);
  }
}

const isOpen = (order: Json): boolean => order['X'] === 'NEW' || order['X'] === 'PARTIALLY_FILLED';

test('one who only listens to the user stream knows the account to the last unit, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 1, max: 5 }), (seed, every) => {
      const trader = new RandomTrader(seed, 60);
      const { venue } = trader.exchange;
      const feed = new AccountFeed(venue);
      const follower = new Follower();
      for (let i = 1; i <= 300; i++) {
        trader.act();
        if (i % every === 0) for (const event of feed.next()) follower.hear(event as Json);
      }
      for (const event of feed.next()) follower.hear(event as Json);
      expect(follower.wallet).toBe(formatE8(venue.walletE8));
      for (const { rules, position, leverage } of venue.contracts.values()) {
        const known = follower.positions.get(rules.symbol);
        expect(known?.['pa'] ?? '0').toBe(formatE8(position.quantityE8));
        expect(known?.['iw'] ?? '0').toBe(formatE8(position.isolatedWalletE8));
        expect(follower.leverage.get(rules.symbol) ?? 20).toBe(leverage);
      }
      const open = [...follower.orders.values()]
        .filter(isOpen)
        .map(({ i, z, q, p }) => [i, z, q, p].join(' '));
      const truth = [...venue.book.openOrders.values()].map(({ orderId, ...order }) =>
        [orderId, ...[order.executedE8, order.quantityE8, order.priceE8].map(formatE8)].join(' '),
      );
      expect(open.sort()).toEqual(truth.sort());
      const algos = [...follower.algos].filter(([, status]) => status === 'NEW').map(([id]) => id);
      expect(algos.sort()).toEqual([...venue.book.openAlgos.keys()].sort());
      expect(feed.next()).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
