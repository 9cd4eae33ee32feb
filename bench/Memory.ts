import { snapshotDesk, WARM_UP_BARS } from '../engine/src/index.ts';
import type { Columns } from './Bare.ts';
import { createWatch, watchBar } from './Watch.ts';

/** Megabytes of live heap after each tenth of the bars, and the bytes of the desk's state, which never change. */
export interface MemoryReport {
  readonly bars: number;
  readonly heapMegabytes: readonly number[];
  readonly stateBytes: readonly number[];
  /** Largest less smallest after the first tenth. */
  readonly growthMegabytes: number;
}

const TENTHS = 10;

/**
 * Runs `bars` bars through one desk: the recording over and over, forwards and backwards in turn, so that no price jumps.
 * Wants `--expose-gc`.
 */
export function memoryOver(own: Columns, leader: Columns, bars: number): MemoryReport {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('expected node --expose-gc, got a heap that cannot be measured');
  const watch = createWatch(own, leader);
  const heapMegabytes: number[] = [];
  const stateBytes: number[] = [];
  let i = WARM_UP_BARS - 1;
  let by = 1;
  let timeMs = own.timeMs[i]!;
  for (let seen = 1; seen <= bars; seen++) {
    if (i + by >= own.close.length || i + by < 0) by = -by;
    i += by;
    timeMs += 300_000;
    watchBar(watch, i, timeMs - own.timeMs[i]!);
    if (seen % Math.floor(bars / TENTHS) !== 0) continue;
    gc();
    heapMegabytes.push(Math.round(process.memoryUsage().heapUsed / 1e4) / 100);
    stateBytes.push(snapshotDesk(watch.desk).length);
  }
  const later = heapMegabytes.slice(1);
  const growthMegabytes = Math.round(100 * (Math.max(...later) - Math.min(...later))) / 100;
  return { bars, heapMegabytes, stateBytes, growthMegabytes };
}
