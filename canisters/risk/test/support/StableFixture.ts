import { gunzipSync, gzipSync } from 'node:zlib';
import type { StableImage } from '../../../../localnet/src/ic/LocalSubnet.ts';

/* A canister's stable memory as one small file: pages of 64 KiB as u32, then (u32 number, 4 KiB) for each page in use. */

const PAGE_BYTES = 4_096;
const ENTRY_BYTES = 4 + PAGE_BYTES;

export function packStable({ pages, content }: StableImage): Uint8Array {
  const bytes = new Uint8Array(4 + content.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, pages, true);
  content.forEach(([page, held], i) => {
    view.setUint32(4 + i * ENTRY_BYTES, page, true);
    bytes.set(held, 8 + i * ENTRY_BYTES);
  });
  return gzipSync(bytes, { level: 9 });
}

export function unpackStable(packed: Uint8Array): StableImage {
  const bytes = new Uint8Array(gunzipSync(packed));
  const view = new DataView(bytes.buffer);
  const content: [number, Uint8Array][] = [];
  for (let at = 4; at < bytes.length; at += ENTRY_BYTES) {
    content.push([view.getUint32(at, true), bytes.slice(at + 4, at + ENTRY_BYTES)]);
  }
  return { pages: view.getUint32(0, true), content };
}
