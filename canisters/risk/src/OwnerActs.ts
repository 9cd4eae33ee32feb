import {
  createDesk,
  decodeGrant,
  decodeLimits,
  decodeRevocation,
  EngineError,
  loosenedField,
  setLimits,
  type Answer,
} from '@plimsoll/engine';
import { isAnonymous, requireNamed, requireOwner } from './Access.ts';
import { createAccount, MAX_GRANTS } from './Account.ts';
import { addAgent, removeAgent, slotOfAgent } from './Agents.ts';
import type { Call } from './Call.ts';
import { sameBytes } from './Keys.ts';
import { addOwner, freeSlot, slotOfOwner, writeAccount } from './Owners.ts';
import { createRing } from './Recent.ts';
import { appendRecord, recordedAnswer } from './Records.ts';
import { openSession } from './Sessions.ts';
import { createStanding } from './Standing.ts';

/** The caller becomes an owner with the limits of the frame. Record `register`, sequence 0. */
export function register(call: Call): Answer {
  requireNamed(call.caller);
  if (slotOfOwner(call.caller) !== undefined) {
    throw new EngineError('request', 'already-registered', 'caller', 'new', 'a registered owner');
  }
  const limits = decodeLimits(call.frame);
  const slot = freeSlot();
  call.phase = 'recording';
  addOwner(call.caller, slot);
  const account = createAccount(call.caller, limits);
  const desk = createDesk(limits);
  const session = openSession(slot, account, createStanding(), { records: 0, desk, ring: createRing() });
  writeAccount(slot, account);
  return appendRecord(session, call, 'register');
}

/**
 * Replaces the limits; tightening applies at once. Record `limits`. A frame that loosens any field is refused whole,
 * naming the first such field: this version knows no delayed loosening. Limits equal to those in force are answered
 * with the record that set them, so that a repeated request is harmless.
 */
export function changeLimits(call: Call): Answer {
  const session = requireOwner(call);
  const { account } = session;
  const limits = decodeLimits(call.frame);
  const loosened = loosenedField(account.limits, limits);
  if (loosened !== null) {
    const now = String(account.limits[loosened]);
    throw new EngineError(
      'request',
      'loosening-waits',
      `limits.${loosened}`,
      `no looser than ${now}`,
      String(limits[loosened]),
    );
  }
  // Nothing looser in either direction: they are equal.
  if (loosenedField(limits, account.limits) === null) return recordedAnswer(session, account.limitsSequence);
  call.phase = 'recording';
  setLimits(session.desk, limits);
  account.limits = limits;
  account.limitsVersion++;
  account.limitsSequence = session.log.records;
  writeAccount(session.slot, account);
  return appendRecord(session, call, 'limits');
}

/**
 * Lets one agent key act until a moment of IC time; granting again moves that moment. Record `grant`. A key serves
 * one owner, and is never the owner's own.
 */
export function grant(call: Call): Answer {
  const session = requireOwner(call);
  const { account, slot } = session;
  const { agent, expiresMs } = decodeGrant(call.frame);
  if (isAnonymous(agent)) throw refusedAgent('a key of its own', 'the anonymous principal');
  if (sameBytes(agent, account.owner)) throw refusedAgent('another key than the owner', 'the owner');
  const taken = slotOfAgent(agent);
  if (taken !== undefined && taken !== slot) throw refusedAgent('free', "another owner's agent");
  const held = account.grants.find((granted) => sameBytes(granted.agent, agent));
  if (held !== undefined && held.expiresMs === expiresMs) return recordedAnswer(session, held.sequence);
  if (!(expiresMs > call.timeMs)) {
    throw new EngineError(
      'request',
      'out-of-domain',
      'grant.expiresMs',
      `after ${String(call.timeMs)}`,
      String(expiresMs),
    );
  }
  const others = account.grants.filter((granted) => granted !== held);
  if (others.length >= MAX_GRANTS) {
    throw new EngineError(
      'request',
      'too-many-grants',
      'grants',
      `at most ${String(MAX_GRANTS)}; revoke one`,
      'one more',
    );
  }
  call.phase = 'recording';
  addAgent(agent, slot);
  account.grants = [...others, { agent, expiresMs, sequence: session.log.records }];
  writeAccount(slot, account);
  return appendRecord(session, call, 'grant');
}

/** Withdraws an agent's grant at once. Record `revoke`. */
export function revoke(call: Call): Answer {
  const session = requireOwner(call);
  const { account } = session;
  const agent = decodeRevocation(call.frame);
  const left = account.grants.filter((granted) => !sameBytes(granted.agent, agent));
  if (left.length === account.grants.length) {
    throw new EngineError('request', 'not-granted', 'revocation.agent', 'an agent with a grant', 'another');
  }
  call.phase = 'recording';
  removeAgent(agent);
  account.grants = left;
  writeAccount(session.slot, account);
  return appendRecord(session, call, 'revoke');
}

function refusedAgent(expected: string, came: string): EngineError {
  return new EngineError('request', 'agent-refused', 'grant.agent', expected, came);
}
