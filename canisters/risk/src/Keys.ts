/** Keys of the stable maps: fixed width and big-endian, so that the order of bytes is the order of meaning. */

export const PRINCIPAL_KEY_BYTES = 30;

/** A length byte, the principal, zeros up to 30 bytes. */
export function principalKey(principal: Uint8Array): Uint8Array {
  const key = new Uint8Array(PRINCIPAL_KEY_BYTES);
  key[0] = principal.length;
  key.set(principal, 1);
  return key;
}

/** The principal of a `principalKey`, as a copy. */
export function principalOf(key: Uint8Array): Uint8Array {
  return key.slice(1, 1 + (key[0] ?? 0));
}

export function slotKey(slot: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, slot);
  return key;
}

/** @throws RangeError when the bytes are not a slot key: the store is damaged. */
export function slotOf(key: Uint8Array): number {
  if (key.length !== 4) throw new RangeError(`slot key: expected 4 bytes, came ${String(key.length)}`);
  return new DataView(key.buffer, key.byteOffset, 4).getUint32(0);
}

/** Slot, then the desk's place in one byte. */
export function deskSlotKey(slot: number, desk: number): Uint8Array {
  const key = new Uint8Array(5);
  new DataView(key.buffer).setUint32(0, slot);
  key[4] = desk;
  return key;
}

/** Slot, then sequence: one owner's records lie together, oldest first. */
export function recordKey(slot: number, sequence: number): Uint8Array {
  const key = new Uint8Array(12);
  const view = new DataView(key.buffer);
  const high = Math.floor(sequence / 4_294_967_296);
  view.setUint32(0, slot);
  view.setUint32(4, high);
  view.setUint32(8, sequence - high * 4_294_967_296);
  return key;
}

/** Slot, sequence of a checkpoint, then the place of a part of its state. */
export function statePartKey(slot: number, sequence: number, part: number): Uint8Array {
  const key = new Uint8Array(13);
  key.set(recordKey(slot, sequence));
  key[12] = part;
  return key;
}
