import { decodeClaim, EngineError, outOfDomain, type Answer, type StatePart } from '@plimsoll/engine';
import { ownerAt, readableAccount } from './Access.ts';
import type { Call } from './Call.ts';
import { newestCheckpointMs, readKept, readStatePart, takeCheckpoint, type Kept } from './Checkpoints.ts';
import { repeatedAnswer } from './Records.ts';
import { sessionOf } from './Sessions.ts';

/** Checkpoints that an owner asks for are at least so far apart: each keeps a whole state. */
export const LEAST_APART_MS = 86_400_000;

/** A checkpoint when the owner wants one. Record `checkpoint`. @throws EngineError `temporary/checkpoint-recent` */
export function askForCheckpoint(call: Call): Answer {
  const session = sessionOf(ownerAt(call));
  const { id, claim } = decodeClaim(call.frame);
  if (claim !== 'checkpoint') throw outOfDomain('frame', 'checkpoint', claim);
  const repeated = repeatedAnswer(session, call, id);
  if (repeated !== null) return repeated;
  const kept = readKept(session.slot);
  const fromMs = newestCheckpointMs(session.slot, kept) + LEAST_APART_MS;
  if (kept.checkpoints.length > 0 && call.timeMs < fromMs) {
    throw new EngineError('temporary', 'checkpoint-recent', 'IC time', `from ${String(fromMs)}`, call.timeMs);
  }
  call.phase = 'recording';
  return takeCheckpoint(session, call, id);
}

/** What of the owner's log is there; null for anyone who may not read it. */
export function keptOf(caller: Uint8Array, owner: Uint8Array, timeMs: number): Kept | null {
  const readable = readableAccount(caller, owner, timeMs);
  return readable === null ? null : readKept(readable.slot);
}

/** One part of a checkpoint's state; null where there is none, and for anyone who may not read it. */
export function statePartOf(
  caller: Uint8Array,
  owner: Uint8Array,
  timeMs: number,
  sequence: number,
  part: number,
): StatePart | null {
  const readable = readableAccount(caller, owner, timeMs);
  return readable === null ? null : readStatePart(readable.slot, sequence, part);
}
