import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADAPTERS, INPUT_FILES } from './Adapters.ts';
import { createCheck, near } from './Check.ts';
import { tradeLists } from './TradeLists.ts';
import { DATA, VECTORS, hasVectors, loader, type Load } from './Vector.ts';

describe.skipIf(!hasVectors)(`reference vectors (skipped without ${VECTORS})`, () => {
  for (const [name, adapter] of Object.entries(ADAPTERS)) {
    it(`agrees with every number of ${name}`, () => {
      const check = createCheck(adapter.tolerance);
      adapter.run(check, loader(VECTORS));
      expect(check.failures).toEqual([]);
      expect(check.compared).toBeGreaterThan(0);
    });
  }

  for (const { name, run } of hasVectors ? tradeLists(VECTORS, DATA) : []) {
    it(`makes every trade of ${name}`, () => {
      const check = createCheck(1e-10);
      run(check);
      expect(check.failures).toEqual([]);
      expect(check.compared).toBeGreaterThan(0);
    });
  }

  it('leaves no file out', () => {
    const known = [...Object.keys(ADAPTERS), ...INPUT_FILES];
    const files = readdirSync(VECTORS).filter((name) => name.endsWith('.json'));
    expect(files.filter((name) => !known.includes(name))).toEqual([]);
  });

  /** The file with every number of one key changed by a thousandth. */
  function perturbed(file: string, key: string): Load {
    // Not all alike, or ratios would stay; places and counts stay what they are.
    let seen = 0;
    const change = (value: unknown): unknown => {
      if (typeof value === 'number') {
        const isPlace = Number.isInteger(value) && Math.abs(value) < 100_000;
        return isPlace ? value : value * (1.001 + 0.001 * (seen++ % 3));
      }
      if (Array.isArray(value)) return value.map(change);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, change(v)]));
    };
    return <T>(name: string): T => {
      const content = loader(VECTORS)<Record<string, unknown>>(name);
      return (name === file ? { ...content, [key]: change(content[key]) } : content) as T;
    };
  }

  // A comparison that passes with other expectations, tiers or parameters would not have read them.
  it.each([
    ['clusters.json', 'openInterest'],
    ['clusters.json', 'snapshots'],
    ['decision.json', 'tiers'],
    ['decision.json', 'params'],
    ['evaluation.json', 'returns'],
    ['evaluation.json', 'sortino'],
    ['fan.json', 'tiers'],
    ['fan.json', 'cases'],
    ['firstpassage.json', 'kappa'],
    ['funding.json', 'rates'],
    ['indicators.json', 'adx'],
    ['kappa_tracker.json', 'p'],
    ['leadlag.json', 'y_icp'],
    ['leverage.json', 'tiers'],
    ['liquidation.json', 'tiers'],
    ['orderbook.json', 'bids'],
    ['shock_reduce.json', 'leaderClose'],
    ['sigma_side.json', 'S'],
    ['sigma_side_generated.json', 'candles'],
    ['sizing.json', 'kelly'],
    ['stops.json', 'trades'],
    ['volatility.json', 'vFast'],
  ])('%s fails when its %s is a little different', (file, key) => {
    const adapter = ADAPTERS[file]!;
    const check = createCheck(adapter.tolerance);
    try {
      adapter.run(check, perturbed(file, key));
    } catch {
      return;
    }
    expect(check.failures.length).toBeGreaterThan(0);
  });
});

describe('the comparison itself', () => {
  it('fails on a wrong number, a missing one and one that should be missing', () => {
    const check = createCheck(1e-10);
    near(check, 'wrong', 1, 1 + 1e-9);
    near(check, 'missing', 1, null);
    near(check, 'surplus', null, 1);
    near(check, 'nan', 1, NaN);
    near(check, 'right', 1, 1 + 1e-12);
    expect(check.failures.map((failure) => failure.split(':')[0])).toEqual([
      'wrong',
      'missing',
      'surplus',
      'nan',
    ]);
  });
});
