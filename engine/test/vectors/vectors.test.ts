import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADAPTERS, INPUT_FILES } from './Adapters.ts';
import { createCheck, fixed, near } from './Check.ts';
import { compareFile } from './Comparison.ts';
import { tradeLists } from './TradeLists.ts';
import { DATA, VECTORS, hasVectors, loader } from './Vector.ts';

describe.skipIf(!hasVectors)(`reference vectors (skipped without ${VECTORS})`, () => {
  for (const name of Object.keys(ADAPTERS)) {
    it(`agrees with every number of ${name}`, () => {
      const check = compareFile(name, loader(VECTORS));
      expect(check.failures).toEqual([]);
      expect(check.compared).toBeGreaterThan(0);
    });
  }

  for (const { name, run } of hasVectors ? tradeLists(VECTORS, [DATA]) : []) {
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

  it('fails on a parameter that the file states otherwise than the engine has it, by its name', () => {
    const check = createCheck(1e-10);
    const engine = { floor: 0.006, tp: [1.5, 3] };
    fixed(check, 'params', { floor: 0.006, tp: [1.5, 3] }, engine);
    expect(check.failures).toEqual([]);
    fixed(check, 'params', { floor: 0.006 * (1 + 1e-6), tp: [1.5, 3.5] }, engine);
    expect(check.failures).toEqual([
      'params.floor: the file states 0.006000006, the engine has 0.006',
      'params.tp.1: the file states 3.5, the engine has 3',
    ]);
  });
});
