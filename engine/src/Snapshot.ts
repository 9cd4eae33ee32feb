import { EngineError } from './EngineError.ts';
import { fnv1a } from './codec/Fnv.ts';

/** What engine state is made of. Keys are written in the order in which the state was created. */
export type Leaf = number | boolean | Float64Array | Int32Array | Uint8Array;
export type State = { [key: string]: Leaf | State };

export const SNAPSHOT_VERSION = 0;
const HEADER_BYTES = 8;

function describe(state: State, path: string): string {
  let text = '';
  for (const key of Object.keys(state)) {
    const value = state[key]!;
    const name = `${path}.${key}`;
    if (typeof value === 'number') text += `${name}:f64;`;
    else if (typeof value === 'boolean') text += `${name}:u8;`;
    else if (value instanceof Float64Array) text += `${name}:f64[${String(value.length)}];`;
    else if (value instanceof Int32Array) text += `${name}:i32[${String(value.length)}];`;
    else if (value instanceof Uint8Array) text += `${name}:u8[${String(value.length)}];`;
    else text += describe(value, name);
  }
  return text;
}

/** Names, order, types and lengths as one number: a snapshot of another shape is refused, never misread. */
export function shapeHash(state: State): number {
  const text = describe(state, '');
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return fnv1a(bytes);
}

function sizeOf(state: State): number {
  let size = 0;
  for (const key of Object.keys(state)) {
    const value = state[key]!;
    if (typeof value === 'number') size += 8;
    else if (typeof value === 'boolean') size += 1;
    else if (value instanceof Uint8Array || value instanceof Int32Array || value instanceof Float64Array) {
      size += value.byteLength;
    } else size += sizeOf(value);
  }
  return size;
}

/** Typed arrays are copied whole, so their bytes must already be in the order that snapshots are written in. */
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function bytesOf(array: Float64Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function write(state: State, bytes: Uint8Array, view: DataView, start: number): number {
  let at = start;
  for (const key of Object.keys(state)) {
    const value = state[key]!;
    if (typeof value === 'number') {
      view.setFloat64(at, value, true);
      at += 8;
    } else if (typeof value === 'boolean') {
      view.setUint8(at, value ? 1 : 0);
      at += 1;
    } else if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) {
      bytes.set(bytesOf(value), at);
      at += value.byteLength;
    } else {
      at = write(value, bytes, view, at);
    }
  }
  return at;
}

function read(state: State, bytes: Uint8Array, view: DataView, start: number): number {
  let at = start;
  for (const key of Object.keys(state)) {
    const value = state[key]!;
    if (typeof value === 'number') {
      state[key] = view.getFloat64(at, true);
      at += 8;
    } else if (typeof value === 'boolean') {
      state[key] = view.getUint8(at) !== 0;
      at += 1;
    } else if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) {
      bytesOf(value).set(bytes.subarray(at, at + value.byteLength));
      at += value.byteLength;
    } else {
      at = read(value, bytes, view, at);
    }
  }
  return at;
}

/**
 * Little-endian bytes of a state: version, shape, then every value in order.
 *
 * @param shape `shapeHash` of a state of this kind, computed once: it is dearer than the snapshot.
 */
export function snapshot(state: State, shape: number): Uint8Array {
  if (!LITTLE_ENDIAN)
    throw new EngineError('internal', 'endianness', 'machine', 'little-endian', 'big-endian');
  const bytes = new Uint8Array(HEADER_BYTES + sizeOf(state));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SNAPSHOT_VERSION, true);
  view.setUint32(4, shape, true);
  write(state, bytes, view, HEADER_BYTES);
  return bytes;
}

/**
 * Fills a freshly created state of the same shape.
 *
 * @throws EngineError `snapshot-version`, `snapshot-shape` or `snapshot-length`; the state is untouched then.
 */
export function restore(state: State, shape: number, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expectedLength = HEADER_BYTES + sizeOf(state);
  if (bytes.length !== expectedLength) {
    throw new EngineError(
      'internal',
      'snapshot-length',
      'snapshot',
      `${String(expectedLength)} bytes`,
      bytes.length,
    );
  }
  const version = view.getUint32(0, true);
  if (version !== SNAPSHOT_VERSION) {
    throw new EngineError('internal', 'snapshot-version', 'snapshot', String(SNAPSHOT_VERSION), version);
  }
  if (view.getUint32(4, true) !== shape) {
    throw new EngineError('internal', 'snapshot-shape', 'snapshot', String(shape), view.getUint32(4, true));
  }
  read(state, bytes, view, HEADER_BYTES);
}
