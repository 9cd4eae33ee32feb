import { readFileSync } from 'node:fs';

/* Takes frames apart by the tables of docs/frame.md alone. */

interface Row {
  readonly field: string;
  readonly type: string;
}
export type Tables = ReadonlyMap<string, readonly Row[]>;

const PAGE = new URL('../../docs/frame.md', import.meta.url);
const ROW = /^\| `(\w+)` \| ([^|]+) \|/;

/** The tables of the page, by the heading that they stand under. */
export function readTables(): Tables {
  const tables = new Map<string, Row[]>();
  let rows: Row[] = [];
  for (const line of readFileSync(PAGE, 'utf8').split('\n')) {
    if (line.startsWith('### ')) tables.set(line.slice(4), (rows = []));
    else {
      const [, field, type] = ROW.exec(line) ?? [];
      if (field !== undefined && type !== undefined) rows.push({ field, type: type.trim() });
    }
  }
  return tables;
}

export type Parsed = { [field: string]: unknown };

interface Cursor {
  readonly view: DataView;
  at: number;
}

/** Reads a table's fields in order. @throws RangeError past the end of the frame */
function readTable(tables: Tables, name: string, cursor: Cursor, around: Parsed = {}): Parsed {
  const rows = tables.get(name);
  if (rows === undefined) throw new Error(`docs/frame.md has no table ${name}`);
  // A part sees the fields of the frame that it lies in.
  const parsed = Object.create(around) as Parsed;
  for (const { field, type } of rows) {
    const value = readType(tables, type, cursor, parsed);
    if (field === 'rest') Object.assign(parsed, value);
    else parsed[field] = value;
  }
  return parsed;
}

function readType(tables: Tables, type: string, cursor: Cursor, before: Parsed): unknown {
  const { view } = cursor;
  const step = (size: number): number => (cursor.at += size) - size;
  const [, repeated = '', count = '', low = '0', high = '31', pairs] =
    /^(.+) × (\w+)(?:\.(\d)-(\d)|\.(pairs))?$/.exec(type) ?? [];
  if (repeated !== '') {
    const number = /^\d+$/.test(count) ? Number(count) : Number(before[count]);
    const some = (number >>> Number(low)) & (2 ** (Number(high) - Number(low) + 1) - 1);
    const length = pairs === undefined ? some : (some * (some - 1)) / 2;
    return Array.from({ length }, () => readType(tables, repeated, cursor, before));
  }
  const [, choice = '', by = ''] = /^(\w+) by (\w+)$/.exec(type) ?? [];
  if (choice !== '') {
    const rows = tables.get(choice) ?? [];
    const row =
      rows.find(({ field }) => field === String(before[by])) ?? rows.find(({ field }) => field === 'else');
    if (row === undefined) throw new Error(`docs/frame.md has no row of ${choice} for ${String(before[by])}`);
    return readType(tables, row.type, cursor, before);
  }
  const [, optional = '', flag = '', bit = ''] = /^(.+) if (\w+)(?:\.(\d))?$/.exec(type) ?? [];
  if (optional !== '') {
    const value = Number(before[flag]);
    const isThere = bit === '' ? value !== 0 : (value & (1 << Number(bit))) !== 0;
    return isThere ? readType(tables, optional, cursor, before) : null;
  }
  const [, decimals = ''] = /^scaled (\w+)$/.exec(type) ?? [];
  if (decimals !== '') {
    const places = Number(before[decimals]);
    return places === 255
      ? readType(tables, 'e8', cursor, before)
      : view.getUint32(step(4), true) / Number(`1e${String(places)}`);
  }
  const [, length = ''] = /^bytes (\w+)$/.exec(type) ?? [];
  if (length !== '') {
    const size = /^\d+$/.test(length) ? Number(length) : Number(before[length]);
    const at = step(size);
    return new Uint8Array(view.buffer.slice(view.byteOffset + at, view.byteOffset + at + size));
  }
  switch (type) {
    case 'u8':
      return view.getUint8(step(1));
    case 'i32':
      return view.getInt32(step(4), true);
    case 'rate':
      return view.getInt32(step(4), true) / 1e8;
    case 'f32':
      return view.getFloat32(step(4), true);
    case 'i8':
      return view.getInt8(step(1));
    case 'u16':
      return view.getUint16(step(2), true);
    case 'u32':
      return view.getUint32(step(4), true);
    case 'u64':
      return Number(view.getBigUint64(step(8), true));
    case 'e8':
      return Number(view.getBigInt64(step(8), true)) / 1e8;
    case 'f64':
      return view.getFloat64(step(8), true);
    case 'text': {
      const size = view.getUint8(step(1));
      const at = step(size);
      return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, size));
    }
    default:
      return readTable(tables, type, cursor, before);
  }
}

/** Every field of a frame, and how many bytes the page accounts for. */
export function parseFrame(
  tables: Tables,
  name: string,
  frame: Uint8Array,
): { readonly fields: Parsed; readonly bytes: number } {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const cursor: Cursor = { view, at: 0 };
  const fields = readTable(tables, name, cursor);
  return { fields, bytes: cursor.at };
}
