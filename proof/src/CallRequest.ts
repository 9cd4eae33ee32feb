import { requestIdOf as hashRequest } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { ProofError } from './ProofError.ts';

/** The content of an update call: everything its request id is computed from, exactly as sent. */
export interface CallRequest {
  readonly requestType: 'call';
  readonly canisterId: Principal;
  readonly methodName: string;
  readonly arg: Uint8Array;
  readonly sender: Principal;
  /** Nanoseconds since 1970-01-01 UTC after which the network will no longer accept the call. */
  readonly ingressExpiry: bigint;
  /** At most 32 bytes that make this call unlike any other. */
  readonly nonce?: Uint8Array;
}

const MAX_PRINCIPAL_BYTES = 29;
const MAX_NONCE_BYTES = 32;

/**
 * The 32-byte request id: the representation-independent hash of the call's content (Internet Computer interface
 * specification, "Request ids"). It binds canister, method, argument, sender, expiry and nonce.
 */
export function requestIdOf(request: CallRequest): Uint8Array {
  return hashRequest({
    request_type: request.requestType,
    canister_id: request.canisterId,
    method_name: request.methodName,
    arg: request.arg,
    sender: request.sender,
    ingress_expiry: request.ingressExpiry,
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
  });
}

/**
 * Checks the fields of a call, whatever the source: types, lengths, ranges.
 * @throws ProofError `malformed`
 */
export function checkCallRequest(fields: { readonly [field in keyof CallRequest]?: unknown }): CallRequest {
  const { requestType, canisterId, methodName, arg, sender, ingressExpiry, nonce } = fields;
  if (requestType !== 'call') throw unexpected('requestType', "'call'", requestType);
  if (!isPrincipal(canisterId) || canisterId.toUint8Array().length === 0) {
    throw unexpected('canisterId', 'a principal of 1 to 29 bytes', canisterId);
  }
  if (typeof methodName !== 'string') throw unexpected('methodName', 'text', methodName);
  if (!(arg instanceof Uint8Array)) throw unexpected('arg', 'bytes', arg);
  if (!isPrincipal(sender)) throw unexpected('sender', 'a principal of up to 29 bytes', sender);
  if (typeof ingressExpiry !== 'bigint' || ingressExpiry < 0n || ingressExpiry >= 1n << 64n) {
    throw unexpected('ingressExpiry', 'nanoseconds as an unsigned 64-bit integer', ingressExpiry);
  }
  const call: CallRequest = { requestType, canisterId, methodName, arg, sender, ingressExpiry };
  if (nonce === undefined) return call;
  if (!(nonce instanceof Uint8Array) || nonce.length > MAX_NONCE_BYTES) {
    throw unexpected('nonce', `up to ${MAX_NONCE_BYTES} bytes`, nonce);
  }
  return { ...call, nonce };
}

function isPrincipal(value: unknown): value is Principal {
  return Principal.isPrincipal(value) && value.toUint8Array().length <= MAX_PRINCIPAL_BYTES;
}

function unexpected(field: string, expected: string, came: unknown): ProofError {
  const shown =
    came instanceof Uint8Array ? `${came.length} bytes` : `${typeof came} ${String(came)}`.slice(0, 80);
  return new ProofError(
    'malformed',
    `Expected ${field} of the call to be ${expected}, got ${shown}. Keep the call exactly as it was sent.`,
  );
}
