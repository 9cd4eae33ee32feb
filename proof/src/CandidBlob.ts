import { ProofError } from './ProofError.ts';
import { equalBytes, toHex } from './Bytes.ts';
import { decodeLeb128, encodeLeb128 } from './Leb128.ts';

/** `DIDL`, a type table of one entry `vec nat8` (6d 7b), one argument of type 0. */
const HEADER = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0x01, 0x6d, 0x7b, 0x01, 0x00);

/** The Candid message holding exactly one `blob`. */
export function encodeBlob(bytes: Uint8Array): Uint8Array {
  const length = encodeLeb128(BigInt(bytes.length));
  const message = new Uint8Array(HEADER.length + length.length + bytes.length);
  message.set(HEADER);
  message.set(length, HEADER.length);
  message.set(bytes, HEADER.length + length.length);
  return message;
}

/**
 * The bytes of a Candid message that is exactly one `blob` in its shortest encoding. Other encodings that Candid would
 * also read as a blob are refused: an answer has one form.
 * @throws ProofError `malformed`
 */
export function decodeBlob(message: Uint8Array): Uint8Array {
  const header = message.subarray(0, HEADER.length);
  if (!equalBytes(header, HEADER)) {
    throw malformed(`to start with ${toHex(HEADER)}, got ${toHex(header)}`);
  }
  const length = decodeLeb128(message, HEADER.length);
  if (length === undefined) throw malformed('the length as shortest LEB128 after the header, got none');
  const held = message.length - length.end;
  if (length.value !== BigInt(held)) throw malformed(`${length.value} bytes after the length, got ${held}`);
  return message.slice(length.end);
}

function malformed(expectation: string): ProofError {
  return new ProofError(
    'malformed',
    `Expected a Candid message of one blob: ${expectation}. Check that the method is of the form (blob) -> (blob).`,
  );
}
