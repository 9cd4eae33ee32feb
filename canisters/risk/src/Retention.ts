import { dropState, readKept, writeKept, type Checkpoint, type Kept } from './Checkpoints.ts';
import { removeFromLog } from './Log.ts';
import { policy } from './Policy.ts';
import { RECENT_RECORDS } from './Recent.ts';
import { currentStanding } from './Sessions.ts';

/*
 * How long records are kept. Everything since some checkpoint that is at least as old as the retention stays, with that
 * checkpoint's state: so that all of the stated time can be replayed, and a little more. What lies before goes; the
 * checkpoint's record carries the head before it, by which whoever holds the older records proves them.
 */

const DAY_MS = 86_400_000;
/** Records that one message takes away. */
export const MAX_PRUNED = 500;

/** Whether there is anything to take away. */
export function isPrunable(slot: number, timeMs: number): boolean {
  const kept = readKept(slot);
  const base = baseOf(kept, timeMs);
  return base !== null && (kept.first < endOf(slot, base) || base !== kept.checkpoints[0]);
}

/** Takes away what is kept no longer, up to `MAX_PRUNED` records of it. */
export function prune(slot: number, timeMs: number): void {
  const kept = readKept(slot);
  const base = baseOf(kept, timeMs);
  if (base === null) return;
  for (const checkpoint of kept.checkpoints) {
    if (checkpoint === base) break;
    dropState(slot, checkpoint);
  }
  const end = Math.min(endOf(slot, base), kept.first + MAX_PRUNED);
  for (let sequence = kept.first; sequence < end; sequence++) removeFromLog(slot, sequence);
  writeKept(slot, {
    first: Math.max(kept.first, end),
    checkpoints: kept.checkpoints.slice(kept.checkpoints.indexOf(base)),
  });
}

/** The newest checkpoint before which nothing need be kept. */
function baseOf({ checkpoints }: Kept, timeMs: number): Checkpoint | null {
  const fromMs = timeMs - policy().retentionDays * DAY_MS;
  for (let i = checkpoints.length - 1; i >= 0; i--) {
    if (checkpoints[i]!.timeMs <= fromMs) return checkpoints[i]!;
  }
  return null;
}

/** The first record to keep: repeated calls are answered from the newest ones. */
function endOf(slot: number, { sequence }: Checkpoint): number {
  return Math.min(sequence, Math.max(0, currentStanding(slot).records - RECENT_RECORDS));
}
