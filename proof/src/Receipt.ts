import { Principal } from '@icp-sdk/core/principal';
import { checkCallRequest, type CallRequest } from './CallRequest.ts';
import { decodeCanonical, encodeCanonical, isMapOf } from './Cbor.ts';
import { ProofError } from './ProofError.ts';

export const RECEIPT_VERSION = 1;
/** The network bounds an argument to 2 MB, and a reply too; ours are far smaller than either. */
export const MAX_RECEIPT_BYTES = 4 * 1024 * 1024;

/**
 * An update call and the certificate that answers it: evidence that anyone can check offline with the root key alone.
 * Holding a receipt proves nothing; {@link verifyReceipt} does.
 */
export interface Receipt {
  readonly version: typeof RECEIPT_VERSION;
  /** CBOR as the network gave it. */
  readonly certificate: Uint8Array;
  readonly request: CallRequest;
}

const REQUEST_FIELDS = ['requestType', 'canisterId', 'methodName', 'arg', 'sender', 'ingressExpiry'] as const;

/**
 * A receipt as deterministic CBOR: the same receipt is always the same bytes.
 * @throws ProofError `malformed`, `version` or `too-large`, for what could not be read back
 */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { certificate, request } = checkReceipt(receipt);
  const bytes = encodeCanonical({
    version: RECEIPT_VERSION,
    certificate,
    request: {
      ...request,
      canisterId: request.canisterId.toUint8Array(),
      sender: request.sender.toUint8Array(),
    },
  });
  checkSize(bytes);
  return bytes;
}

/**
 * Reads what {@link encodeReceipt} wrote and nothing else: one receipt has one encoding.
 * @throws ProofError `malformed`, `version` or `too-large`
 */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  checkSize(bytes);
  const map = decodeCanonical(bytes, 'sorted', 'a receipt');
  if (isMapOf(map, ['version'], Object.keys(Object(map))) && map['version'] !== RECEIPT_VERSION) {
    throw unknownVersion(map['version']);
  }
  if (!isMapOf(map, ['version', 'certificate', 'request'])) {
    throw malformed('the fields version, certificate and request');
  }
  const request = map['request'];
  if (!isMapOf(request, REQUEST_FIELDS, ['nonce']))
    throw malformed(`a request of ${REQUEST_FIELDS.join(', ')}`);
  const { ingressExpiry } = request;
  return checkReceipt({
    version: map['version'],
    certificate: map['certificate'],
    request: {
      ...request,
      canisterId: toPrincipal(request['canisterId']),
      sender: toPrincipal(request['sender']),
      ingressExpiry: Number.isSafeInteger(ingressExpiry) ? BigInt(Number(ingressExpiry)) : ingressExpiry,
    },
  });
}

/**
 * Checks a receipt that did not come through {@link decodeReceipt}.
 * @throws ProofError `malformed` or `version`
 */
export function checkReceipt(receipt: { readonly [field in keyof Receipt]: unknown }): Receipt {
  const { version, certificate, request } = receipt;
  if (version !== RECEIPT_VERSION) throw unknownVersion(version);
  if (!(certificate instanceof Uint8Array)) throw malformed('the certificate as bytes');
  if (typeof request !== 'object' || request === null) throw malformed('a request');
  return { version, certificate, request: checkCallRequest(request) };
}

function toPrincipal(value: unknown): unknown {
  return value instanceof Uint8Array ? Principal.fromUint8Array(value) : value;
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.length <= MAX_RECEIPT_BYTES) return;
  throw new ProofError(
    'too-large',
    `Expected a receipt of at most ${MAX_RECEIPT_BYTES} bytes, got ${bytes.length}. Check that the file is one receipt and not a bundle.`,
  );
}

function unknownVersion(version: unknown): ProofError {
  return new ProofError(
    'version',
    `Expected a receipt of version ${RECEIPT_VERSION}, got ${String(version)}. Use the release that wrote it, or a newer one.`,
  );
}

function malformed(expectation: string): ProofError {
  return new ProofError(
    'malformed',
    `Expected a receipt with ${expectation}, got something else. Check that the file is a receipt and is whole.`,
  );
}
