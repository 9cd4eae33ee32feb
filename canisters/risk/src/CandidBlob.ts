import { EngineError } from '@plimsoll/engine';

/** `DIDL`, a type table of one entry `vec nat8` (6d 7b), one argument of type 0. */
const HEADER = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0x01, 0x6d, 0x7b, 0x01, 0x00);

/** Five groups of seven bits hold any length that fits a message. */
const MAX_LENGTH_BYTES = 5;

/** A blob's message is longer than the blob by at most this. */
export const BLOB_OVERHEAD_BYTES = HEADER.length + MAX_LENGTH_BYTES;

/**
 * The bytes inside a Candid message of exactly one `blob`, as a view of the message: a frame is not copied, and
 * Candid's own decoder (ten times the price of the decision) does not run.
 *
 * @throws EngineError `request/candid` for any other message.
 */
export function decodeBlob(message: Uint8Array): Uint8Array {
  if (message.length <= HEADER.length) throw malformed('at least 10 bytes', String(message.length));
  // Written out: a loop over nine bytes costs the canister as much as reading a frame's head.
  const isBlob =
    message[0] === 0x44 &&
    message[1] === 0x49 &&
    message[2] === 0x44 &&
    message[3] === 0x4c &&
    message[4] === 0x01 &&
    message[5] === 0x6d &&
    message[6] === 0x7b &&
    message[7] === 0x01 &&
    message[8] === 0x00;
  if (!isBlob) {
    throw otherHeader(message);
  }
  let at = HEADER.length;
  let length = 0;
  const low = message[at]!;
  const high = message[at + 1] ?? 0;
  if (low >= 0x80 && high > 0 && high < 0x80) {
    // What nearly every frame is: two groups of seven bits.
    length = (low & 0x7f) + 128 * high;
    at += 2;
  } else {
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at];
      if (byte === undefined || at - HEADER.length === MAX_LENGTH_BYTES) {
        throw malformed('a LEB128 length of at most 5 bytes', 'a longer or unfinished one');
      }
      at++;
      length += (byte & 0x7f) * scale;
      if (byte >= 0x80) continue;
      if (byte === 0 && scale > 1) throw malformed('the shortest LEB128 length', 'a padded one');
      break;
    }
  }
  const held = message.length - at;
  if (length !== held) throw otherLength(length, held);
  return message.subarray(at);
}

/** Bytes to leave free before a blob of 128 to 16,383 bytes for `sealBlob`. */
export const BLOB_LEAD_BYTES = HEADER.length + 2;

/** Makes a message of a blob that lies behind `BLOB_LEAD_BYTES` of its own; in place where its length is the usual. */
export function sealBlob(message: Uint8Array): Uint8Array {
  const length = message.length - BLOB_LEAD_BYTES;
  if (length < 128 || length >= 16_384) return encodeBlob(message.subarray(BLOB_LEAD_BYTES));
  message.set(HEADER);
  message[HEADER.length] = (length & 127) | 128;
  message[HEADER.length + 1] = length >> 7;
  return message;
}

/** The Candid message of one `blob`. */
export function encodeBlob(bytes: Uint8Array): Uint8Array {
  let groups = 1;
  for (let rest = bytes.length; rest >= 128; rest = Math.floor(rest / 128)) groups++;
  const start = HEADER.length + groups;
  const message = new Uint8Array(start + bytes.length);
  message.set(HEADER);
  let rest = bytes.length;
  for (let i = HEADER.length; i < start; i++) {
    const low = rest % 128;
    rest = (rest - low) / 128;
    message[i] = i + 1 < start ? low + 128 : low;
  }
  message.set(bytes, start);
  return message;
}

// Apart from where they are found: the build leaves a function that puts texts together as it is, which is dearer.
function otherHeader(message: Uint8Array): EngineError {
  const at = HEADER.findIndex((byte, i) => message[i] !== byte);
  return malformed('the header of one blob', `another byte at ${String(at)}`);
}

function otherLength(length: number, held: number): EngineError {
  return malformed(`${String(length)} bytes after the length`, String(held));
}

function malformed(expected: string, came: string): EngineError {
  return new EngineError('request', 'candid', 'argument', `one Candid blob: ${expected}`, came);
}
