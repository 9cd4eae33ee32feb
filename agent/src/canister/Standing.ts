import type { HttpAgent } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import type { Principal } from '@icp-sdk/core/principal';

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

const Agents = IDL.Vec(
  IDL.Record({
    agent: IDL.Principal,
    account: IDL.Nat8,
    scopes: IDL.Vec(IDL.Text),
    expires_ms: IDL.Nat64,
    revoked_ms: IDL.Opt(IDL.Nat64),
  }),
);
interface AgentRow {
  readonly agent: Principal;
  readonly account: number;
  readonly scopes: readonly string[];
  readonly expires_ms: bigint;
  readonly revoked_ms: readonly [] | readonly [bigint];
}

const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
const HttpRequest = IDL.Record({
  method: IDL.Text,
  url: IDL.Text,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
});
const HttpResponse = IDL.Record({ status_code: IDL.Nat16, body: IDL.Vec(IDL.Nat8) });

const Accounts = IDL.Vec(IDL.Record({ account: IDL.Nat8, kind: IDL.Text, mode: IDL.Text }));

/** The canister does not answer as a risk canister does. */
export class StandingError extends Error {
  override readonly name = 'StandingError';
}

/** @returns null when the owner has granted this key nothing. @throws StandingError, or what the client throws */
export async function readGrant(
  agent: HttpAgent,
  canisterId: Principal,
  owner: Principal,
): Promise<GrantView | null> {
  const me = (await agent.getPrincipal()).toText();
  const [agents] = (await query(agent, canisterId, 'agents', [IDL.Principal], [owner], [Agents])) as [
    readonly AgentRow[],
  ];
  const mine = agents.find((each) => each.agent.toText() === me);
  if (mine === undefined) return null;
  return {
    account: mine.account,
    scopes: mine.scopes,
    expiresMs: Number(mine.expires_ms),
    isRevoked: mine.revoked_ms.length > 0,
  };
}

/** @throws StandingError, or what the client throws */
export async function readHealth(agent: HttpAgent, canisterId: Principal): Promise<CanisterHealth> {
  const request = { method: 'GET', url: '/health', headers: [], body: [] };
  const [{ body }] = (await query(
    agent,
    canisterId,
    'http_request',
    [HttpRequest],
    [request],
    [HttpResponse],
  )) as [{ readonly body: Uint8Array | number[] }];
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

/** The rung of the ladder that an account is on; null before its first observation. @throws StandingError */
export async function readRung(
  agent: HttpAgent,
  canisterId: Principal,
  owner: Principal,
  account: number,
): Promise<{ readonly kind: string; readonly mode: string } | null> {
  const [accounts] = (await query(agent, canisterId, 'portfolio', [IDL.Principal], [owner], [Accounts])) as [
    readonly { readonly account: number; readonly kind: string; readonly mode: string }[],
  ];
  const mine = accounts.find((each) => each.account === account);
  return mine === undefined ? null : { kind: mine.kind, mode: mine.mode };
}

async function query(
  agent: HttpAgent,
  canisterId: Principal,
  methodName: string,
  argTypes: IDL.Type[],
  args: unknown[],
  replyTypes: IDL.Type[],
): Promise<unknown[]> {
  const reply = await agent.query(canisterId, { methodName, arg: IDL.encode(argTypes, args) });
  if (!('reply' in reply))
    throw new StandingError(`expected an answer of ${methodName}, got ${reply.reject_message}.`);
  return IDL.decode(replyTypes, reply.reply.arg);
}
