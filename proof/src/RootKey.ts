import { IC_ROOT_KEY } from '@icp-sdk/core/agent';
import { equalBytes, fromHex, toHex } from './Bytes.ts';
import { ProofError } from './ProofError.ts';

/** DER of a BLS12-381 public key as the Internet Computer writes it: this prefix, then 96 bytes of a G2 point. */
const DER_PREFIX_HEX = '308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100';
const DER_PREFIX = fromHex(DER_PREFIX_HEX) ?? new Uint8Array();
export const ROOT_KEY_BYTES = 133;

/**
 * A copy of the given DER after checking its length and prefix. Whether the 96 bytes are a point of the curve shows
 * at the first verification.
 * @throws ProofError `root-key`
 */
export function checkRootKey(der: Uint8Array): Uint8Array {
  if (der.length !== ROOT_KEY_BYTES) {
    throw new ProofError(
      'root-key',
      `Expected a root key of ${ROOT_KEY_BYTES} bytes of DER, got ${der.length}. Take it from the network's status page or its operator.`,
    );
  }
  const prefix = der.subarray(0, DER_PREFIX.length);
  if (!equalBytes(prefix, DER_PREFIX)) {
    throw new ProofError(
      'root-key',
      `Expected a root key starting ${DER_PREFIX_HEX} (BLS12-381 in DER), got ${toHex(prefix)}. Check that the key is whole and is not a PEM or raw key.`,
    );
  }
  return Uint8Array.from(der);
}

/**
 * Reads a root key from 266 hexadecimal digits or 180 characters of base64; blanks around it are ignored.
 * @throws ProofError `root-key`
 */
export function parseRootKey(text: string): Uint8Array {
  const trimmed = text.trim();
  const der = fromHex(trimmed) ?? fromBase64(trimmed);
  if (der === undefined) {
    throw new ProofError(
      'root-key',
      `Expected a root key in hexadecimal (${2 * ROOT_KEY_BYTES} digits) or base64, got ${trimmed.length} characters that are neither. Copy it again.`,
    );
  }
  return checkRootKey(der);
}

/** The root key of the public Internet Computer, as @icp-sdk/core publishes it. A fresh copy each time. */
export function mainnetRootKey(): Uint8Array {
  return parseRootKey(IC_ROOT_KEY);
}

function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
