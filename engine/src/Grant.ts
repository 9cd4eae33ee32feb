import { EngineError } from './EngineError.ts';
import {
  end,
  finish,
  getBytes,
  getU64,
  getU8,
  putBytes,
  putU64,
  putU8,
  reader,
  writer,
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { FRAME_GRANT, FRAME_REVOCATION, FRAME_VERSION, expectFrame } from './codec/Frame.ts';

/** A principal is at most this long (interface specification of the Internet Computer). */
export const MAX_PRINCIPAL_BYTES = 29;

/** An owner's permission for one agent key, until a moment of IC time. */
export interface Grant {
  /** The agent's principal, raw bytes. */
  readonly agent: Uint8Array;
  /** First IC time, in milliseconds, at which the agent may no longer act. */
  readonly expiresMs: number;
}

export function encodeGrant(grant: Grant): Uint8Array {
  const w = writer(48);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_GRANT);
  putPrincipal(w, grant.agent, 'grant.agent');
  putU64(w, grant.expiresMs, 'grant.expiresMs');
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one grant. */
export function decodeGrant(frame: Uint8Array): Grant {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_GRANT);
  const agent = getPrincipal(r, 'grant.agent');
  const expiresMs = getU64(r, 'grant.expiresMs');
  end(r);
  return { agent, expiresMs };
}

/** The frame that withdraws an agent's grant at once. */
export function encodeRevocation(agent: Uint8Array): Uint8Array {
  const w = writer(40);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_REVOCATION);
  putPrincipal(w, agent, 'revocation.agent');
  return finish(w);
}

/** The principal whose grant is withdrawn. @throws EngineError for a frame that is not exactly one revocation. */
export function decodeRevocation(frame: Uint8Array): Uint8Array {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_REVOCATION);
  const agent = getPrincipal(r, 'revocation.agent');
  end(r);
  return agent;
}

function assertLength(length: number, field: string): void {
  if (length < 1 || length > MAX_PRINCIPAL_BYTES) {
    const expected = `1 to ${String(MAX_PRINCIPAL_BYTES)} bytes`;
    throw new EngineError('request', 'out-of-domain', field, expected, String(length));
  }
}

function getPrincipal(r: Reader, field: string): Uint8Array {
  const length = getU8(r, field);
  assertLength(length, field);
  return getBytes(r, length, field);
}

function putPrincipal(w: Writer, principal: Uint8Array, field: string): void {
  assertLength(principal.length, field);
  putU8(w, principal.length);
  putBytes(w, principal);
}
