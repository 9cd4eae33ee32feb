import { Principal } from '@dfinity/principal';
import type { PrincipalBytes } from './Subnet.types.ts';

/** `aaaaa-aa`. */
export const MANAGEMENT_CANISTER: PrincipalBytes = new Uint8Array(0);

/** The anonymous principal, `2vxsx-fae`. */
export const ANONYMOUS: PrincipalBytes = new Uint8Array([4]);

/** First number handed out; the same range as other local networks, so that the ids look familiar and no system id is hit. */
const FIRST = 0x8000_0000_0010_0000n;

/** The id of the n-th canister created here (from 0): eight bytes of number, then the two that mark a canister. */
export function canisterIdAt(n: number): PrincipalBytes {
  const bytes = new Uint8Array(10);
  new DataView(bytes.buffer).setBigUint64(0, FIRST + BigInt(n));
  bytes.set([1, 1], 8);
  return bytes;
}

export function principalText(bytes: PrincipalBytes): string {
  return Principal.fromUint8Array(bytes).toText();
}
