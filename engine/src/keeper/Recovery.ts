import { EngineError, outOfDomain } from '../EngineError.ts';
import { getPrincipal, putPrincipal } from '../Grant.ts';
import { getLimits, putLimits } from '../LimitsFrame.ts';
import type { Limits } from '../Limits.ts';
import { end, finish, getBytes, getU8, putBytes, putU8 } from '../codec/Bytes.ts';
import {
  assertId,
  FRAME_CLAIM,
  FRAME_INVITATION,
  FRAME_RECOVERY,
  frameReader,
  frameWriter,
  ID_BYTES,
} from '../codec/Frame.ts';

/**
 * What a claim does: the recovery principal begins or completes it, the owner ends it or the waiting loosenings, or asks
 * for a checkpoint. Appended only: their numbers are on record.
 */
export const CLAIMS = ['recover', 'cancel-recovery', 'cancel-pending', 'checkpoint'] as const;
export type ClaimKind = (typeof CLAIMS)[number];

/** An act on an owner's whole state that has no other content. */
export interface Claim {
  readonly id: Uint8Array;
  readonly claim: ClaimKind;
  /** The founding principal under which the log runs. */
  readonly owner: Uint8Array;
}

export function encodeClaim({ id, claim, owner }: Claim): Uint8Array {
  assertId(id, 'claim.id');
  const w = frameWriter(FRAME_CLAIM, 64);
  putBytes(w, id);
  putU8(w, CLAIMS.indexOf(claim));
  putPrincipal(w, owner, 'claim.owner');
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one claim. */
export function decodeClaim(frame: Uint8Array): Claim {
  const r = frameReader(frame, FRAME_CLAIM);
  const id = getBytes(r, ID_BYTES, 'claim.id');
  const index = getU8(r, 'claim');
  const claim = CLAIMS[index];
  if (claim === undefined) throw outOfDomain('claim', `below ${String(CLAIMS.length)}`, index);
  const owner = getPrincipal(r, 'claim.owner');
  end(r);
  return { id, claim, owner };
}

/** The frame that names who may recover the account, or nobody. */
export function encodeRecovery(id: Uint8Array, recovery: Uint8Array | null): Uint8Array {
  assertId(id, 'recovery.id');
  const w = frameWriter(FRAME_RECOVERY, 64);
  putBytes(w, id);
  putU8(w, recovery === null ? 0 : 1);
  if (recovery !== null) putPrincipal(w, recovery, 'recovery.principal');
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one such naming. */
export function decodeRecovery(frame: Uint8Array): {
  readonly id: Uint8Array;
  readonly recovery: Uint8Array | null;
} {
  const r = frameReader(frame, FRAME_RECOVERY);
  const id = getBytes(r, ID_BYTES, 'recovery.id');
  const isNamed = getU8(r, 'recovery.isNamed');
  if (isNamed > 1) throw outOfDomain('recovery.isNamed', '0 or 1', isNamed);
  const recovery = isNamed === 1 ? getPrincipal(r, 'recovery.principal') : null;
  end(r);
  return { id, recovery };
}

/** An invite code is this long: nobody guesses it. */
export const INVITE_BYTES = 16;

/** The frame of a registration by invitation; without one the bare limits frame registers. */
export function encodeInvitation(code: Uint8Array, limits: Limits): Uint8Array {
  if (code.length !== INVITE_BYTES) {
    const expected = `${String(INVITE_BYTES)} bytes`;
    throw new EngineError('request', 'out-of-domain', 'invitation.code', expected, code.length);
  }
  const w = frameWriter(FRAME_INVITATION, 512);
  putBytes(w, code);
  putLimits(w, limits);
  return finish(w);
}

export function decodeInvitation(frame: Uint8Array): { readonly code: Uint8Array; readonly limits: Limits } {
  const r = frameReader(frame, FRAME_INVITATION);
  const code = getBytes(r, INVITE_BYTES, 'invitation.code');
  const limits = getLimits(r);
  end(r);
  return { code, limits };
}
