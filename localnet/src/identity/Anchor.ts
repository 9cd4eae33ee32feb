import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { Principal } from '@dfinity/principal';
import { concat, domainSeparator, sha256, utf8 } from '../ic/http/Bytes.ts';
import { hashOfMap } from '../ic/http/RequestId.ts';
import { selfAuthenticatingId } from '../ic/http/SubnetKeys.ts';

/** A development identity: whoever names its number is it. */
export interface Anchor {
  readonly number: number;
  /** Text form. */
  readonly principal: string;
  /** DER, 44 bytes: Ed25519. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A chain of one delegation, in the JSON of `DelegationChain.fromJSON`: bytes as hex, the expiration as hex nanoseconds. */
export interface DelegationChainJson {
  readonly delegations: readonly [
    {
      readonly delegation: { readonly expiration: string; readonly pubkey: string };
      readonly signature: string;
    },
  ];
  readonly publicKey: string;
}

/** Number of the first anchor, as Internet Identity began. */
export const FIRST_ANCHOR = 10_000;
export const LAST_ANCHOR = 9_999_999;
/** No sign-in lasts longer, whatever an application asks for; Internet Identity's bound too. */
export const MAX_TIME_TO_LIVE_NS = 2_592_000_000_000_000n; // 30 days

const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const DELEGATION = domainSeparator('ic-request-auth-delegation');

/** The anchor of a number. The same seed and number give the same key and principal, for every application. */
export function anchorOf(seed: string, number: number): Anchor {
  const secret = sha256(utf8(`localnet development identity ${number} of ${seed}`));
  const privateKey = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8_PREFIX, secret]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  return {
    number,
    principal: Principal.fromUint8Array(selfAuthenticatingId(publicKey)).toText(),
    publicKey,
    sign: (message) => sign(null, message, privateKey),
  };
}

/**
 * Lets a session key act for an anchor, at any canister.
 *
 * @param sessionKey DER
 * @param nowNs nanoseconds since the epoch
 * @param maxTimeToLiveNs how long the application wants the session to last; 30 days at most are given
 */
export function delegate(
  anchor: Anchor,
  sessionKey: Uint8Array,
  nowNs: bigint,
  maxTimeToLiveNs: bigint,
): DelegationChainJson {
  const lifeNs = maxTimeToLiveNs < MAX_TIME_TO_LIVE_NS ? maxTimeToLiveNs : MAX_TIME_TO_LIVE_NS;
  const expiration = nowNs + lifeNs;
  const fields = Object.entries({ pubkey: sessionKey, expiration });
  const signature = anchor.sign(concat(DELEGATION, hashOfMap(fields)));
  return {
    delegations: [
      {
        delegation: { expiration: expiration.toString(16), pubkey: hex(sessionKey) },
        signature: hex(signature),
      },
    ],
    publicKey: hex(anchor.publicKey),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
