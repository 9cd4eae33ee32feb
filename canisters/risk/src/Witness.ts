import { HASH_BYTES } from '@plimsoll/engine';
import { certification } from './Certification.ts';
import { siblingsOf } from './Tree.ts';

export const WITNESS_VERSION = 1;

const IN_TREE = 0;
const IN_JOURNAL = 1;
const LEAD_BYTES = 7;
const LINK_BYTES = 4 + HASH_BYTES;

/** The way from an owner's newest certified head to the root, as `docs/frame.md` lays it out. */
export function witnessOf(slot: number): Uint8Array {
  const { links, depth } = certification();
  let own = links.length - 1;
  while (own >= 0 && links[own]!.slot !== slot) own--;
  const hashes = own < 0 ? siblingsOf(slot, depth) : [links[own]!.before];
  const later = links.slice(own + 1);
  const bytes = new Uint8Array(LEAD_BYTES + hashes.length * HASH_BYTES + 1 + later.length * LINK_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = WITNESS_VERSION;
  bytes[1] = own < 0 ? IN_TREE : IN_JOURNAL;
  view.setUint32(2, slot, true);
  bytes[6] = hashes.length;
  let at = LEAD_BYTES;
  for (const hash of hashes) {
    bytes.set(hash, at);
    at += HASH_BYTES;
  }
  bytes[at++] = later.length;
  for (const link of later) {
    view.setUint32(at, link.slot, true);
    bytes.set(link.head, at + 4);
    at += LINK_BYTES;
  }
  return bytes;
}
