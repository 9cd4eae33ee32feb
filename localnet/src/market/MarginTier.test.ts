import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultTiers } from './DefaultTiers.ts';
import { ONE_E8, parseE8 } from './E8.ts';
import { loadTiers, maxNotionalE8, parseTiers, tierOf, tiersAt } from './MarginTier.ts';

const SHARED = '../shared/data/margin-tiers';
const TABLE = [
  { minNotional: 0, maxNotional: 5000, mmr: 0.01, maxLeverage: 25 },
  { minNotional: 5000, maxNotional: 25000, mmr: 0.025, maxLeverage: 20 },
  { minNotional: 25000, maxNotional: 600000, mmr: 0.05, maxLeverage: 10 },
];
const CUMS = [0n, 75n * ONE_E8, 700n * ONE_E8];

describe('a margin table', () => {
  test('is taken from a bare array, a list of changes or a map of unified symbols, cum derived', () => {
    const shapes = [
      TABLE,
      { changes: [{ symbol: 'ICPUSDT', firstSeen: '2023-03-28T07:05:37+02:00', tiers: TABLE }] },
      { data: { 'ICP/USDT:USDT': TABLE } },
    ];
    for (const shape of shapes) {
      expect(parseTiers(shape, 'tiers.json', 'ICPUSDT')[0]?.tiers.map(({ cumE8 }) => cumE8)).toEqual(CUMS);
    }
  });

  test('of another symbol is not taken', () => {
    expect(parseTiers({ data: { 'BTC/USDT:USDT': TABLE } }, 't.json', 'ICPUSDT')).toEqual([]);
    expect(
      parseTiers({ changes: [{ symbol: 'BTCUSDT', firstSeen: '2023-01-01', tiers: TABLE }] }, 't', 'ICPUSDT'),
    ).toEqual([]);
  });

  test.each([
    ['a wrong cum', [{ ...TABLE[0], cum: 1 }], /cum of tier 1/],
    ['a hole between tiers', [TABLE[0], TABLE[2]], /tier 2 to begin where/],
    ['a falling rate', [TABLE[0], { ...TABLE[1], mmr: 0.005 }], /mmr of tier 2/],
    ['a rate of 1', [{ ...TABLE[0], mmr: 1 }], /mmr of tier 1/],
    ['no leverage', [{ ...TABLE[0], maxLeverage: 0 }], /maxLeverage of tier 1/],
    ['text for a number', [{ ...TABLE[0], mmr: 'low' }], /mmr of tier 1 as a decimal/],
    ['no tier', [], /non-empty array/],
    ['another shape', { tiers: TABLE }, /an array of tiers/],
  ])('with %s is refused', (_, json, expected) => {
    expect(() => parseTiers(json, 'tiers.json', 'ICPUSDT')).toThrow(expected);
  });

  test('in force is the last one begun, and before all of them the first', () => {
    const tables = defaultTiers('ICPUSDT');
    const leverageOn = (date: string) => tierOf(tiersAt(tables, Date.parse(date)), 0n).maxLeverageE8 / ONE_E8;
    expect(leverageOn('2020-01-01')).toBe(25n);
    expect(leverageOn('2024-08-05')).toBe(25n);
    expect(leverageOn('2024-11-01')).toBe(75n);
  });

  test('allows at a leverage the cap of the last tier that still offers it', () => {
    const tiers = tiersAt(defaultTiers('ICPUSDT'), Date.UTC(2024, 7, 5));
    expect(maxNotionalE8(tiers, 25)).toBe(5_000n * ONE_E8);
    expect(maxNotionalE8(tiers, 10)).toBe(600_000n * ONE_E8);
    expect(maxNotionalE8(tiers, 26)).toBe(0n);
  });

  test.skipIf(!existsSync(SHARED))('built in equals what was recorded of the venue (needs ../shared)', () => {
    for (const symbol of ['ICPUSDT', 'ETHUSDT']) {
      const recorded = loadTiers(`${SHARED}/binance-usdm_ICP_ETH_BTC.json`, symbol);
      const builtIn = defaultTiers(symbol);
      expect(builtIn.map(({ tiers }) => tiers)).toEqual(
        recorded.slice(-builtIn.length).map(({ tiers }) => tiers),
      );
      for (const [i, { sinceMs }] of builtIn.entries()) {
        expect(Math.abs(sinceMs - (recorded.at(i - builtIn.length)?.sinceMs ?? 0))).toBeLessThan(86_400_000);
      }
    }
  });

  test.skipIf(!existsSync(SHARED))(
    'with a leverage that is no whole number is read (needs ../shared)',
    () => {
      const [table] = loadTiers(`${SHARED}/bybit-linear_ICP_ETH_2024-08.json`, 'ICPUSDT');
      expect(table?.tiers[2]?.maxLeverageE8).toBe(parseE8('16.67'));
      expect(table?.tiers[2]?.cumE8).toBe(1500n * ONE_E8);
    },
  );
});
