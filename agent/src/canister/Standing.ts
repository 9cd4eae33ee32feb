import type { HttpAgent } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import type { Principal } from '@icp-sdk/core/principal';
import type { Mode } from '../config/Config.ts';
import { sameBytes } from './Bytes.ts';
import { fetchAgents, fetchPortfolio } from './OwnerViews.ts';

/*
 * Where this agent stands with the canister: its grant, and for how long the canister lives. Plain queries: one node says
 * so, nothing is certified. Good enough to warn by; nothing is ever entered or closed for it.
 */

/** What the owner has granted this key. */
export interface GrantView {
  /** The owner's account that it serves. */
  readonly account: number;
  readonly scopes: readonly string[];
  /** IC time, milliseconds. */
  readonly expiresMs: number;
  readonly isRevoked: boolean;
}

/** What the canister tells of its own health. */
export interface CanisterHealth {
  readonly status: 'ok' | 'starting' | 'failed';
  /** Whether it turns new owners away for lack of cycles. */
  readonly isLowOnCycles: boolean;
  /** Days that its cycles last at the present burn; null while that is not known yet (its first hour). */
  readonly runwayDays: number | null;
}

const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
const HttpRequest = IDL.Record({
  method: IDL.Text,
  url: IDL.Text,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
});
const HttpResponse = IDL.Record({ status_code: IDL.Nat16, body: IDL.Vec(IDL.Nat8) });

/** The canister does not answer as a risk canister does. */
export class StandingError extends Error {
  override readonly name = 'StandingError';
}

/** @returns null when the owner has granted this key nothing. @throws ProofError, or what the client throws */
export async function readGrant(
  agent: HttpAgent,
  canisterId: Principal,
  owner: Principal,
): Promise<GrantView | null> {
  const me = (await agent.getPrincipal()).toUint8Array();
  const agents = await fetchAgents({ agent, canisterId }, owner.toUint8Array());
  const mine = agents.find((each) => sameBytes(each.agent, me));
  if (mine === undefined) return null;
  const { account, scopes, expiresMs, revokedMs } = mine;
  return { account, scopes, expiresMs, isRevoked: revokedMs !== null };
}

/** @throws StandingError, or what the client throws */
export async function readHealth(agent: HttpAgent, canisterId: Principal): Promise<CanisterHealth> {
  const request = { method: 'GET', url: '/health', headers: [], body: [] };
  const arg = IDL.encode([HttpRequest], [request]);
  const reply = await agent.query(canisterId, { methodName: 'http_request', arg });
  if (!('reply' in reply))
    throw new StandingError(`expected an answer of http_request, got ${reply.reject_message}.`);
  const [{ body }] = IDL.decode([HttpResponse], reply.reply.arg) as unknown as [
    { readonly body: Uint8Array | number[] },
  ];
  let told: Readonly<Record<string, unknown>>;
  try {
    told = JSON.parse(Buffer.from(body).toString('utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    throw new StandingError('expected JSON of /health, got something else. Check the canister id.');
  }
  const { status, lowCycles, runwayDays } = told;
  if (status !== 'ok' && status !== 'starting' && status !== 'failed')
    throw new StandingError(`expected ok, starting or failed of /health, got ${JSON.stringify(status)}.`);
  return {
    status,
    isLowOnCycles: lowCycles === true,
    runwayDays: typeof runwayDays === 'number' && Number.isFinite(runwayDays) ? runwayDays : null,
  };
}

/** Of what kind an account is, for ever, and how far the owner lets it go. */
export interface Rung {
  readonly kind: string;
  readonly mode: Mode;
}

/** The rung of the ladder that an account is on; null before its first observation. @throws ProofError */
export async function readRung(
  agent: HttpAgent,
  canisterId: Principal,
  owner: Principal,
  account: number,
): Promise<Rung | null> {
  const accounts = await fetchPortfolio({ agent, canisterId }, owner.toUint8Array());
  const mine = accounts.find((each) => each.account === account);
  return mine === undefined ? null : { kind: mine.kind, mode: mine.mode as Mode };
}
