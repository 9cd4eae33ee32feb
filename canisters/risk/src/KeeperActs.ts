import {
  actOn,
  assertMayAct,
  confirmInBooks,
  decodeControl,
  decodeGrant,
  decodeRecovery,
  decodeReport,
  decodeRotation,
  endOf,
  EngineError,
  grantOf,
  idOfEntry,
  isOwner,
  KEEPER_METHODS,
  type Answer,
  type Keeper,
  type KeeperMethod,
} from '@plimsoll/engine';
import { agentAt, claimantAt, ownerAt, partyAt, slotOfActor } from './Access.ts';
import { addAgent, removeAgent, slotOfAgent } from './Agents.ts';
import type { Urgency } from './Budget.ts';
import type { Call } from './Call.ts';
import { findInLog } from './Log.ts';
import { writeAccount } from './Owners.ts';
import { appendRecord, recordedAnswer, repeatedAnswer, repeatedReport } from './Records.ts';
import { sessionOf, type Session } from './Sessions.ts';
import { addSuccessor } from './Successors.ts';

/** What halts, withdraws, tightens or takes over is taken when nothing else is. */
const STOPS: readonly KeeperMethod[] = [
  'halt',
  'flatten',
  'revoke',
  'set_limits',
  'cancel_pending',
  'recover',
  'cancel_recovery',
];

export function urgencyOf(method: KeeperMethod): Urgency {
  if (method === 'report') return 'report';
  return STOPS.includes(method) ? 'stop' : 'act';
}

/**
 * An act on the owner's rules, as the keeper takes it: it is authorised, changes the rules, and goes on record. The same
 * act sent again is answered with its record.
 */
export function actOnRules(method: KeeperMethod): (call: Call) => Answer {
  return (call) => {
    const session = sessionOf(actorAt(method, call));
    const { caller, frame, timeMs } = call;
    const { type } = KEEPER_METHODS[method];
    const { keeper } = session.books;
    const id = idOfEntry(type, frame);
    assertMayAct(keeper, method, frame, caller, timeMs);
    let repeated = id === null ? null : repeatedAnswer(session, call, id);
    if (repeated === null && method === 'report') repeated = repeatedReport(session, call);
    if (repeated !== null) return repeated;
    assertKeysFree(method, session, call);
    const next = actOn(keeper, type, frame, { icTimeMs: timeMs, sequence: session.log.records });
    if (next === keeper) {
      const sequence = sequenceOf(method, keeper, frame, session);
      // Where what said so before is no longer kept, it is said once more.
      if (findInLog(session.slot, sequence) !== null) return recordedAnswer(session, sequence);
    }
    call.phase = 'recording';
    session.books.keeper = next;
    if (method === 'confirm_jump') confirmInBooks(session.books, frame);
    keepKeys(method, session, keeper, frame);
    writeAccount(session.slot, { owner: session.owner, keeper: next });
    return appendRecord(session, call, type, id);
  };
}

/** Slot of the account on which the caller acts. @throws EngineError as the doors of `Access` do */
export function actorAt(method: KeeperMethod, call: Call): number {
  if (method === 'recover') return claimantAt(call);
  const { scope } = KEEPER_METHODS[method];
  if (scope === null) return ownerAt(call);
  const account = accountMeant(method, call.frame);
  return method === 'report' ? agentAt(call, scope, account) : partyAt(call, scope, account);
}

/** The account that the frame of a control or a report means; undefined where it cannot be read. */
function accountMeant(method: KeeperMethod, frame: Uint8Array): number | null | undefined {
  try {
    return method === 'report' ? decodeReport(frame).place.account : decodeControl(frame).account;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** Which record said before what this act says again. */
function sequenceOf(method: KeeperMethod, keeper: Keeper, frame: Uint8Array, { log }: Session): number {
  if (method === 'set_limits') return keeper.limitsSequence;
  if (method === 'grant') return grantOf(keeper, decodeGrant(frame).agent)?.sequence ?? log.records - 1;
  return log.records - 1;
}

/**
 * A principal serves one owner, as agent or as owner itself: what it halts must never be in doubt. Whoever is to recover an
 * account is asked when it is named and again when it claims, since it may have become one or the other meanwhile.
 *
 * @throws EngineError `agent-refused`, `recovery-refused`, `already-registered`, `agent-key`
 */
function assertKeysFree(method: KeeperMethod, { slot, books }: Session, { frame, timeMs }: Call): void {
  if (method === 'grant' || method === 'rotate') {
    const agent = method === 'grant' ? decodeGrant(frame).agent : decodeRotation(frame).to;
    if (servesAnother(agent, slot, timeMs) || slotOfActor(agent) !== undefined) {
      const came = 'one that serves or is another owner';
      throw new EngineError('request', 'agent-refused', 'grant.agent', 'a key of its own', came);
    }
  }
  if (method === 'set_recovery') {
    const { recovery } = decodeRecovery(frame);
    if (recovery !== null && (isActingOwner(recovery) || servesAnother(recovery, slot, timeMs))) {
      const expected = 'a principal of its own';
      const came = 'one that serves or is another owner';
      throw new EngineError('request', 'recovery-refused', 'recovery.principal', expected, came);
    }
  }
  const { recovery } = books.keeper;
  if (method === 'recover' && recovery !== null) {
    if (isActingOwner(recovery)) {
      const expected = 'no owner; have its account recovered by another principal first';
      throw new EngineError('request', 'already-registered', 'caller', expected, 'a registered owner');
    }
    if (servesAnother(recovery, slot, timeMs)) {
      const expected = 'no agent; have its grant revoked first';
      throw new EngineError('request', 'agent-key', 'caller', expected, "another owner's agent");
    }
  }
}

/** Whether it is the owner of an account now: not, once another has recovered that. */
function isActingOwner(principal: Uint8Array): boolean {
  const slot = slotOfActor(principal);
  return slot !== undefined && isOwner(sessionOf(slot).books.keeper, principal);
}

/** Whether an agent's grant of another owner still runs. */
function servesAnother(principal: Uint8Array, own: number, timeMs: number): boolean {
  const slot = slotOfAgent(principal);
  if (slot === undefined || slot === own) return false;
  const grant = grantOf(sessionOf(slot).books.keeper, principal);
  return grant !== null && timeMs < endOf(grant);
}

/** Keeps who is found under which key in step with the rules. */
function keepKeys(method: KeeperMethod, { slot, books }: Session, before: Keeper, frame: Uint8Array): void {
  if (method === 'grant') addAgent(decodeGrant(frame).agent, slot);
  if (method === 'rotate') addAgent(decodeRotation(frame).to, slot);
  if (books.keeper.owner !== before.owner) addSuccessor(books.keeper.owner, slot);
  // A withdrawn key stays known for its reports until the keeper has forgotten it.
  for (const { agent } of before.grants) {
    if (grantOf(books.keeper, agent) === null && slotOfAgent(agent) === slot) removeAgent(agent);
  }
}
