import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarginTier } from '../../src/model/MarginTiers.ts';
import { hasDataset, readDataset, type Dataset } from '../evaluation/Dataset.ts';
import { featuresOf, type Features } from '../evaluation/Features.ts';
import { ARMS, NOTIONAL, entryTerms, simulate, type EntryTerms } from '../evaluation/Simulator.ts';
import { near, same, type Check } from './Check.ts';
import { loader, tiersOf, type VectorTier } from './Vector.ts';

/** Trade lists of a vectors folder: `evaluation/trades_<dataset>_<arm>_seed<n>.csv`, of the entries beside them. */
const NAME = /^trades_([a-z0-9]+)_([A-Z0-9]+)_seed\d+\.csv$/;
/** Whose tier table the evaluation used. */
const TIERS_FILE = 'decision.json';

export interface TradeList {
  /** Path below the vectors folder. */
  readonly name: string;
  readonly run: (check: Check) => void;
}

/** Columns that say which entry a row is of, and whether it was taken; and the name of an exit, which is free where there was none. */
const COMPARED_BEFORE = ['entry_ts_ms', 'side', 'entry_price', 'taken', 'notional_same', 'reason'];

type Row = Readonly<Record<string, string>>;

function rowsOf(path: string): Row[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  const keys = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [keys[i] ?? '', value])));
}

function number(row: Row, key: string): number | null {
  const text = row[key] ?? '';
  return text === '' ? null : Number(text);
}

/**
 * The trade lists of a vectors folder. @param dataDirectories where recordings may lie; the first that has a list's own is
 * taken, and a list without any fails when it is run.
 */
export function tradeLists(directory: string, dataDirectories: readonly string[]): TradeList[] {
  const folder = join(directory, 'evaluation');
  if (!existsSync(folder)) return [];
  const datasets = new Map<string, { dataset: Dataset; features: Features; barAt: Map<number, number> }>();
  const load = (name: string): { dataset: Dataset; features: Features; barAt: Map<number, number> } => {
    let loaded = datasets.get(name);
    if (loaded === undefined) {
      const dataset = readDataset(recordingsOf(dataDirectories, name), name);
      const barAt = new Map(dataset.bars.map(({ timeMs }, i) => [timeMs, i]));
      loaded = { dataset, features: featuresOf(dataset), barAt };
      datasets.set(name, loaded);
    }
    return loaded;
  };
  return readdirSync(folder)
    .sort()
    .filter((file) => file.startsWith('trades_'))
    .map((file) => ({
      name: `evaluation/${file}`,
      run: (check: Check): void => {
        const [, dataset, arm] = NAME.exec(file) ?? [];
        if (dataset === undefined || arm === undefined) {
          throw new Error(`expected a name like trades_bybit5m_P_seed1.csv, got ${file}`);
        }
        const tiers = tiersOf(loader(directory)<{ tiers: VectorTier[] }>(TIERS_FILE).tiers);
        const entries = join(folder, file.replace(`trades_${dataset}_${arm}`, `entries_${dataset}`));
        compare(check, arm, rowsOf(join(folder, file)), rowsOf(entries), load(dataset), tiers);
      },
    }));
}

function recordingsOf(dataDirectories: readonly string[], dataset: string): string {
  const found = dataDirectories.find((directory) => hasDataset(directory, dataset));
  if (found !== undefined) return found;
  throw new Error(
    `not checked: expected the recordings of ${dataset} in ${dataDirectories.join(' or ')}, found none`,
  );
}

function compare(
  check: Check,
  armName: string,
  rows: readonly Row[],
  entries: readonly Row[],
  {
    dataset,
    features,
    barAt,
  }: { readonly dataset: Dataset; readonly features: Features; readonly barAt: ReadonlyMap<number, number> },
  tiers: readonly MarginTier[],
): void {
  const arm = ARMS[armName];
  if (arm === undefined) {
    check.failures.push(`arm: expected one of ${Object.keys(ARMS).join(', ')}, came ${armName}`);
    return;
  }
  same(check, 'trades', rows.length, entries.length);
  entries.forEach((entry, n) => {
    const row = rows[n];
    if (row === undefined) return;
    const at = `trades[${String(n)}]`;
    const timeMs = number(entry, 'timestamp_ms') ?? -1;
    const side = number(entry, 'side') ?? 0;
    same(check, `${at}.entry_ts_ms`, number(row, 'entry_ts_ms') ?? -1, timeMs);
    same(check, `${at}.side`, number(row, 'side') ?? 0, side);
    const i = barAt.get(timeMs);
    if (i === undefined) {
      check.failures.push(`${at}: no candle opens at ${String(timeMs)}`);
      return;
    }
    near(check, `${at}.entry_price`, number(row, 'entry_price'), dataset.bars[i]!.open);
    near(check, `${at}.notional_same`, number(row, 'notional_same'), NOTIONAL);
    const trade = simulate(arm, side, i, dataset.bars, features, tiers);
    same(check, `${at}.taken`, row['taken'] ?? '', trade === null ? '0' : '1');
    if (trade === null) {
      compareUntaken(check, at, row, entryTerms(arm, side, i, dataset.bars, features, tiers));
      return;
    }
    same(check, `${at}.leverage`, number(row, 'leverage') ?? 0, trade.leverage);
    near(check, `${at}.stop_frac`, number(row, 'stop_frac'), trade.stopFraction);
    near(check, `${at}.stop0`, number(row, 'stop0'), trade.stop0);
    near(check, `${at}.liq0`, number(row, 'liq0'), trade.liq0);
    near(check, `${at}.notional_risk`, number(row, 'notional_risk'), trade.notionalRisk);
    same(check, `${at}.exit_ts_ms`, number(row, 'exit_ts_ms') ?? -1, trade.exitMs);
    same(check, `${at}.hold_bars`, number(row, 'hold_bars') ?? -1, trade.holdBars);
    same(check, `${at}.reason`, row['reason'] ?? '', trade.reason);
    near(check, `${at}.exit_price`, number(row, 'exit_price'), trade.exitPrice);
    same(check, `${at}.n_tp`, number(row, 'n_tp') ?? -1, trade.takeProfits);
    near(check, `${at}.funding_frac`, number(row, 'funding_frac'), trade.fundingFraction);
    near(check, `${at}.pnl_frac`, number(row, 'pnl_frac'), trade.pnlFraction);
    same(check, `${at}.liquidated`, row['liquidated'] ?? '', trade.reason === 'LIQ' ? '1' : '0');
  });
}

/** An entry that was not taken has terms, where the list states them, and nothing came of it. */
function compareUntaken(check: Check, at: string, row: Row, terms: EntryTerms): void {
  const known: Readonly<Record<string, number | null>> = {
    leverage: terms.leverage,
    stop_frac: terms.stopFraction,
    stop0: terms.stopFraction === null ? null : terms.stop0,
  };
  for (const key of Object.keys(row)) {
    if (COMPARED_BEFORE.includes(key)) continue;
    const stated = number(row, key);
    if (stated !== null && stated !== 0)
      near(check, `${at}.${key} of a trade not taken`, stated, known[key] ?? null);
  }
}
