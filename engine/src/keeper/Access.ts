import { EngineError, outOfDomain } from '../EngineError.ts';
import type { Scope } from '../Grant.ts';
import { decodeHistory } from '../History.ts';
import { decodeIntent } from '../Intent.ts';
import { createLook } from '../Look.ts';
import { readLook } from '../LookFrame.ts';
import { FIRST_PLACE, type Place } from '../Place.ts';
import type { KeeperRecord } from './Acts.ts';
import { decodeControl, type ControlKind } from './Control.ts';
import { decodeClaim, type ClaimKind } from './Recovery.ts';
import { decodeReport } from './Report.ts';
import { sameBytes, textOf } from '../codec/Same.ts';
import { accountOf, type GrantState, type Keeper } from './Keeper.ts';

/** A former agent may still report on what it did for this long. */
export const REPORT_GRACE_MS = 7 * 86_400_000;

export function isOwner(keeper: Keeper, sender: Uint8Array): boolean {
  return sameBytes(keeper.owner, sender);
}

/** Grants are replaced, never changed: each is made a text once. */
const agentKeys = new WeakMap<GrantState, string>();

function agentKeyOf(grant: GrantState): string {
  let key = agentKeys.get(grant);
  if (key === undefined) agentKeys.set(grant, (key = textOf(grant.agent)));
  return key;
}

/** @param senderKey the sender as a text, for whoever has it at hand */
export function grantOf(
  { grants }: Keeper,
  sender: Uint8Array,
  senderKey: string = textOf(sender),
): GrantState | null {
  for (let i = 0; i < grants.length; i++) {
    const grant = grants[i]!;
    if (agentKeyOf(grant) === senderKey) return grant;
  }
  return null;
}

/** @throws EngineError `not-owner` */
export function assertOwner(keeper: Keeper, sender: Uint8Array): void {
  if (!isOwner(keeper, sender))
    throw new EngineError('request', 'not-owner', 'caller', 'the owner', 'another');
}

/**
 * The grant by which an agent may do this now, whatever the account. One whose grant has run out or was withdrawn may still
 * report for seven days while a trade of its account is open.
 *
 * @param senderKey the sender as a text, for whoever has it at hand
 * @throws EngineError `not-granted`, `grant-revoked`, `grant-expired` or `scope`
 */
export function grantFor(
  keeper: Keeper,
  sender: Uint8Array,
  scope: Scope,
  icTimeMs: number,
  senderKey?: string,
): GrantState {
  const grant = grantOf(keeper, sender, senderKey);
  if (grant === null) throw refused('not-granted', 'an agent with a grant', 'somebody else');
  if (icTimeMs >= endOf(grant) && !(scope === 'report' && mayStillReport(keeper, grant, icTimeMs))) {
    throw over(grant, icTimeMs);
  }
  if (!grant.scopes.includes(scope)) throw outOfScope(grant, scope);
  return grant;
}

/**
 * Whether the grant is for this account.
 *
 * @param account null for every account: no agent may mean them all.
 * @throws EngineError `other-account`
 */
export function assertAccount(grant: GrantState, account: number | null): void {
  if (account !== grant.account) throw otherAccount(grant, account);
}

/** Whether an agent may do this, for this account, now. @throws EngineError as `grantFor` and `assertAccount` do */
export function assertAgent(
  keeper: Keeper,
  sender: Uint8Array,
  scope: Scope,
  account: number | null,
  icTimeMs: number,
  senderKey?: string,
): void {
  assertAccount(grantFor(keeper, sender, scope, icTimeMs, senderKey), account);
}

/** Whether the sender may recover the account. @throws EngineError `not-recovery` */
export function assertRecovery({ recovery }: Keeper, sender: Uint8Array): void {
  if (recovery === null || !sameBytes(recovery, sender)) {
    throw refused('not-recovery', 'the recovery principal', 'another');
  }
}

function over(grant: GrantState, icTimeMs: number): EngineError {
  const leaf = grant.revokedMs > 0 ? 'grant-revoked' : 'grant-expired';
  return refused(leaf, `before ${String(endOf(grant))}`, String(icTimeMs));
}

function outOfScope({ scopes }: GrantState, scope: Scope): EngineError {
  return refused('scope', `a grant of ${scope}`, scopes.join(', '));
}

function otherAccount(grant: GrantState, account: number | null): EngineError {
  const came = account === null ? 'every account' : `account ${String(account)}`;
  return refused('other-account', `account ${String(grant.account)}`, came);
}

/** First IC time at which the grant is over. */
export function endOf({ expiresMs, revokedMs }: GrantState): number {
  return revokedMs > 0 && revokedMs < expiresMs ? revokedMs : expiresMs;
}

function mayStillReport(keeper: Keeper, grant: GrantState, icTimeMs: number): boolean {
  if (icTimeMs >= endOf(grant) + REPORT_GRACE_MS) return false;
  const account = accountOf(keeper, grant.account);
  return account !== null && account.markets.some(({ side }) => side !== 0);
}

function refused(leaf: string, expected: string, came: string): EngineError {
  return new EngineError('request', leaf, 'caller', expected, came);
}

/** The acts on rules, by the canister's methods: the type of their record, and who may. */
interface Permission {
  readonly type: KeeperRecord;
  /** An agent's scope that is enough, null where only the owner may. */
  readonly scope: Scope | null;
}

export const KEEPER_METHODS = {
  set_limits: { type: 'limits', scope: null },
  cancel_pending: { type: 'claim', scope: null },
  grant: { type: 'grant', scope: null },
  revoke: { type: 'revoke', scope: null },
  rotate: { type: 'rotation', scope: null },
  halt: { type: 'control', scope: 'stop' },
  flatten: { type: 'control', scope: 'stop' },
  takeover: { type: 'control', scope: null },
  release: { type: 'control', scope: null },
  resume: { type: 'control', scope: null },
  set_mode: { type: 'mode', scope: null },
  report: { type: 'report', scope: 'report' },
  resolve: { type: 'resolution', scope: null },
  confirm_jump: { type: 'confirmation', scope: null },
  set_recovery: { type: 'recovery', scope: null },
  recover: { type: 'claim', scope: null },
  cancel_recovery: { type: 'claim', scope: null },
} as const satisfies Readonly<Record<string, Permission>>;
export type KeeperMethod = keyof typeof KEEPER_METHODS;

/** What the frame of a control or a claim must say under each method. */
const SAID: Partial<Record<KeeperMethod, ControlKind | ClaimKind>> = {
  cancel_pending: 'cancel-pending',
  halt: 'halt',
  flatten: 'flatten',
  takeover: 'takeover',
  release: 'release',
  resume: 'resume',
  recover: 'recover',
  cancel_recovery: 'cancel-recovery',
};

/**
 * Whether the sender may do this act now. Reads of the frame only what it is about.
 *
 * @throws EngineError when the sender may not, or the frame is not one of the method's
 */
export function assertMayAct(
  keeper: Keeper,
  method: KeeperMethod,
  frame: Uint8Array,
  sender: Uint8Array,
  icTimeMs: number,
): void {
  const { type, scope }: Permission = KEEPER_METHODS[method];
  if (method === 'recover') assertRecovery(keeper, sender);
  else if (scope === null) assertOwner(keeper, sender);
  if (type === 'control') {
    const { control, account } = decodeControl(frame);
    assertSaid(method, control);
    if (scope !== null && !isOwner(keeper, sender)) assertAgent(keeper, sender, scope, account, icTimeMs);
  } else if (type === 'report') {
    assertAgent(keeper, sender, 'report', decodeReport(frame).place.account, icTimeMs);
  } else if (type === 'claim') assertSaid(method, decodeClaim(frame).claim);
}

function assertSaid(method: KeeperMethod, came: string): void {
  const expected = SAID[method];
  if (came !== expected) throw outOfDomain('frame', String(expected), came);
}

function accountIn(place: Place | undefined): number {
  return (place ?? FIRST_PLACE).account;
}

/**
 * Whether the sender may make this call now, for every method but the registration.
 *
 * @throws EngineError when the sender may not, or the frame is not one of the method's
 */
export function assertMay(
  keeper: Keeper,
  method: KeeperMethod | 'load_history' | 'observe' | 'intent' | 'checkpoint',
  frame: Uint8Array,
  sender: Uint8Array,
  icTimeMs: number,
): void {
  switch (method) {
    case 'load_history':
      assertAgent(keeper, sender, 'relay', accountIn(decodeHistory(frame).place), icTimeMs);
      return;
    case 'observe':
      assertAgent(keeper, sender, 'relay', accountIn(readLook(frame, createLook()).place), icTimeMs);
      return;
    case 'intent':
      if (isOwner(keeper, sender)) return;
      assertAgent(keeper, sender, 'request-entry', accountIn(decodeIntent(frame).place), icTimeMs);
      return;
    case 'checkpoint':
      assertOwner(keeper, sender);
      return;
    default:
      assertMayAct(keeper, method, frame, sender, icTimeMs);
  }
}
