import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureCosts, type Costs } from './support/Costs.ts';
import { builtWasm } from './support/Risk.ts';

/** What each message took when it was last looked at. `UPDATE_COSTS=1` writes it anew: look at the difference. */
const SNAPSHOT = join(import.meta.dirname, 'costs.json');
const TOLERANCE = 0.02;

/** Millions of instructions that a message may take whatever happens. */
const CEILINGS: Readonly<Record<string, number>> = {
  init: 130,
  'self-test': 500,
  'observe, tick': 0.6,
  'observe, closed bar': 6,
  'observe, closed hour': 6,
  load_history: 3_000,
  'head, warm': 2,
  'head, cold': 10,
};

let costs: Costs;
beforeAll(async () => {
  costs = measureCosts(await builtWasm());
});

describe('instructions, in millions', () => {
  afterAll(() => {
    if (process.env['UPDATE_COSTS'] === '1') writeFileSync(SNAPSHOT, `${JSON.stringify(costs, null, 2)}\n`);
  });

  it('keep to their ceilings', () => {
    const over = Object.entries(CEILINGS).filter(([name, millions]) => !(costs[name]! <= millions));
    expect(over, JSON.stringify(costs)).toEqual([]);
  });

  it.skipIf(process.env['UPDATE_COSTS'] === '1')('are within 2 % of those on record', () => {
    const recorded = existsSync(SNAPSHOT) ? (JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Costs) : {};
    expect(Object.keys(costs).sort()).toEqual(Object.keys(recorded).sort());
    const changed = Object.entries(costs).flatMap(([name, millions]) => {
      const before = recorded[name]!;
      return Math.abs(millions - before) > TOLERANCE * before ? [`${name}: ${before} -> ${millions}`] : [];
    });
    expect(changed, 'UPDATE_COSTS=1 npx vitest run canisters/risk/test/Costs.test.ts').toEqual([]);
  });
});
