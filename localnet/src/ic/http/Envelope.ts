import { decode } from '@dfinity/cbor';
import { isBytes } from './Bytes.ts';
import { badRequest } from './HttpError.ts';
import { hashOfMap } from './RequestId.ts';
import type { Path } from './Witness.ts';

export type RequestType = 'call' | 'query' | 'read_state';

/** One link of a delegation chain: the key before it lets `pubkey` sign. */
export interface SignedDelegation {
  readonly pubkey: Uint8Array;
  readonly expirationNs: bigint;
  /** Canisters the delegation is good for; undefined for all. */
  readonly targets: readonly Uint8Array[] | undefined;
  readonly signature: Uint8Array;
  /** Representation-independent hash of what was signed. */
  readonly hash: Uint8Array;
}

/** What an envelope says, well formed but not yet believed. */
export interface Envelope {
  readonly requestType: RequestType;
  readonly requestId: Uint8Array;
  readonly sender: Uint8Array;
  readonly ingressExpiryNs: bigint;
  readonly senderPubkey: Uint8Array | undefined;
  readonly senderSig: Uint8Array | undefined;
  readonly senderDelegation: readonly SignedDelegation[];
  readonly content: Fields;
}

export interface CallContent {
  readonly canisterId: Uint8Array;
  readonly method: string;
  readonly arg: Uint8Array;
}

const MAX_PRINCIPAL_BYTES = 29;
const MAX_NONCE_BYTES = 32;
const MAX_PATHS = 1000;
const MAX_PATH_LABELS = 127;
const MAX_TARGETS = 1000;

/**
 * Decodes a request body and checks its shape against the endpoint it was sent to. The request id covers every
 * field of the content, known or not.
 *
 * @throws HttpError 400 naming the field that is missing or wrong
 */
export function decodeEnvelope(body: Uint8Array, expected: RequestType): Envelope {
  const envelope = decodeCborMap(body);
  const content = new Fields('content', envelope.map('content'));
  const requestType = content.text('request_type');
  if (requestType !== expected) {
    throw badRequest(`Expected a request of type "${expected}" at this endpoint, got "${requestType}".`);
  }
  const nonce = content.optionalBytes('nonce');
  if (nonce !== undefined && nonce.length > MAX_NONCE_BYTES) {
    throw badRequest(`The nonce has ${nonce.length} bytes; at most ${MAX_NONCE_BYTES} are allowed.`);
  }
  return {
    requestType: expected,
    requestId: hashOfMap(content.entries()),
    sender: content.principal('sender'),
    ingressExpiryNs: content.natural('ingress_expiry'),
    senderPubkey: envelope.optionalBytes('sender_pubkey'),
    senderSig: envelope.optionalBytes('sender_sig'),
    senderDelegation: envelope.optionalArray('sender_delegation').map(readDelegation),
    content,
  };
}

/** The canister, method and argument of a call or query. */
export function callContent({ content }: Envelope): CallContent {
  return {
    canisterId: content.principal('canister_id'),
    method: content.text('method_name'),
    arg: content.bytes('arg'),
  };
}

/** The paths of a read_state request. */
export function readStatePaths({ content }: Envelope): Path[] {
  const paths = content.optionalArray('paths');
  if (paths.length > MAX_PATHS)
    throw badRequest(`Got ${paths.length} paths; at most ${MAX_PATHS} are allowed.`);
  return paths.map((path) => {
    if (!Array.isArray(path) || !path.every((label) => isBytes(label))) {
      throw badRequest('Expected every path to be an array of byte strings.');
    }
    if (path.length > MAX_PATH_LABELS) {
      throw badRequest(`A path has ${path.length} labels; at most ${MAX_PATH_LABELS} are allowed.`);
    }
    return path;
  });
}

function readDelegation(signed: unknown): SignedDelegation {
  const outer = new Fields('sender_delegation', signed);
  const delegation = new Fields('delegation', outer.map('delegation'));
  const targets = delegation.has('targets') ? delegation.optionalArray('targets') : undefined;
  if (targets !== undefined && targets.length > MAX_TARGETS) {
    throw badRequest(`A delegation has ${targets.length} targets; at most ${MAX_TARGETS} are allowed.`);
  }
  if (targets !== undefined && !targets.every((target) => isBytes(target))) {
    throw badRequest('Expected every target of a delegation to be a byte string.');
  }
  return {
    pubkey: delegation.bytes('pubkey'),
    expirationNs: delegation.natural('expiration'),
    targets,
    signature: outer.bytes('signature'),
    hash: hashOfMap(delegation.entries()),
  };
}

function decodeCborMap(body: Uint8Array): Fields {
  let value: unknown;
  try {
    value = decode(body);
  } catch (error) {
    throw badRequest(`Could not decode the request body as CBOR: ${String(error)}`);
  }
  return new Fields('envelope', value);
}

/** A decoded map, read by field name; every reader throws HttpError 400 for a field of another type. */
export class Fields {
  readonly #name: string;
  /** Own entries only: a field named `__proto__` must not lend its fields to the map that holds it. */
  readonly #entries: ReadonlyMap<string, unknown>;

  constructor(name: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || isBytes(value)) {
      throw badRequest(`Expected ${name} to be a map.`);
    }
    this.#name = name;
    this.#entries = new Map(Object.entries(value));
  }

  entries(): Iterable<[string, unknown]> {
    return this.#entries.entries();
  }

  has(field: string): boolean {
    return this.#entries.get(field) !== undefined;
  }

  map(field: string): object {
    const value = this.#entries.get(field);
    if (typeof value !== 'object' || value === null) throw this.#wrong(field, 'a map');
    return value;
  }

  text(field: string): string {
    const value = this.#entries.get(field);
    if (typeof value !== 'string') throw this.#wrong(field, 'text');
    return value;
  }

  bytes(field: string): Uint8Array {
    const value = this.#entries.get(field);
    if (!isBytes(value)) throw this.#wrong(field, 'a byte string');
    return value;
  }

  optionalBytes(field: string): Uint8Array | undefined {
    return this.#isAbsent(field) ? undefined : this.bytes(field);
  }

  principal(field: string): Uint8Array {
    const bytes = this.bytes(field);
    if (bytes.length > MAX_PRINCIPAL_BYTES)
      throw this.#wrong(field, `a principal of at most ${MAX_PRINCIPAL_BYTES} bytes`);
    return bytes;
  }

  natural(field: string): bigint {
    const value = this.#entries.get(field);
    const isNatural = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
    if (!isNatural || value < 0) throw this.#wrong(field, 'a natural number');
    return BigInt(value);
  }

  optionalArray(field: string): unknown[] {
    if (this.#isAbsent(field)) return [];
    const value = this.#entries.get(field);
    if (!Array.isArray(value)) throw this.#wrong(field, 'an array');
    return value;
  }

  #isAbsent(field: string): boolean {
    return this.#entries.get(field) === undefined || this.#entries.get(field) === null;
  }

  #wrong(field: string, expected: string): Error {
    return badRequest(`Expected ${this.#name}.${field} to be ${expected}.`);
  }
}
