import { MAX_INGRESS_TTL_NS, PERMITTED_DRIFT_NS } from '../IngressWindow.ts';
import { Principal } from '@dfinity/principal';
import { byteKey, concat, domainSeparator, equalBytes } from './Bytes.ts';
import type { Envelope } from './Envelope.ts';
import { badRequest } from './HttpError.ts';
import { verifySignature } from './PublicKey.ts';
import { selfAuthenticatingId } from './SubnetKeys.ts';

/** Canisters a sender may address: all, or those its delegations name. */
export interface Targets {
  includes(canisterId: Uint8Array): boolean;
}

const ANONYMOUS = Uint8Array.of(4);
const MAX_DELEGATIONS = 20;
const IC_REQUEST = domainSeparator('ic-request');
const IC_REQUEST_AUTH_DELEGATION = domainSeparator('ic-request-auth-delegation');

/**
 * Establishes that the envelope's sender made this request, and that it is made now.
 *
 * @param nowNs the network's time, nanoseconds since the epoch
 * @returns the canisters the sender may address
 * @throws HttpError 400 with the reason; for a bad expiry the text starts with the words clients look for
 */
export function authenticate(envelope: Envelope, nowNs: bigint): Targets {
  const isAnonymous = equalBytes(envelope.sender, ANONYMOUS);
  // Anonymous reads carry no expiry check: a client with a wrong clock learns the right time through them.
  if (!isAnonymous || envelope.requestType === 'call') checkExpiry(envelope.ingressExpiryNs, nowNs);
  return isAnonymous ? authenticateAnonymous(envelope) : authenticateKey(envelope, nowNs);
}

function checkExpiry(expiryNs: bigint, nowNs: bigint): void {
  const latestNs = nowNs + MAX_INGRESS_TTL_NS + PERMITTED_DRIFT_NS;
  if (expiryNs >= nowNs && expiryNs <= latestNs) return;
  throw badRequest(
    `Invalid request expiry: expected nanoseconds between ${nowNs} (now) and ${latestNs}, got ${expiryNs}. ` +
      'Set the clock of the client by the network and sign again.',
  );
}

function authenticateAnonymous({ senderPubkey, senderSig, senderDelegation }: Envelope): Targets {
  if (senderPubkey !== undefined || senderSig !== undefined || senderDelegation.length > 0) {
    throw badRequest('An anonymous request must carry no public key, signature or delegation.');
  }
  return { includes: () => true };
}

function authenticateKey(envelope: Envelope, nowNs: bigint): Targets {
  const { sender, senderPubkey, senderSig, senderDelegation, requestId } = envelope;
  if (senderPubkey === undefined || senderSig === undefined) {
    throw badRequest(
      `Missing signature from user ${Principal.fromUint8Array(sender).toText()}: ` +
        'expected sender_pubkey and sender_sig, or the anonymous sender.',
    );
  }
  const keyId = selfAuthenticatingId(senderPubkey);
  if (!equalBytes(keyId, sender)) {
    throw badRequest(
      `The sender ${Principal.fromUint8Array(sender).toText()} does not match the public key, ` +
        `which belongs to ${Principal.fromUint8Array(keyId).toText()}.`,
    );
  }
  const signingKey = followDelegations(envelope, senderPubkey, nowNs);
  if (!verifySignature(signingKey, concat(IC_REQUEST, requestId), senderSig)) {
    throw badRequest('Invalid signature: the request was changed after signing, or another key signed it.');
  }
  const restrictions = senderDelegation.flatMap(({ targets }) =>
    targets === undefined ? [] : [new Set(targets.map(byteKey))],
  );
  return { includes: (canisterId) => restrictions.every((targets) => targets.has(byteKey(canisterId))) };
}

/** The key at the end of the delegation chain, each link checked. */
function followDelegations(
  { senderDelegation }: Envelope,
  senderPubkey: Uint8Array,
  nowNs: bigint,
): Uint8Array {
  if (senderDelegation.length > MAX_DELEGATIONS) {
    throw badRequest(
      `Invalid delegation: the chain has ${senderDelegation.length} links; at most ${MAX_DELEGATIONS} are allowed.`,
    );
  }
  const seen = new Set([byteKey(senderPubkey)]);
  let key = senderPubkey;
  for (const { pubkey, expirationNs, signature, hash } of senderDelegation) {
    if (expirationNs < nowNs) {
      throw badRequest(
        `Invalid delegation expiry: it expired at ${expirationNs}, and it is ${nowNs}. Sign in again.`,
      );
    }
    if (!verifySignature(key, concat(IC_REQUEST_AUTH_DELEGATION, hash), signature)) {
      throw badRequest('Invalid delegation: the key before it in the chain did not sign it.');
    }
    if (seen.has(byteKey(pubkey))) throw badRequest('Invalid delegation: a key occurs twice in the chain.');
    seen.add(byteKey(pubkey));
    key = pubkey;
  }
  return key;
}
