import { blsVerify } from '@icp-sdk/core/agent';
import { toHex } from './Bytes.ts';

/*
 * A certificate of a subnet carries its delegation, the same to the byte for weeks, and a signature takes some 50 ms to verify:
 * half of what each certificate would cost goes into what was verified with the one before.
 */

/** Whether `signature` (48 bytes) is that of the holder of `publicKey` (96 bytes) on a message. */
export type Verify = (publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean;

/**
 * Asks `verify` once for what is the same to the byte, unless `most` others came between. Only what was found good is
 * remembered.
 */
export function remembering(verify: Verify, most: number): Verify {
  const good = new Set<string>();
  return (publicKey, signature, message) => {
    const name = [publicKey, signature, message].map(toHex).join(' ');
    const isGood = good.delete(name) || verify(publicKey, signature, message);
    if (!isGood) return false;
    // What was asked for last is the last to go.
    good.add(name);
    for (const oldest of good) {
      if (good.size <= most) break;
      good.delete(oldest);
    }
    return true;
  };
}

/** `blsVerify` of the network's client. @throws Error when key or signature are no points of their curves */
export const verifySignature: Verify = remembering(blsVerify, 64);
