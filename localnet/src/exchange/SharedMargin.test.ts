import { describe, expect, test } from 'vitest';
import { absolute } from '../market/E8.ts';
import { availableE8, crossWalletE8 } from './Margin.ts';
import { maintenanceMarginE8 } from './Liquidation.ts';
import { notionalE8, unrealizedE8 } from './Position.ts';
import { Desk, e8, type Ohlc } from './test/Scenario.ts';
import { markE8 } from './Venue.ts';

const QUIET: Ohlc = ['10', '10', '10', '10'];
const ETH_QUIET: Ohlc = ['3000', '3000', '3000', '3000'];
const ETH = { symbol: 'ETHUSDT' };

/** Cross margin, 1,000 USDT: 300 ICP at 10 and half an ETH at 3,000, both long. */
function desk(bars: readonly Ohlc[], leaderBars: readonly Ohlc[], more = {}): Desk {
  const made = new Desk({
    bars,
    leaderBars,
    options: { walletE8: e8('1000'), stopSlippage: 'none', ...more },
  });
  made.market('BUY', '300');
  made.market('BUY', '0.5', ETH);
  return made;
}

/** Margin balance of all that share the wallet, less what they must maintain. */
function cushionE8({ exchange }: Desk): bigint {
  const { venue } = exchange;
  let balanceE8 = crossWalletE8(venue);
  for (const { position, tiers, ...rest } of venue.contracts.values()) {
    const mark = markE8({ position, tiers, ...rest });
    balanceE8 += unrealizedE8(position, mark) - maintenanceMarginE8(tiers, notionalE8(position, mark));
  }
  return balanceE8;
}

describe('positions that share one wallet', () => {
  test('have liquidation prices at which the whole account is at its maintenance margin, the others standing still', () => {
    const it = desk([QUIET, QUIET], [ETH_QUIET, ETH_QUIET]);
    for (const symbol of ['ICPUSDT', 'ETHUSDT']) {
      const contract = it.exchange.venue.contracts.get(symbol);
      const before = contract?.lastE8 ?? 0n;
      const liquidation = e8(String(it.position(symbol)['liquidationPrice']));
      expect(liquidation > 0n && liquidation < before).toBe(true);
      if (contract !== undefined) contract.lastE8 = liquidation;
      const left = cushionE8(it);
      expect(absolute(left) < e8('0.00001')).toBe(true);
      if (contract !== undefined) contract.lastE8 = before;
    }
  });

  test('bring each other’s liquidation nearer by their losses and further by their gains', () => {
    const bars = [QUIET, QUIET, QUIET];
    const price = (leader: Ohlc): number => {
      const it = desk(bars, [ETH_QUIET, leader, leader]);
      it.exchange.advance('open');
      return Number(it.position()['liquidationPrice']);
    };
    const still = price(ETH_QUIET);
    expect(price(['2800', '2800', '2800', '2800'])).toBeGreaterThan(still);
    expect(price(['3200', '3200', '3200', '3200'])).toBeLessThan(still);
  });

  test('fall one after the other when the account is short, and the wallet never owes', () => {
    const crash: Ohlc = ['10', '10', '6', '6'];
    const it = desk([crash, QUIET], [ETH_QUIET, ['1500', '1500', '1500', '1500']]);
    it.limit('BUY', '0.01', '2000', ETH);
    it.exchange.advance('open');
    expect(it.list('/fapi/v1/forceOrders')).toHaveLength(2);
    expect(it.list('/fapi/v1/openOrders')).toEqual([]);
    expect(it.exchange.venue.walletE8 >= 0n).toBe(true);
  });

  test('may not take leverage down further than the wallet bears', () => {
    const it = desk([QUIET, QUIET], [ETH_QUIET, ETH_QUIET]);
    const set = (leverage: string) => it.call('POST', '/fapi/v1/leverage', { symbol: 'ICPUSDT', leverage });
    const before = availableE8(it.exchange.venue);
    expect(set('3')).toMatchObject({ code: -2028 });
    expect(availableE8(it.exchange.venue)).toBe(before);
    expect(set('10')).toMatchObject({ leverage: 10 });
    expect(availableE8(it.exchange.venue)).toBe(before - e8('150'));
  });
});

describe('the liquidation fee', () => {
  test('is 1.25 % of what was liquidated, and the rest of the isolated margin comes back', () => {
    // 4,000 at 10x in the tier of 5 %: liquidated with 5 % left, of which 1.25 % of the notional are kept.
    const tiers = [
      {
        minNotionalE8: 0n,
        maxNotionalE8: e8('100000'),
        mmrE8: e8('0.05'),
        maxLeverageE8: e8('20'),
        cumE8: 0n,
      },
    ];
    const it = new Desk({ bars: [['10', '10', '9', '9'], QUIET], options: { liquidation: 'fee' } });
    Object.assign(it.exchange.market, { tiers });
    it.isolate(10);
    it.market('BUY', '400');
    it.happened();
    const before = it.exchange.venue.walletE8;
    it.exchange.advance('point');
    const [forced] = it.list('/fapi/v1/forceOrders');
    const notional = Number(forced?.['cumQuote']);
    const [fee] = it.list('/fapi/v1/income', { incomeType: 'INSURANCE_CLEAR' });
    expect(Number(fee?.['income'])).toBeCloseTo(-0.0125 * notional, 6);
    const lost = Number(before - it.exchange.venue.walletE8) / 1e8;
    expect(lost).toBeLessThan(400);
    expect(lost).toBeCloseTo(4000 - notional + 0.0125 * notional, 6);
    expect(it.happened()).toEqual([expect.stringMatching(/^fill/), expect.stringMatching(/^liquidation/)]);
  });
});
