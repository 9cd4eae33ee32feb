import { ONE_E8, parseE8 } from './E8.ts';
import { readText } from './MarketFile.ts';
import { RecordingError } from './RecordingError.ts';

/**
 * One bracket of a venue's margin table. A notional in (min, max] needs `notional × mmr − cum` of maintenance margin;
 * `cum` makes that continuous over the brackets.
 */
export interface MarginTier {
  readonly minNotionalE8: bigint;
  readonly maxNotionalE8: bigint;
  readonly mmrE8: bigint;
  readonly maxLeverageE8: bigint;
  readonly cumE8: bigint;
}

/** A margin table and the moment it came into force. */
export interface DatedTiers {
  readonly sinceMs: number;
  readonly tiers: readonly MarginTier[];
}

/** The table in force at a time: the last one begun by then, or the first one before any has. `tables` is never empty. */
export function tiersAt(tables: readonly DatedTiers[], timeMs: number): readonly MarginTier[] {
  let current = tables[0];
  for (const table of tables) {
    if (table.sinceMs <= timeMs) current = table;
  }
  if (current === undefined) throw new RangeError('expected at least one margin table, got none');
  return current.tiers;
}

/** The tier of a notional; above the last bracket, the last one. */
export function tierOf(tiers: readonly MarginTier[], notionalE8: bigint): MarginTier {
  const tier = tiers.find(({ maxNotionalE8 }) => notionalE8 <= maxNotionalE8) ?? tiers.at(-1);
  if (tier === undefined) throw new RangeError('expected at least one margin tier, got none');
  return tier;
}

/** Largest notional allowed at a leverage; 0 when no tier allows that leverage. */
export function maxNotionalE8(tiers: readonly MarginTier[], leverage: number): bigint {
  let maximum = 0n;
  for (const tier of tiers) {
    if (tier.maxLeverageE8 >= BigInt(leverage) * ONE_E8) maximum = tier.maxNotionalE8;
  }
  return maximum;
}

/**
 * Fills in `cum` from floors and rates: `cum_i = cum_(i−1) + floor_i × (mmr_i − mmr_(i−1))`, exact here because floors
 * are whole USDT.
 */
export function withCum(rows: readonly Omit<MarginTier, 'cumE8'>[]): MarginTier[] {
  let cumE8 = 0n;
  let previousMmrE8: bigint | undefined;
  return rows.map((row) => {
    if (previousMmrE8 !== undefined) {
      cumE8 += (row.minNotionalE8 * (row.mmrE8 - previousMmrE8)) / ONE_E8;
    }
    previousMmrE8 = row.mmrE8;
    return { ...row, cumE8 };
  });
}

/**
 * Margin tables of `symbol` in a JSON file, in any of three shapes: an array of tiers (in force for ever);
 * `{changes:[{symbol,firstSeen,tiers}]}`, each in force from its date; `{data:{"ICP/USDT:USDT":[tiers]}}`.
 * @returns the tables in order of time, empty when the file speaks of other symbols only.
 * @throws RecordingError
 */
export function loadTiers(path: string, symbol: string): DatedTiers[] {
  let json: unknown;
  try {
    json = JSON.parse(readText(path));
  } catch (cause) {
    if (cause instanceof RecordingError) throw cause;
    return refuse(path, 'JSON', cause instanceof Error ? cause.message : String(cause));
  }
  return parseTiers(json, path, symbol);
}

/** As `loadTiers`, from parsed JSON; `source` names it in errors. @throws RecordingError */
export function parseTiers(json: unknown, source: string, symbol: string): DatedTiers[] {
  if (Array.isArray(json)) return [{ sinceMs: 0, tiers: parseTable(json, source) }];
  if (isRecord(json) && Array.isArray(json['changes'])) return parseChanges(json['changes'], source, symbol);
  if (isRecord(json) && isRecord(json['data'])) {
    const entry = Object.entries(json['data']).find(([name]) => plainSymbol(name) === symbol);
    return entry === undefined ? [] : [{ sinceMs: 0, tiers: parseTable(entry[1], `${source} ${entry[0]}`) }];
  }
  return refuse(source, 'an array of tiers, {changes:[…]} or {data:{…}}', typeof json);
}

function parseChanges(changes: readonly unknown[], source: string, symbol: string): DatedTiers[] {
  const tables: DatedTiers[] = [];
  for (const change of changes) {
    if (!isRecord(change)) return refuse(source, 'an object in changes', typeof change);
    if (change['symbol'] !== symbol) continue;
    const sinceMs = Date.parse(String(change['firstSeen']));
    if (Number.isNaN(sinceMs)) return refuse(source, 'firstSeen as an ISO date', String(change['firstSeen']));
    // A table recorded without maintenance rates says nothing about liquidation: the next one stands in for it.
    const rows = change['tiers'];
    if (Array.isArray(rows) && rows.some((row) => isRecord(row) && row['mmr'] === null)) continue;
    tables.push({
      sinceMs,
      tiers: parseTable(rows, `${source} ${symbol} of ${String(change['firstSeen'])}`),
    });
  }
  return tables.sort((a, b) => a.sinceMs - b.sinceMs);
}

function parseTable(rows: unknown, source: string): MarginTier[] {
  if (!Array.isArray(rows) || rows.length === 0)
    return refuse(source, 'a non-empty array of tiers', typeof rows);
  const given: (bigint | undefined)[] = [];
  const bare = rows.map((row: unknown, i) => {
    if (!isRecord(row)) return refuse(source, `an object as tier ${i + 1}`, typeof row);
    const field = (name: string): bigint => {
      const valueE8 = parseE8(String(row[name]));
      return valueE8 ?? refuse(source, `${name} of tier ${i + 1} as a decimal`, String(row[name]));
    };
    given.push(row['cum'] === undefined || row['cum'] === null ? undefined : field('cum'));
    return {
      minNotionalE8: field('minNotional'),
      maxNotionalE8: field('maxNotional'),
      mmrE8: field('mmr'),
      maxLeverageE8: field('maxLeverage'),
    };
  });
  bare.forEach((tier, i) => {
    const before = bare[i - 1];
    const floorE8 = before?.maxNotionalE8 ?? 0n;
    const where = `tier ${i + 1}`;
    if (tier.minNotionalE8 !== floorE8) {
      refuse(
        source,
        `${where} to begin where the one before ends`,
        `minNotional ${String(tier.minNotionalE8)}e-8`,
      );
    }
    if (tier.maxNotionalE8 <= tier.minNotionalE8)
      refuse(source, `maxNotional > minNotional in ${where}`, 'less');
    if (tier.mmrE8 <= (before?.mmrE8 ?? 0n) || tier.mmrE8 >= ONE_E8) {
      refuse(source, `mmr of ${where} between that of the tier before and 1`, `${String(tier.mmrE8)}e-8`);
    }
    if (tier.maxLeverageE8 < ONE_E8)
      refuse(source, `maxLeverage of ${where} >= 1`, `${String(tier.maxLeverageE8)}e-8`);
  });
  return withCum(bare).map((tier, i) => {
    const cumE8 = given[i];
    if (cumE8 !== undefined && cumE8 !== tier.cumE8) {
      refuse(source, `cum of tier ${i + 1} = ${String(tier.cumE8)}e-8 (continuity)`, `${String(cumE8)}e-8`);
    }
    return tier;
  });
}

function plainSymbol(name: string): string {
  return name.replace(/:.*$/, '').replace('/', '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(source: string, expected: string, got: string): never {
  throw new RecordingError({ source, expected, got, remedy: 'correct the margin tiers' });
}
