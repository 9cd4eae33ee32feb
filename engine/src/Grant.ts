import { EngineError, outOfDomain } from './EngineError.ts';
import { MAX_ACCOUNTS } from './Limits.ts';
import { assertIndex } from './Place.ts';
import {
  end,
  finish,
  getBytes,
  getU64,
  getU8,
  putBytes,
  putU64,
  putU8,
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { FRAME_GRANT, FRAME_REVOCATION, FRAME_ROTATION, frameReader, frameWriter } from './codec/Frame.ts';

/** A principal is at most this long (interface specification of the Internet Computer). */
export const MAX_PRINCIPAL_BYTES = 29;

/** What an agent may do for its account. Their order is that of the bits in frames. */
export const SCOPES = ['relay', 'report', 'request-entry', 'stop'] as const;
/** `relay` load history and observe; `report`; `request-entry` wish; `stop` halt and flatten, nothing else. */
export type Scope = (typeof SCOPES)[number];

/** An owner's permission for one agent key on one exchange account, until a moment of IC time. */
export interface Grant {
  /** The agent's principal, raw bytes. */
  readonly agent: Uint8Array;
  /** First IC time, in milliseconds, at which the agent may no longer act. */
  readonly expiresMs: number;
  /** At least one; all of them where left out. */
  readonly scopes?: readonly Scope[];
  /** 0–15; the first where left out. */
  readonly account?: number;
}

export function encodeGrant(grant: Grant): Uint8Array {
  const w = frameWriter(FRAME_GRANT, 48);
  putPrincipal(w, grant.agent, 'grant.agent');
  putU64(w, grant.expiresMs, 'grant.expiresMs');
  putScopes(w, grant.scopes ?? SCOPES);
  putAccountIndex(w, grant.account ?? 0);
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one grant. */
export function decodeGrant(frame: Uint8Array): Grant {
  const r = frameReader(frame, FRAME_GRANT);
  const agent = getPrincipal(r, 'grant.agent');
  const expiresMs = getU64(r, 'grant.expiresMs');
  const scopes = getScopes(r);
  const account = getAccountIndex(r);
  end(r);
  return { agent, expiresMs, scopes, account };
}

/** The frame that withdraws an agent's grant at once. */
export function encodeRevocation(agent: Uint8Array): Uint8Array {
  const w = frameWriter(FRAME_REVOCATION, 40);
  putPrincipal(w, agent, 'revocation.agent');
  return finish(w);
}

/** The principal whose grant is withdrawn. @throws EngineError for a frame that is not exactly one revocation. */
export function decodeRevocation(frame: Uint8Array): Uint8Array {
  const r = frameReader(frame, FRAME_REVOCATION);
  const agent = getPrincipal(r, 'revocation.agent');
  end(r);
  return agent;
}

/** The frame that moves a grant, as it is, from one key to another. */
export function encodeRotation(from: Uint8Array, to: Uint8Array): Uint8Array {
  const w = frameWriter(FRAME_ROTATION, 80);
  putPrincipal(w, from, 'rotation.from');
  putPrincipal(w, to, 'rotation.to');
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one rotation. */
export function decodeRotation(frame: Uint8Array): { readonly from: Uint8Array; readonly to: Uint8Array } {
  const r = frameReader(frame, FRAME_ROTATION);
  const from = getPrincipal(r, 'rotation.from');
  const to = getPrincipal(r, 'rotation.to');
  end(r);
  return { from, to };
}

export function putScopes(w: Writer, scopes: readonly Scope[]): void {
  let bits = 0;
  for (const scope of scopes) bits |= 1 << SCOPES.indexOf(scope);
  assertScopes(bits);
  putU8(w, bits);
}

export function getScopes(r: Reader): readonly Scope[] {
  const bits = getU8(r, 'grant.scopes');
  assertScopes(bits);
  return SCOPES.filter((_, bit) => (bits & (1 << bit)) !== 0);
}

function assertScopes(bits: number): void {
  const all = (1 << SCOPES.length) - 1;
  if (!(bits >= 1 && bits <= all)) throw outOfDomain('grant.scopes', `bits from 1 to ${String(all)}`, bits);
}

export function putAccountIndex(w: Writer, account: number): void {
  assertIndex('grant.account', account, MAX_ACCOUNTS);
  putU8(w, account);
}

export function getAccountIndex(r: Reader): number {
  const account = getU8(r, 'grant.account');
  assertIndex('grant.account', account, MAX_ACCOUNTS);
  return account;
}

function assertLength(length: number, field: string): void {
  if (length < 1 || length > MAX_PRINCIPAL_BYTES) {
    const expected = `1 to ${String(MAX_PRINCIPAL_BYTES)} bytes`;
    throw new EngineError('request', 'out-of-domain', field, expected, String(length));
  }
}

export function getPrincipal(r: Reader, field: string): Uint8Array {
  const length = getU8(r, field);
  assertLength(length, field);
  return getBytes(r, length, field);
}

export function putPrincipal(w: Writer, principal: Uint8Array, field: string): void {
  assertLength(principal.length, field);
  putU8(w, principal.length);
  putBytes(w, principal);
}
