import { equalBytes, toHex } from './Bytes.ts';
import { leafAt, readCertificateForm, verifyCertificate } from './Certificate.ts';
import { EXIT_MAX_AGE_MS } from './Freshness.ts';
import { ProofError } from './ProofError.ts';
import { checkRootKey } from './RootKey.ts';
import { brandCertified, read, type Certified } from './Verified.ts';
import { checkAge, checkClock, toCanisterId, type ClockOptions, type TrustOptions } from './VerifyOptions.ts';
import { decodeWitness, headHash, rootOf } from './Witness.ts';

/** What a certified query brings as evidence for a head. */
export interface HeadProof {
  /** CBOR as the network gave it to the canister. */
  readonly certificate: Uint8Array;
  readonly witness: Uint8Array;
  /** What the head is the hash of: the record up to its essence, then its frame. */
  readonly input: Uint8Array;
}

/** A head that a certificate shows to be the newest certified one of its owner. */
export interface CertifiedHead<T> extends Certified<T> {
  readonly head: Uint8Array;
}

/**
 * Verifies that a head is what the canister certifies of one owner: the subnet's signature under the root key, this
 * canister, its certified data, the way from the head to it, the time. By default a certificate may be as old as an
 * exit allows; what it carries is never to our own request, and so never opens anything.
 *
 * @param decode reads the value from the input once it is proven. It must check whose head it is: the proof shows that
 * this canister certifies the head, and the input names the owner.
 * @throws ProofError with the reason
 */
export async function verifyHead<T>(
  proof: HeadProof,
  options: TrustOptions & ClockOptions,
  decode: (input: Uint8Array) => T,
): Promise<CertifiedHead<T>> {
  const rootKey = checkRootKey(options.rootKey);
  const canisterId = toCanisterId(options.canisterId);
  checkClock(options);
  const input = proof.input.slice();
  const head = headHash(input);
  const root = rootOf(decodeWitness(proof.witness), head);
  const certified = leafAt(readCertificateForm(proof.certificate).tree, [
    'canister',
    canisterId.toUint8Array(),
    'certified_data',
  ]);
  if (certified === undefined) {
    throw new ProofError(
      'witness',
      `Expected the certified data of canister ${canisterId.toText()}, got a certificate without them. Ask again.`,
    );
  }
  if (!equalBytes(certified, root)) {
    throw new ProofError(
      'witness',
      `Expected a head under the certified root ${toHex(certified)}, got one under ${toHex(root)}. Record, frame or witness was changed: do not act on it.`,
    );
  }
  // The dear check last: what does not fit is not worth it.
  const { timeNs } = await verifyCertificate(proof.certificate, rootKey, canisterId);
  if (options.nowMs !== undefined)
    checkAge(timeNs, { maxAgeMs: EXIT_MAX_AGE_MS, maxFutureMs: EXIT_MAX_AGE_MS, ...options });
  return brandCertified({ value: read(input, decode), timeNs, isToOwnRequest: false, head });
}
