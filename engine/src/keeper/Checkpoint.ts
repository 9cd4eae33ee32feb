import { restoreDesk, snapshotDesk, type Desk } from '../DeskState.ts';
import { EngineError } from '../EngineError.ts';
import { HASH_BYTES } from '../Record.ts';
import { finish, putBytes, putU32, putU8 } from '../codec/Bytes.ts';
import { FRAME_CHECKPOINT, frameWriter } from '../codec/Frame.ts';
import { deskKey, MAX_DESKS } from '../Place.ts';
import type { Books } from './Books.ts';
import type { Keeper } from './Keeper.ts';
import { decodeKeeper, encodeKeeper } from './KeeperFrame.ts';

/*
 * A checkpoint is a record whose essence is the hash of the owner's whole state: of all that the frames before it made.
 * Whoever holds that state can take the log up from there, and whoever replays the log from its beginning must come to
 * the same hash.
 */

/** Stands for the keeper, always the first part, where the others are named by their desks' keys (of which one is 255 too). */
export const KEEPER_PART = 255;

/** One part of an owner's state: the keeper, or one desk. */
export interface StatePart {
  /** `KEEPER_PART`, or the desk's `deskKey`. */
  readonly key: number;
  readonly bytes: Uint8Array;
}

/** A part told by its hash alone. */
export interface HashedPart {
  readonly key: number;
  readonly length: number;
  /** BLAKE3 of its bytes. */
  readonly hash: Uint8Array;
}

/** Keys of an owner's parts in their order: the keeper, then the desks by account and market. */
export function partKeys(keeper: Keeper): number[] {
  const keys = [KEEPER_PART];
  for (const { account, markets } of keeper.accounts)
    for (const { market } of markets) keys.push(deskKey({ account, market }));
  return keys;
}

/** The whole state, part by part. */
export function stateParts({ keeper, desks }: Books): StatePart[] {
  return partKeys(keeper).map((key, i) => {
    if (i === 0) return { key, bytes: encodeKeeper(keeper) };
    const desk = desks.get(key);
    if (desk === undefined) throw new EngineError('internal', 'no-desk', 'desk', String(key), 'none');
    return { key, bytes: snapshotDesk(desk) };
  });
}

/** What a checkpoint's essence is the BLAKE3 hash of; see `docs/frame.md`. */
export function checkpointInput(parts: readonly HashedPart[]): Uint8Array {
  const w = frameWriter(FRAME_CHECKPOINT, 3 + parts.length * (5 + HASH_BYTES));
  putU8(w, parts.length);
  for (const { key, length, hash } of parts) {
    putU8(w, key);
    putU32(w, length);
    putBytes(w, hash);
  }
  return finish(w);
}

/**
 * The books as a checkpoint left them. That the parts are the checkpoint's is for its essence to prove, before.
 *
 * @throws EngineError when they are not one keeper and exactly its desks, of this engine's version
 */
export function booksFrom(parts: readonly StatePart[]): Books {
  const [first, ...others] = parts;
  const expected = `a keeper and at most ${String(MAX_DESKS)} desks`;
  if (first?.key !== KEEPER_PART || others.length > MAX_DESKS) {
    throw new EngineError('request', 'out-of-domain', 'state', expected, `${String(parts.length)} parts`);
  }
  const keeper = decodeKeeper(first.bytes);
  const keys = partKeys(keeper);
  if (keys.length !== parts.length || keys.some((key, i) => key !== parts[i]!.key)) {
    const came = parts.map(({ key }) => key).join(', ');
    throw new EngineError('request', 'out-of-domain', 'state', `the parts ${keys.join(', ')}`, came);
  }
  return {
    keeper,
    desks: new Map<number, Desk>(others.map(({ key, bytes }) => [key, restoreDesk(bytes)])),
  };
}
