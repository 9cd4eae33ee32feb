import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADAPTERS, INPUT_FILES } from './Adapters.ts';
import { createCheck, near } from './Check.ts';
import { VECTORS, hasVectors, loader } from './Vector.ts';

describe.skipIf(!hasVectors)(`reference vectors (skipped without ${VECTORS})`, () => {
  for (const [name, adapter] of Object.entries(ADAPTERS)) {
    it(`agrees with every number of ${name}`, () => {
      const check = createCheck(adapter.tolerance);
      adapter.run(check, loader(VECTORS));
      expect(check.failures).toEqual([]);
      expect(check.compared).toBeGreaterThan(0);
    });
  }

  const known = [...Object.keys(ADAPTERS), ...INPUT_FILES];
  for (const name of hasVectors ? readdirSync(VECTORS) : []) {
    if (name.endsWith('.json') && !known.includes(name)) it.skip(`${name} is not run`, () => undefined);
  }
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
