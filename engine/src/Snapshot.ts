import { EngineError } from './EngineError.ts';
import { fnv1a } from './codec/Fnv.ts';

/** What engine state is made of. Keys are written in the order in which the state was created. */
export type Leaf = number | boolean | Float64Array | Int32Array | Uint8Array;
type State = { [key: string]: Leaf | State };

/*
 * Layout: version and shape (u32 each), then a double for every key of every object in order (numbers and flags; 0 for
 * what follows below), then the typed arrays in the same order: doubles first, then 32-bit integers, then bytes.
 */
export const SNAPSHOT_VERSION = 1;
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
export function shapeHash(state: object): number {
  const text = describe(state as State, '');
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return fnv1a(bytes);
}

/** One object of a state: its keys, and what lies behind them. */
interface Node {
  readonly keys: readonly string[];
  /** Places of the keys of numbers, of flags, and of those behind which there is more. */
  readonly numbers: readonly number[];
  readonly flags: readonly number[];
  readonly others: readonly number[];
  readonly doubles: readonly string[];
  readonly integers: readonly string[];
  readonly bytes: readonly string[];
  readonly children: readonly (readonly [key: string, node: Node])[];
}

/** How states of one kind are laid out, worked out once from one of them. */
export interface Layout {
  readonly root: Node;
  readonly hash: number;
  readonly firstArray: number;
  readonly firstInteger: number;
  readonly firstByte: number;
  readonly length: number;
}

function nodeOf(state: State): Node {
  const keys = Object.keys(state);
  const values = keys.map((key) => state[key]!);
  const keysOf = (test: (value: Leaf | State) => boolean): string[] =>
    keys.filter((_, i) => test(values[i]!));
  const placesOf = (type: string): number[] => keys.map((_, i) => i).filter((i) => typeof values[i] === type);
  return {
    keys,
    numbers: placesOf('number'),
    flags: placesOf('boolean'),
    others: placesOf('object'),
    doubles: keysOf((value) => value instanceof Float64Array),
    integers: keysOf((value) => value instanceof Int32Array),
    bytes: keysOf((value) => value instanceof Uint8Array),
    children: keys.flatMap((key, i) => {
      const value = values[i]!;
      return typeof value === 'object' && !ArrayBuffer.isView(value) ? [[key, nodeOf(value)] as const] : [];
    }),
  };
}

function total(node: Node, state: State, count: (node: Node, state: State) => number): number {
  let sum = count(node, state);
  for (const [key, child] of node.children) sum += total(child, state[key] as State, count);
  return sum;
}

/**
 * The layout of states like this one.
 *
 * @param hash its `shapeHash`, kept as a constant by whoever keeps states: to compute it is dearer than all the rest.
 */
export function layoutOf(like: object, hash: number): Layout {
  const state = like as State;
  const root = nodeOf(state);
  const lengths = (keys: (node: Node) => readonly string[]): number =>
    total(root, state, (node, at) =>
      keys(node).reduce((sum, key) => sum + (at[key] as Uint8Array).length, 0),
    );
  const firstArray = HEADER_BYTES / 8 + total(root, state, ({ keys }) => keys.length);
  const firstInteger = 2 * (firstArray + lengths(({ doubles }) => doubles));
  const firstByte = 4 * (firstInteger + lengths(({ integers }) => integers));
  const length = firstByte + lengths(({ bytes }) => bytes);
  return { root, hash, firstArray, firstInteger, firstByte, length };
}

/** Where the walk stands: next scalar, double, integer and byte. */
const cursor = { scalar: 0, double: 0, integer: 0, byte: 0 };

function start({ firstArray, firstInteger, firstByte }: Layout): void {
  cursor.scalar = HEADER_BYTES / 8;
  cursor.double = firstArray;
  cursor.integer = firstInteger;
  cursor.byte = firstByte;
}

/** One run of bytes seen in the three widths; its length is rounded up to whole doubles. */
interface Views {
  readonly doubles: Float64Array;
  readonly integers: Int32Array;
  readonly bytes: Uint8Array;
}

function viewsOf(length: number): Views {
  const buffer = new ArrayBuffer(8 * Math.ceil(length / 8));
  return {
    doubles: new Float64Array(buffer),
    integers: new Int32Array(buffer),
    bytes: new Uint8Array(buffer),
  };
}

function write(node: Node, state: State, views: Views): void {
  const { others, doubles, integers, bytes, children } = node;
  // All keys at once: one call costs less than reading and writing them one by one.
  const values = Object.values(state);
  for (let i = 0; i < others.length; i++) values[others[i]!] = 0;
  views.doubles.set(values as number[], cursor.scalar);
  cursor.scalar += values.length;
  for (let i = 0; i < doubles.length; i++) {
    const array = state[doubles[i]!] as Float64Array;
    views.doubles.set(array, cursor.double);
    cursor.double += array.length;
  }
  for (let i = 0; i < integers.length; i++) {
    const array = state[integers[i]!] as Int32Array;
    views.integers.set(array, cursor.integer);
    cursor.integer += array.length;
  }
  for (let i = 0; i < bytes.length; i++) {
    const array = state[bytes[i]!] as Uint8Array;
    views.bytes.set(array, cursor.byte);
    cursor.byte += array.length;
  }
  for (let i = 0; i < children.length; i++) {
    const child = children[i]!;
    write(child[1], state[child[0]] as State, views);
  }
}

function read(node: Node, state: State, views: Views): void {
  const { keys, numbers, flags, doubles, integers, bytes, children } = node;
  const from = cursor.scalar;
  const scalars = views.doubles;
  for (let i = 0; i < numbers.length; i++) {
    const place = numbers[i]!;
    const value = scalars[from + place]!;
    const whole = value | 0;
    // An index kept as a double would slow every access by it down, in QuickJS and in V8.
    state[keys[place]!] = whole === value ? whole : value;
  }
  for (let i = 0; i < flags.length; i++) state[keys[flags[i]!]!] = scalars[from + flags[i]!] !== 0;
  cursor.scalar = from + keys.length;
  for (let i = 0; i < doubles.length; i++) {
    const array = state[doubles[i]!] as Float64Array;
    array.set(views.doubles.subarray(cursor.double, cursor.double + array.length));
    cursor.double += array.length;
  }
  for (let i = 0; i < integers.length; i++) {
    const array = state[integers[i]!] as Int32Array;
    array.set(views.integers.subarray(cursor.integer, cursor.integer + array.length));
    cursor.integer += array.length;
  }
  for (let i = 0; i < bytes.length; i++) {
    const array = state[bytes[i]!] as Uint8Array;
    array.set(views.bytes.subarray(cursor.byte, cursor.byte + array.length));
    cursor.byte += array.length;
  }
  for (let i = 0; i < children.length; i++) {
    const child = children[i]!;
    read(child[1], state[child[0]] as State, views);
  }
}

/** Little-endian bytes of a state: version, shape, then every value. */
export function snapshot(state: object, layout: Layout): Uint8Array {
  const views = viewsOf(layout.length);
  const header = new DataView(views.bytes.buffer);
  header.setUint32(0, SNAPSHOT_VERSION, true);
  header.setUint32(4, layout.hash, true);
  start(layout);
  write(layout.root, state as State, views);
  return views.bytes.slice(0, layout.length);
}

/**
 * Fills a freshly created state of the same shape.
 *
 * @throws EngineError `snapshot-version`, `snapshot-shape` or `snapshot-length`; the state is untouched then.
 */
export function restore(state: object, layout: Layout, bytes: Uint8Array): void {
  const { length, hash } = layout;
  if (bytes.length !== length) {
    throw new EngineError('internal', 'snapshot-length', 'snapshot', `${String(length)} bytes`, bytes.length);
  }
  const views = viewsOf(length);
  views.bytes.set(bytes);
  const header = new DataView(views.bytes.buffer);
  const version = header.getUint32(0, true);
  if (version !== SNAPSHOT_VERSION) {
    throw new EngineError('internal', 'snapshot-version', 'snapshot', String(SNAPSHOT_VERSION), version);
  }
  const shape = header.getUint32(4, true);
  if (shape !== hash) {
    throw new EngineError('internal', 'snapshot-shape', 'snapshot', String(hash), shape);
  }
  start(layout);
  read(layout.root, state as State, views);
}
