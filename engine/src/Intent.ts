import { outOfDomain } from './EngineError.ts';
import { FIRST_PLACE, getPlace, putPlace, type Place } from './Place.ts';
import type { Side } from './Position.ts';
import {
  end,
  finish,
  getBytes,
  getE8,
  getI8,
  getU64,
  putBytes,
  putE8,
  putI8,
  putU64,
} from './codec/Bytes.ts';
import { requireAmount, requireTime } from './Domain.ts';
import { assertId, FRAME_INTENT, frameReader, frameWriter, ID_BYTES } from './codec/Frame.ts';

/** A wish to enter. How sure the trader is has no field: conviction is not an input. */
export interface Intent {
  readonly id: Uint8Array;
  /** Which of the owner's desks; the first market of the first account where it is left out. */
  readonly place?: Place;
  /** The venue's clock when the wish was made. */
  readonly timeMs: number;
  readonly side: Side;
  readonly notionalUsdt: number;
}

/** @throws EngineError when a field is outside its domain. */
export function assertIntent(intent: Intent): void {
  const { id, timeMs, side, notionalUsdt } = intent;
  assertId(id, 'id');
  requireTime('timeMs', timeMs);
  if (side !== 1 && side !== -1) throw outOfDomain('side', '1 or -1', side);
  requireAmount('notionalUsdt', notionalUsdt);
}

export function encodeIntent(intent: Intent): Uint8Array {
  const w = frameWriter(FRAME_INTENT, 64);
  putBytes(w, intent.id);
  putPlace(w, intent.place ?? FIRST_PLACE);
  putU64(w, intent.timeMs, 'timeMs');
  putI8(w, intent.side);
  putE8(w, intent.notionalUsdt, 'notionalUsdt');
  return finish(w);
}

export function decodeIntent(frame: Uint8Array): Intent {
  const r = frameReader(frame, FRAME_INTENT);
  const id = getBytes(r, ID_BYTES, 'id');
  const place = getPlace(r);
  const timeMs = getU64(r, 'timeMs');
  const side = getI8(r, 'side');
  const notionalUsdt = getE8(r, 'notionalUsdt');
  end(r);
  const intent: Intent = { id, place, timeMs, side: side as Side, notionalUsdt };
  assertIntent(intent);
  return intent;
}
