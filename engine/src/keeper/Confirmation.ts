import { BAR_MS } from '../Bar.ts';
import { requireTime } from '../Domain.ts';
import { outOfDomain } from '../EngineError.ts';
import { getPlace, putPlace, type Place } from '../Place.ts';
import { end, finish, getBytes, getU64, putBytes, putU64 } from '../codec/Bytes.ts';
import { assertId, FRAME_CONFIRMATION, frameReader, frameWriter, ID_BYTES } from '../codec/Frame.ts';

/** The owner's word for a close that jumped: the bar is taken as it is, without a next bar that confirms it. */
export interface Confirmation {
  readonly id: Uint8Array;
  readonly place: Place;
  /** Open time of the bar. */
  readonly barMs: number;
}

/** @throws EngineError when a field is outside its domain. */
export function assertConfirmation({ id, barMs }: Confirmation): void {
  assertId(id, 'confirmation.id');
  requireTime('confirmation.barMs', barMs);
  if (barMs % BAR_MS !== 0) throw outOfDomain('confirmation.barMs', 'a multiple of 300000', barMs);
}

export function encodeConfirmation(confirmation: Confirmation): Uint8Array {
  assertConfirmation(confirmation);
  const w = frameWriter(FRAME_CONFIRMATION, 32);
  putBytes(w, confirmation.id);
  putPlace(w, confirmation.place);
  putU64(w, confirmation.barMs, 'confirmation.barMs');
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one confirmation. */
export function decodeConfirmation(frame: Uint8Array): Confirmation {
  const r = frameReader(frame, FRAME_CONFIRMATION);
  const id = getBytes(r, ID_BYTES, 'confirmation.id');
  const place = getPlace(r);
  const barMs = getU64(r, 'confirmation.barMs');
  end(r);
  const confirmation: Confirmation = { id, place, barMs };
  assertConfirmation(confirmation);
  return confirmation;
}
