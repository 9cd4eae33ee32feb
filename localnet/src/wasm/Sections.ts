import { ByteReader } from './ByteReader.ts';
import { ByteWriter } from './ByteWriter.ts';
import { WasmError } from './WasmError.ts';

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** The order in which sections must stand; the data count is numbered late but stands early. */
export const SECTION_ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11] as const;

export interface Sections {
  /** Contents of the known sections by id. */
  readonly known: ReadonlyMap<number, Uint8Array>;
  readonly custom: readonly { readonly name: string; readonly content: Uint8Array }[];
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Splits a module into its sections. Throws `WasmError` when the bytes are not a version 1 module. */
export function readSections(bytes: Uint8Array): Sections {
  if (bytes.length < HEADER.length || HEADER.some((byte, i) => bytes[i] !== byte)) {
    throw new WasmError('expected a WebAssembly module (\\0asm, version 1) or its gzip, got other bytes');
  }
  const known = new Map<number, Uint8Array>();
  const custom: { name: string; content: Uint8Array }[] = [];
  const reader = new ByteReader(bytes, HEADER.length);
  while (!reader.done) {
    const id = reader.u8();
    const content = reader.take(reader.u32());
    if (id === SECTION.custom) {
      const inner = new ByteReader(content);
      custom.push({ name: inner.name(), content: content.subarray(inner.offset) });
    } else if (id > SECTION.dataCount || known.has(id)) {
      throw new WasmError(`section ${id} is unknown or stands twice`);
    } else {
      known.set(id, content);
    }
  }
  return { known, custom };
}

/** Puts sections together again, without custom ones. */
export function writeSections(known: ReadonlyMap<number, Uint8Array>): Uint8Array {
  let size = HEADER.length;
  for (const content of known.values()) size += content.length + 8;
  const out = new ByteWriter(size);
  out.write(HEADER);
  for (const id of SECTION_ORDER) {
    const content = known.get(id);
    if (content === undefined) continue;
    out.u8(id);
    out.vector(content);
  }
  return out.finish();
}

/** The number of entries at the head of a section; 0 when the section is absent. */
export function entryCount(content: Uint8Array | undefined): number {
  return content === undefined ? 0 : new ByteReader(content).u32();
}

/** A section with entries added at its end. */
export function appendEntries(content: Uint8Array | undefined, entries: readonly Uint8Array[]): Uint8Array {
  const reader = new ByteReader(content ?? new Uint8Array([0]));
  const count = reader.u32();
  const out = new ByteWriter(reader.end + 64);
  out.u32(count + entries.length);
  out.write(reader.bytes.subarray(reader.offset));
  for (const entry of entries) out.write(entry);
  return out.finish();
}
