import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertBar } from '../../src/Bar.ts';
import { outOfDomain } from '../../src/EngineError.ts';
import type { MarginTier } from '../../src/model/MarginTiers.ts';
import { validateTiers } from '../../src/model/MarginTiers.ts';
import type { Check } from './Check.ts';

/** Where the reference vectors lie, seen from the repository's root; absent in a plain checkout. */
export const VECTORS = new URL('../../../../shared/vectors', import.meta.url).pathname;
/** The recordings that the trade lists are made on. */
export const DATA = new URL('../../../../shared/data', import.meta.url).pathname;
export const hasVectors = existsSync(join(VECTORS, 'manifest.json'));

/** Reads one vector file. The shape is the file's own; an adapter states the part that it reads. */
export type Load = <T>(name: string) => T;

export function loader(directory: string): Load {
  return <T>(name: string): T => JSON.parse(readFileSync(join(directory, name), 'utf8')) as T;
}

/** Compares one vector file with the engine. */
export type Adapter = { readonly tolerance: number; readonly run: (check: Check, load: Load) => void };

/** [openTimeMs, open, high, low, close, volume] */
export type Candle = [number, number, number, number, number, number];

export type VectorTier = { floor: number; cap: number; mmr: number; maxLev: number; cum: number };

/** The file's own tier table in the engine's names. @throws EngineError if its lines do not follow from each other. */
export function tiersOf(tiers: readonly VectorTier[]): MarginTier[] {
  const table = tiers.map((t) => ({
    minNotional: t.floor,
    maxNotional: t.cap,
    mmr: t.mmr,
    maxLeverage: t.maxLev,
    cum: t.cum,
  }));
  validateTiers(table);
  return table;
}

/** A file's candles. @throws EngineError where one is no bar or does not come after the one before. */
export function candlesOf(load: Load, name: string): Candle[] {
  const { candles } = load<{ candles: Candle[] }>(name);
  let lastMs = -Infinity;
  candles.forEach(([timeMs, open, high, low, close, volume], i) => {
    const at = `${name} candles[${String(i)}]`;
    assertBar({ timeMs, open, high, low, close, volume }, at);
    if (!(timeMs > lastMs)) throw outOfDomain(`${at}.timeMs`, `after ${String(lastMs)}`, timeMs);
    lastMs = timeMs;
  });
  return candles;
}
