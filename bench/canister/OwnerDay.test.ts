import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayMarket, measureDay, type OwnerDay } from './OwnerDay.ts';
import { measureUpkeep, type Upkeep } from './Upkeep.ts';

/** What a day's first hours took when they were last looked at. `UPDATE_COSTS=1` writes it anew: look at the difference. */
const SNAPSHOT = join(import.meta.dirname, 'owner-day.json');
const TOLERANCE = 0.02;
const HOURS = 2;
/** Asked for: ours over Motoko's, and instructions of a tick of ours. */
const CEILINGS = { flat: 1.25, held: 1.25 } as const;
const TICK_CEILING = 600_000;
const isUpdate = process.env['UPDATE_COSTS'] === '1';

interface Measured {
  readonly upkeep: Upkeep;
  readonly flat: OwnerDay;
  readonly held: OwnerDay;
}

let measured: Measured;
beforeAll(async () => {
  const market = dayMarket();
  const upkeep = await measureUpkeep(market);
  const flat = await measureDay(market, 'one a minute', false, upkeep, HOURS);
  const held = await measureDay(market, 'one a minute', true, upkeep, HOURS);
  measured = { upkeep, flat, held };
}, 300_000);

/** Every number by its path. */
function numbersOf(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersOf(inner, `${path}.${key}`));
}

describe('an owner-day of one observation a minute', () => {
  afterAll(() => {
    if (isUpdate) writeFileSync(SNAPSHOT, `${JSON.stringify(measured, null, 2)}\n`);
  });

  it('costs at most so many times that of the Motoko canister', () => {
    const ratios = { flat: measured.flat.ratio, held: measured.held.ratio };
    const over = Object.entries(CEILINGS).filter(
      ([how, ceiling]) => !(ratios[how as keyof typeof ratios] <= ceiling),
    );
    expect(over, JSON.stringify(ratios)).toEqual([]);
  });

  it('has ticks of at most 0.6 M instructions, flat and held', () => {
    const ticks = [measured.flat.ours.tick.instructions, measured.held.ours.tick.instructions];
    expect(Math.max(...ticks), JSON.stringify(ticks)).toBeLessThanOrEqual(TICK_CEILING);
  });

  it.skipIf(isUpdate)('is within 2 % of the one on record, in every part', () => {
    const recorded: unknown = existsSync(SNAPSHOT) ? JSON.parse(readFileSync(SNAPSHOT, 'utf8')) : {};
    const before = new Map(numbersOf(recorded));
    const now = numbersOf(measured);
    expect(now.map(([path]) => path)).toEqual([...before.keys()]);
    const changed = now.flatMap(([path, value]) => {
      const was = before.get(path)!;
      return Math.abs(value - was) > TOLERANCE * was ? [`${path}: ${String(was)} -> ${String(value)}`] : [];
    });
    expect(changed, 'UPDATE_COSTS=1 npx vitest run bench/canister/OwnerDay.test.ts').toEqual([]);
  });
});
