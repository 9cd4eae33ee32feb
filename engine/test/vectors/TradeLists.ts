import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarginTier } from '../../src/model/MarginTiers.ts';
import { readDataset, type Dataset } from '../evaluation/Dataset.ts';
import { featuresOf, type Features } from '../evaluation/Features.ts';
import { ARMS, simulate } from '../evaluation/Simulator.ts';
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
 * The trade lists that can be replayed. @param dataDirectory the recordings; without them there are none.
 */
export function tradeLists(directory: string, dataDirectory: string): TradeList[] {
  const folder = join(directory, 'evaluation');
  if (!existsSync(folder) || !existsSync(dataDirectory)) return [];
  const datasets = new Map<string, { dataset: Dataset; features: Features; barAt: Map<number, number> }>();
  const load = (name: string): { dataset: Dataset; features: Features; barAt: Map<number, number> } => {
    let loaded = datasets.get(name);
    if (loaded === undefined) {
      const dataset = readDataset(dataDirectory, name);
      const barAt = new Map(dataset.bars.map(({ timeMs }, i) => [timeMs, i]));
      loaded = { dataset, features: featuresOf(dataset), barAt };
      datasets.set(name, loaded);
    }
    return loaded;
  };
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, dataset = '', arm = ''] = NAME.exec(file) ?? [];
      if (dataset === '') return [];
      return [
        {
          name: `evaluation/${file}`,
          run: (check: Check): void => {
            const tiers = tiersOf(loader(directory)<{ tiers: VectorTier[] }>(TIERS_FILE).tiers);
            const entries = join(folder, file.replace(`trades_${dataset}_${arm}`, `entries_${dataset}`));
            compare(check, arm, rowsOf(join(folder, file)), rowsOf(entries), load(dataset), tiers);
          },
        },
      ];
    });
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
    const trade = simulate(arm, side, i, dataset.bars, features, tiers);
    same(check, `${at}.taken`, row['taken'] === '1', trade !== null);
    if (trade === null || row['taken'] !== '1') return;
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
    same(check, `${at}.liquidated`, row['liquidated'] === '1', trade.reason === 'LIQ');
  });
}
