import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCheck, type Check } from './Check.ts';
import { tradeLists } from './TradeLists.ts';
import { DATA, VECTORS, hasVectors } from './Vector.ts';

const LIST = 'trades_bybit5m_P_seed1.csv';
const ENTRIES = 'entries_bybit5m_seed1.csv';
const TRADES = 4;

describe.skipIf(!hasVectors)('a list of trades', () => {
  let folder = '';
  let rows: string[][] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trades-'));
    mkdirSync(join(folder, 'evaluation'));
    cpSync(join(VECTORS, 'decision.json'), join(folder, 'decision.json'));
    const head = (name: string): string[] =>
      readFileSync(join(VECTORS, 'evaluation', name), 'utf8')
        .split(/\r?\n/)
        .slice(0, 1 + TRADES);
    writeFileSync(join(folder, 'evaluation', ENTRIES), head(ENTRIES).join('\n'));
    rows = head(LIST).map((line) => line.split(','));
    write(rows);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function write(list: readonly (readonly string[])[]): void {
    writeFileSync(join(folder, 'evaluation', LIST), list.map((row) => row.join(',')).join('\n'));
  }

  function compared(run: (check: Check) => void): Check {
    const check = createCheck(1e-10);
    run(check);
    return check;
  }

  it('fails by its column when any cell of it is another', () => {
    // One reading of the recordings for all of them: a list is read when it is run.
    const [list] = tradeLists(folder, [DATA]);
    expect(compared(list!.run).failures).toEqual([]);
    rows[0]!.forEach((column, k) => {
      const row = 1 + (k % TRADES);
      const cell = rows[row]![k]!;
      const other = Number.isNaN(Number(cell))
        ? `${cell}?`
        : String(Number(cell) * (1 + 1e-6) + (Number(cell) === 0 ? 1 : 0));
      write(rows.map((line, i) => (i === row ? line.with(k, other) : line)));
      expect(compared(list!.run).failures[0], column).toContain(`trades[${String(row - 1)}].${column}`);
    });
    write(rows);
  });

  it('fails as not checked where no folder has its recordings, and takes the first that has', () => {
    const nowhere = join(folder, 'data');
    const [unchecked] = tradeLists(folder, [nowhere]);
    expect(() => compared(unchecked!.run)).toThrow(
      `not checked: expected the recordings of bybit5m in ${nowhere}, found none`,
    );
    const [list] = tradeLists(folder, [nowhere, DATA]);
    expect(compared(list!.run).failures).toEqual([]);
  });

  it('fails when its name does not say of which recording, arm and seed it is', () => {
    const other = join(folder, 'evaluation', 'trades_other.csv');
    writeFileSync(other, '');
    const list = tradeLists(folder, [DATA]).find(({ name }) => name.endsWith('trades_other.csv'));
    expect(() => compared(list!.run)).toThrow(
      'expected a name like trades_bybit5m_P_seed1.csv, got trades_other.csv',
    );
    rmSync(other);
  });
});
