import { createKeeper, decodeRegistration, type Answer } from '@plimsoll/engine';
import { newcomerAt } from './Access.ts';
import { assertAffordable } from './Budget.ts';
import type { Call } from './Call.ts';
import { addOwner, freeSlot, writeAccount } from './Owners.ts';
import { assertAdmitted, useInvite } from './Policy.ts';
import { createRing } from './Recent.ts';
import { appendRecord } from './Records.ts';
import { openSession } from './Sessions.ts';
import { createStanding } from './Standing.ts';

/**
 * The caller becomes an owner with the limits of the frame. Record `register`, sequence 0. A principal that is an agent's
 * key stays one: what it halts must never be in doubt.
 *
 * @throws EngineError `already-registered`, `agent-key`, `closed`, `invite-needed`, `invite-unknown`, `full`, `budget`,
 * `short-of-cycles`
 */
export function register(call: Call): Answer {
  newcomerAt(call);
  const { caller, frame } = call;
  const { limits, code } = decodeRegistration(frame);
  assertAdmitted(code);
  assertAffordable('register', call.timeMs);
  const slot = freeSlot();
  call.phase = 'recording';
  if (code !== null) useInvite(code);
  addOwner(caller, slot);
  const keeper = createKeeper(caller, limits);
  const session = openSession(slot, caller, createStanding(), { records: 0, keeper, ring: createRing() });
  writeAccount(slot, { owner: caller, keeper });
  return appendRecord(session, call, 'register');
}
