import {
  AgentError,
  Certificate,
  CertificateNotAuthorizedErrorCode,
  CertificateVerificationErrorCode,
  type HashTree,
  LookupErrorCode,
  lookup_path,
  lookupResultToBuffer,
  MissingLookupValueErrorCode,
} from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import { decodeCanonical, isMapOf } from './Cbor.ts';
import { decodeLeb128 } from './Leb128.ts';
import { ProofError } from './ProofError.ts';
import { verifySignature } from './Signature.ts';

/** CBOR tag 55799, "this is CBOR", which the network puts before every certificate. */
const SELF_DESCRIBED = [0xd9, 0xd9, 0xf7] as const;
/** Far above any state tree (tens of levels), far below what would exhaust a stack. */
const MAX_TREE_DEPTH = 128;
const HASH_BYTES = 32;
const BLS_SIGNATURE_BYTES = 48;

/** A certificate whose form has been checked, and nothing more: its signature has not. */
export interface CertificateForm {
  readonly tree: HashTree;
  /** `/time` of the tree, nanoseconds since 1970-01-01 UTC. */
  readonly timeNs: bigint;
}

/**
 * Reads a certificate strictly: the exact CDDL shape of the interface specification in its one encoding, so that no
 * byte of it is without meaning. Trust nothing in the result until {@link verifyCertificate} has passed.
 * @throws ProofError `malformed`
 */
export function readCertificateForm(certificate: Uint8Array): CertificateForm {
  return readForm(certificate, true);
}

/**
 * Verifies the chain root key → (subnet delegation whose ranges hold the canister →) signature of the state tree,
 * and returns the tree. It looks at no clock: a delegation has no expiry on the network, and the age of the
 * certificate is for the caller to judge from `timeNs`.
 * @throws ProofError `malformed`, `signature` or `wrong-canister`
 */
export async function verifyCertificate(
  certificate: Uint8Array,
  rootKey: Uint8Array,
  canisterId: Principal,
): Promise<CertificateForm> {
  const form = readCertificateForm(certificate);
  try {
    await Certificate.create({
      certificate,
      rootKey,
      principal: { canisterId },
      disableTimeVerification: true,
      blsVerify: verifySignature,
    });
  } catch (cause) {
    throw explain(cause, canisterId);
  }
  return form;
}

/** The leaf at a path, or `undefined` where the tree proves its absence or does not reveal it. */
export function leafAt(tree: HashTree, path: readonly (string | Uint8Array)[]): Uint8Array | undefined {
  return lookupResultToBuffer(lookup_path([...path], tree));
}

function readForm(certificate: Uint8Array, mayDelegate: boolean): CertificateForm {
  if (!SELF_DESCRIBED.every((byte, i) => certificate[i] === byte)) {
    throw malformed(`to start with the CBOR tag 55799 (d9d9f7)`);
  }
  const content = decodeCanonical(certificate.subarray(SELF_DESCRIBED.length), 'any', 'a certificate');
  if (!isMapOf(content, ['tree', 'signature'], mayDelegate ? ['delegation'] : [])) {
    throw malformed(`exactly the fields tree, signature${mayDelegate ? ' and perhaps delegation' : ''}`);
  }
  const { tree, signature, delegation } = content as Record<'tree' | 'signature' | 'delegation', unknown>;
  if (!isBytes(signature, BLS_SIGNATURE_BYTES))
    throw malformed(`a signature of ${BLS_SIGNATURE_BYTES} bytes`);
  if (!isHashTree(tree, MAX_TREE_DEPTH)) throw malformed(`a hash tree of at most ${MAX_TREE_DEPTH} levels`);
  if (delegation !== undefined) {
    if (!isMapOf(delegation, ['subnet_id', 'certificate']))
      throw malformed('a delegation of subnet_id and certificate');
    if (!isBytes(delegation['subnet_id'])) throw malformed('the subnet id as bytes');
    if (!isBytes(delegation['certificate'])) throw malformed('the certificate of the delegation as bytes');
    readForm(delegation['certificate'], false);
  }
  const time = leafAt(tree, ['time']);
  const timeNs = time === undefined ? undefined : decodeLeb128(time);
  if (time === undefined || timeNs?.end !== time.length)
    throw malformed('a time in the tree, as LEB128 nanoseconds');
  return { tree, timeNs: timeNs.value };
}

function isBytes(value: unknown, length?: number): value is Uint8Array {
  return value instanceof Uint8Array && (length === undefined || value.length === length);
}

function isHashTree(value: unknown, levels: number): value is HashTree {
  if (!Array.isArray(value) || levels === 0) return false;
  const node: readonly unknown[] = value;
  switch (node[0]) {
    case 0:
      return node.length === 1;
    case 1:
      return node.length === 3 && isHashTree(node[1], levels - 1) && isHashTree(node[2], levels - 1);
    case 2:
      return node.length === 3 && isBytes(node[1]) && isHashTree(node[2], levels - 1);
    case 3:
      return node.length === 2 && isBytes(node[1]);
    case 4:
      return node.length === 2 && isBytes(node[1], HASH_BYTES);
    default:
      return false;
  }
}

function malformed(expectation: string): ProofError {
  return new ProofError(
    'malformed',
    `Expected a certificate with ${expectation}, got something else. It was damaged or made up: fetch it again.`,
  );
}

function explain(cause: unknown, canisterId: Principal): ProofError {
  const isCode = (code: new (...args: never[]) => AgentError['code']): boolean =>
    cause instanceof AgentError && cause.hasCode(code);
  if (isCode(CertificateNotAuthorizedErrorCode) || isCode(LookupErrorCode)) {
    return new ProofError(
      'wrong-canister',
      `Expected a delegation to the subnet of canister ${canisterId.toText()}, got one whose ranges do not hold it. ` +
        'The answer comes from a subnet that may not speak for this canister: do not act on it.',
      cause,
    );
  }
  if (isCode(CertificateVerificationErrorCode) || isCode(MissingLookupValueErrorCode)) {
    return new ProofError(
      'signature',
      'Expected a certificate signed under the given root key, got one that is not. ' +
        'Check that the root key is of the network that answered; if it is, do not act on the answer.',
      cause,
    );
  }
  return new ProofError(
    'malformed',
    `Expected a certificate that can be verified, got one that cannot: ${cause instanceof Error ? cause.message : String(cause)}. Fetch it again.`,
    cause,
  );
}
