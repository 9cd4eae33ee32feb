import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADAPTERS } from './Adapters.ts';
import { compareFile } from './Comparison.ts';
import { VECTORS, hasVectors, loader, type Load } from './Vector.ts';

/** Prices, ticks, money and the bounds of tiers in another currency unit: three of the old make one of the new. */
const UNIT = 3;

const MONEY = [
  'floor',
  'cap',
  'cum',
  'wallet',
  'entry',
  'mark',
  'liq',
  'liqEff',
  'liqPrice',
  'bankruptcy',
  'price',
];

/** Keys whose numbers, at any depth below them, are prices or money. */
const SCALED: Readonly<Record<string, readonly string[]>> = {
  'candles.json': ['candles'],
  'decision.json': [
    ...MONEY,
    'N',
    'Ntarget',
    'Ncurrent',
    'marginTarget',
    'reduceToNotional',
    'minNotional',
    'equity',
    'requestedNotional',
    'Nothers',
  ],
  'fan.json': [...MONEY, 'q05', 'q95', 'fundingPaid', 'borrow'],
  'indicators.json': ['mid', 'sd', 'upper', 'lower', 'tr', 'atr'],
  'leverage.json': [...MONEY, 'N', 'liqAtStep'],
  'liquidation.json': [...MONEY, 'upnlOther', 'mmOther', 'mmAtEntry', 'margin', 'deduction', 'extra'],
  'stops.json': ['tick', 'entry', 'initStop', 'R', 'tps', 'ext', 'stop', 'price'],
  'sigma_side.json': [],
  'volatility.json': [],
};

/** Columns of lists that are no objects: prices beside sizes, times or rates. */
const PRICE_COLUMNS: Readonly<Record<string, readonly number[]>> = {
  candles: [1, 2, 3, 4],
  asks: [0],
  bids: [0],
  others: [0],
};

function scaled(value: unknown, keys: readonly string[], isScaled: boolean): unknown {
  if (typeof value === 'number') return isScaled ? value * UNIT : value;
  if (Array.isArray(value)) return value.map((one) => scaled(one, keys, isScaled));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const columns = PRICE_COLUMNS[key];
      if (columns !== undefined && Array.isArray(one)) {
        const rows = one as number[][];
        return [key, rows.map((row) => row.map((cell, i) => (columns.includes(i) ? cell * UNIT : cell)))];
      }
      // Parameters are named as what they parametrise: of them only one is money.
      const below = key === 'params' ? ['minNotional'] : keys;
      return [key, scaled(one, below, isScaled || keys.includes(key))];
    }),
  );
}

describe.skipIf(!hasVectors)(`vectors of other prices and margin tiers (made from ${VECTORS})`, () => {
  const load: Load = <T>(name: string): T => scaled(loader(VECTORS)(name), SCALED[name] ?? [], false) as T;

  it.each(Object.keys(SCALED).filter((name) => name in ADAPTERS))('%s', (name) => {
    const check = compareFile(name, load);
    expect(check.failures.slice(0, 5)).toEqual([]);
    expect(check.compared).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasVectors)('a folder of vectors that is not whole', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vectors-'));
    cpSync(VECTORS, join(folder, 'whole'), { recursive: true, mode: 0 });
    spawnSync('chmod', ['-R', 'u+w', folder]);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(directory: string): { readonly status: number | null; readonly lines: string[] } {
    const script = new URL('run.ts', import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, directory], {
      encoding: 'utf8',
    });
    return { status, lines: `${stdout}${stderr}`.trim().split('\n') };
  }

  it('is named in one line when it cannot be read or holds nothing to compare', () => {
    for (const directory of [join(folder, 'nowhere'), join(folder, 'whole', 'evaluation')]) {
      const { status, lines } = run(directory);
      expect(status).toBe(2);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(directory);
    }
  });

  it('fails file by file, each in one line: one that is missing, cut short, without a key or with another price', () => {
    const whole = join(folder, 'whole');
    rmSync(join(whole, 'sizing.json'));
    writeFileSync(
      join(whole, 'funding.json'),
      readFileSync(join(whole, 'funding.json'), 'utf8').slice(0, 900),
    );
    const stops = JSON.parse(readFileSync(join(whole, 'stops.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(whole, 'stops.json'), JSON.stringify({ ...stops, tick: undefined }));
    const list = join(whole, 'evaluation', 'trades_bybit5m_P_seed1.csv');
    writeFileSync(list, readFileSync(list, 'utf8').replace(',11.902,', ',11.903,'));
    const { status, lines } = run(whole);
    expect(status).toBe(1);
    for (const name of ['sizing.json', 'funding.json', 'stops.json']) {
      const named = lines.filter((line) => line.startsWith(name));
      expect(named).toHaveLength(1);
      expect(named[0]).toMatch(/FAIL: expected/);
    }
    expect(lines.filter((line) => /FAIL/.test(line))).toHaveLength(4);
    // Beside this folder lie no recordings: its trade lists are made again on the project's.
    const lists = lines.filter((line) => line.startsWith('evaluation/'));
    expect(lists.map((line) => line.endsWith('pass'))).toEqual([true, true, true, true, false]);
    expect(lines.some((line) => line.startsWith('decision.json') && line.endsWith('pass'))).toBe(true);
  });
});
