import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { byteKey } from './Bytes.ts';
import { badRequest } from './HttpError.ts';

/** Keys are parsed once: a client signs every request with the same one. */
const parsed = new Map<string, KeyObject>();
const MAX_PARSED = 1000;

const ECDSA_CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp256k1']);

function parsePublicKey(der: Uint8Array): KeyObject {
  const id = byteKey(der);
  const known = parsed.get(id);
  if (known !== undefined) return known;
  let key: KeyObject | undefined;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    key = undefined;
  }
  const isSupported =
    key?.asymmetricKeyType === 'ed25519' ||
    (key?.asymmetricKeyType === 'ec' && ECDSA_CURVES.has(key.asymmetricKeyDetails?.namedCurve));
  if (key === undefined || !isSupported) {
    throw badRequest(
      'Invalid public key: expected a DER-encoded Ed25519, ECDSA P-256 or ECDSA secp256k1 key. ' +
        'WebAuthn and canister signatures are not emulated by localnet.',
    );
  }
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(id, key);
  return key;
}

/**
 * Whether `signature` is one of `message` under a DER-encoded key: Ed25519, or ECDSA over SHA-256 as raw r||s.
 *
 * @throws HttpError 400 for a key of another kind
 */
export function verifySignature(
  publicKeyDer: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = parsePublicKey(publicKeyDer);
  return key.asymmetricKeyType === 'ed25519'
    ? verify(null, message, key, signature)
    : verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
