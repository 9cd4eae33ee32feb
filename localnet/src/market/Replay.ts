import type { Bar } from './Bar.ts';
import type { Recording } from './Recording.ts';

/** The four points of a bar's path, in the order in which they are passed. */
export const PHASES = ['open', 'adverse', 'favourable', 'close'] as const;
export type Phase = (typeof PHASES)[number];

/** Market time of a point after the open of a bar of a given length, ms: thirds of it, and a millisecond before its end. */
export function phaseOffsetMs(phase: Phase, lengthMs: number): number {
  return phase === 'close' ? lengthMs - 1 : (PHASES.indexOf(phase) * lengthMs) / 3;
}

/** One step of the common timeline. A symbol that recorded no bar at this time stands still. */
export interface Moment {
  readonly timeMs: number;
  readonly market: Bar | undefined;
  readonly leader: Bar | undefined;
}

/** Joins both series on time, from the first time at which both have a price. */
export function timelineOf(recording: Recording): Moment[] {
  const { market, leader } = recording;
  const firstMs = Math.max(market.bars[0]?.timeMs ?? 0, leader.bars[0]?.timeMs ?? 0);
  const moments = new Map<number, { timeMs: number; market: Bar | undefined; leader: Bar | undefined }>();
  for (const bar of market.bars)
    moments.set(bar.timeMs, { timeMs: bar.timeMs, market: bar, leader: undefined });
  for (const bar of leader.bars) {
    const moment = moments.get(bar.timeMs);
    if (moment === undefined) moments.set(bar.timeMs, { timeMs: bar.timeMs, market: undefined, leader: bar });
    else moment.leader = bar;
  }
  return [...moments.values()].filter(({ timeMs }) => timeMs >= firstMs).sort((a, b) => a.timeMs - b.timeMs);
}

/**
 * The price of each point of a bar. The extreme against the position comes first: the low for a long and for no
 * position, the high for a short.
 */
export function pathOf(bar: Bar, positionE8: bigint): Readonly<Record<Phase, bigint>> {
  const lowFirst = positionE8 >= 0n;
  return {
    open: bar.openE8,
    adverse: lowFirst ? bar.lowE8 : bar.highE8,
    favourable: lowFirst ? bar.highE8 : bar.lowE8,
    close: bar.closeE8,
  };
}
