import { decode, encodeWithSelfDescribedTag } from '@dfinity/cbor';
import { generateKeyPairSync, sign } from 'node:crypto';
import { concat, domainSeparator, utf8 } from '../Bytes.ts';
import { hashOfMap } from '../RequestId.ts';
import { selfAuthenticatingId } from '../SubnetKeys.ts';
import type { TestNetwork } from './TestNetwork.ts';

/** Envelopes made by hand, so that each part can be made wrong. */
export interface RawKey {
  readonly der: Uint8Array;
  readonly sender: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export type Content = Record<string, unknown>;
export type RawEnvelope = Record<string, unknown> & { content: Content };

export const ANONYMOUS = Uint8Array.of(4);

export function rawKey(): RawKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }));
  return {
    der,
    sender: selfAuthenticatingId(der),
    sign: (message) => Uint8Array.from(sign(null, message, privateKey)),
  };
}

export function requestIdOf(content: Content): Uint8Array {
  return hashOfMap(Object.entries(content));
}

/** An envelope signed by `key` over exactly this content. */
export function signed(content: Content, key: RawKey): RawEnvelope {
  const signature = key.sign(concat(domainSeparator('ic-request'), requestIdOf(content)));
  return { content, sender_pubkey: key.der, sender_sig: signature };
}

/** A delegation from `from` to `to`; `expiration` in nanoseconds. */
export function delegation(from: RawKey, to: RawKey, fields: Content = {}): Content {
  const inner = { pubkey: to.der, expiration: BigInt(Date.now() + 60_000) * 1_000_000n, ...fields };
  const signature = from.sign(concat(domainSeparator('ic-request-auth-delegation'), requestIdOf(inner)));
  return { delegation: inner, signature };
}

export interface RawResponse {
  readonly status: number;
  readonly text: string;
  /** Decoded CBOR of a 200. */
  readonly body: Record<string, unknown>;
}

/** Posts an envelope (or raw bytes) and gives back what the server said. */
export async function post(url: string, envelope: RawEnvelope | Uint8Array): Promise<RawResponse> {
  const body = envelope instanceof Uint8Array ? envelope : encodeWithSelfDescribedTag(envelope);
  const response = await fetch(url, { method: 'POST', body: Buffer.from(body) });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    text: new TextDecoder().decode(bytes),
    body: response.status === 200 ? (decode(bytes) as Record<string, unknown>) : {},
  };
}

let nonce = 0;

/** An update of the counter of the network's canister, anonymous, valid for four minutes, never the same twice. */
export function updateContent(net: TestNetwork, fields: Content = {}): Content {
  return {
    request_type: 'call',
    canister_id: net.canisterId.toUint8Array(),
    method_name: 'inc',
    arg: new Uint8Array(0),
    sender: ANONYMOUS,
    ingress_expiry: net.subnet.timeNs() + 240_000_000_000n,
    nonce: utf8(`${nonce++}`),
    ...fields,
  };
}
