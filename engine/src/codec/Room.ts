import { EngineError } from '../EngineError.ts';
import { E8, MAX_E8, MAX_INTEGER, requireLittleEndian, TWO_32, TWO_537 } from './Bytes.ts';

/*
 * Where the frames that come at every look are read: one fixed room, seen as bytes, words and doubles. Reading a typed
 * array costs QuickJS a third of a DataView's method, and nothing is allocated. What lies here is valid until the next
 * frame is let in. Indices count in units of what is read: words of four bytes, doubles of eight.
 */
const ROOM_BYTES = 4_096;
const room = new ArrayBuffer(ROOM_BYTES);
export const roomBytes = new Uint8Array(room);
export const roomWords = new Uint32Array(room);
export const roomSigned = new Int32Array(room);
export const roomFloats = new Float32Array(room);
export const roomDoubles = new Float64Array(room);

/**
 * Lets a frame in.
 *
 * @returns its length, which costs QuickJS a call to ask for
 * @throws EngineError when it is shorter than `least` or longer than any frame
 */
export function letIn(frame: Uint8Array, least: number): number {
  requireLittleEndian();
  const { length } = frame;
  if (length < least) throw truncated(least, length);
  if (length > ROOM_BYTES) {
    throw new EngineError('request', 'oversized', 'frame', `at most ${String(ROOM_BYTES)} bytes`, length);
  }
  roomBytes.set(frame);
  return length;
}

export function truncated(expected: number, came: number): EngineError {
  return new EngineError('request', 'frame-truncated', 'frame', `${String(expected)} bytes`, came);
}

export function trailing(expected: number, came: number): EngineError {
  return new EngineError('request', 'frame-trailing', 'frame', `${String(expected)} bytes`, came);
}

/** An amount (e8) at a double's place. */
export function amountAt(double: number, field: string): number {
  // The bits of a positive integer below 2^53, read as a double, are that integer times 2^-1074.
  const integer = roomDoubles[double]! * TWO_537 * TWO_537;
  return integer > 0 && integer <= MAX_E8 ? integer / E8 : amountAtWord(2 * double, field);
}

/** An amount (e8) anywhere, of any sign. */
export function amountAtWord(word: number, field: string): number {
  const integer = roomWords[word]! + TWO_32 * roomSigned[word + 1]!;
  if (integer > MAX_E8 || integer < -MAX_E8) {
    throw new EngineError('request', 'out-of-domain', field, 'a magnitude of at most 67108864', integer / E8);
  }
  return integer / E8;
}

/** A whole number (u64 below 2^53) at a double's place. */
export function wholeAt(double: number, field: string): number {
  const integer = roomDoubles[double]! * TWO_537 * TWO_537;
  return integer > 0 && integer <= MAX_INTEGER ? integer : wholeAtWord(2 * double, field);
}

/** A whole number (u64 below 2^53) anywhere. */
export function wholeAtWord(word: number, field: string): number {
  const integer = roomWords[word]! + TWO_32 * roomWords[word + 1]!;
  if (integer > MAX_INTEGER) {
    throw new EngineError('request', 'out-of-domain', field, 'an integer below 2^53', integer);
  }
  return integer;
}
