import { later } from './Agenda.ts';
import { hasNewRecords, newestCheckpointMs, readKept, takeCheckpoint } from './Checkpoints.ts';
import { icTimeMs } from './Call.ts';
import { LOW_CYCLES, watchCycles } from './Cycles.ts';
import { countOwners } from './Owners.ts';
import { isPrunable, prune } from './Retention.ts';
import { sessionOf } from './Sessions.ts';
import { measureSizes } from './Sizes.ts';

/*
 * What the canister does by itself: a checkpoint a week for whoever has new records, and the end of what is kept long
 * enough. A sweep looks at a share of the owners, so that each is looked at once a day however many there are; what
 * one of them needs is done in a message of its own, and if that should trap, it is that owner's alone. The sweep's
 * place is not kept over an upgrade: it begins again.
 */

export const CHECKPOINT_EVERY_MS = 7 * 86_400_000;
/** Each of a sweep's messages costs what an update does before it begins: oftener, and a lone owner pays mostly for this. */
const SWEEP_EVERY_S = 3_600;
const SWEEPS_A_DAY = 86_400 / SWEEP_EVERY_S;
const NOTHING = new Uint8Array(0);

let next = 0;

/** Sets itself again before all else, in a message that does nothing which could trap and undo it. */
export function beginUpkeep(): void {
  later(0, measureSizes);
  later(SWEEP_EVERY_S, () => {
    beginUpkeep();
    later(0, sweep);
  });
}

function sweep(): void {
  const owners = countOwners();
  const timeMs = icTimeMs();
  // Nothing is lost by waiting: short of cycles they are for stops and decisions.
  if (owners === 0 || watchCycles(timeMs) < LOW_CYCLES) return;
  const share = Math.ceil(owners / SWEEPS_A_DAY);
  for (let i = 0; i < share; i++) {
    const slot = next % owners;
    next = slot + 1;
    if (isCheckpointDue(slot, timeMs) || isPrunable(slot, timeMs)) callFor(slot);
  }
}

function callFor(slot: number): void {
  later(0, () => {
    tend(slot);
  });
}

function tend(slot: number): void {
  const timeMs = icTimeMs();
  if (isCheckpointDue(slot, timeMs)) takeCheckpoint(sessionOf(slot), { frame: NOTHING, timeMs }, null);
  prune(slot, timeMs);
  if (isPrunable(slot, timeMs)) callFor(slot);
}

function isCheckpointDue(slot: number, timeMs: number): boolean {
  const kept = readKept(slot);
  return timeMs - newestCheckpointMs(slot, kept) >= CHECKPOINT_EVERY_MS && hasNewRecords(slot, kept);
}
