import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarginTier } from '../../src/model/MarginTiers.ts';
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

/** The file's own tier table in the engine's names. */
export function tiersOf(tiers: readonly VectorTier[]): MarginTier[] {
  return tiers.map((t) => ({
    minNotional: t.floor,
    maxNotional: t.cap,
    mmr: t.mmr,
    maxLeverage: t.maxLev,
    cum: t.cum,
  }));
}

export function candlesOf(load: Load, name: string): Candle[] {
  return load<{ candles: Candle[] }>(name).candles;
}
