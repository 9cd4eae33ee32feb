import {
  accountOf,
  assertAgent,
  decodeHistory,
  decodeIntent,
  deskKey,
  EngineError,
  FIRST_PLACE,
  keptHistory,
  keptIntend,
  keptLook,
  readLook,
  textOf,
  type Answer,
  type Desk,
  type FeedKind,
  type Look,
  type Place,
} from '@plimsoll/engine';
import { agentAt, assertParty, partyAt } from './Access.ts';
import { requireSelfTest } from './Boot.ts';
import { assertAffordable } from './Budget.ts';
import type { Call } from './Call.ts';
import { assertHistoryClock, assertIntentClock, assertObservationClock } from './ClockRule.ts';
import { writeAccount } from './Owners.ts';
import { assertLease, renewLease } from './Presence.ts';
import { rememberTick } from './Recent.ts';
import { appendRecord, repeatedAnswer } from './Records.ts';
import { sessionOf, type Session } from './Sessions.ts';

/** Closed bars that warm a feed of the owner's. Record `history`; nothing is decided. */
export function warm(call: Call): Answer {
  const session = sessionOf(agentAt(call, 'relay'));
  const { books } = session;
  const history = decodeHistory(call.frame);
  const place = history.place ?? FIRST_PLACE;
  assertAgent(books.keeper, call.caller, 'relay', place.account, call.timeMs, call.callerKey);
  const repeated = repeatedAnswer(session, call, history.id);
  if (repeated !== null) return repeated;
  assertHistoryClock(history, call.timeMs);
  const relay = assertLease(session, call, place.account);
  requireSelfTest();
  call.phase = 'deciding';
  const key = deskKey(place);
  const { keeper, desk } = keptHistory(books.keeper, books.desks.get(key) ?? null, history, call.timeMs);
  call.phase = 'recording';
  books.keeper = keeper;
  books.desks.set(key, desk);
  renewLease(session, call, place.account, relay, true);
  writeAccount(session.slot, { owner: session.owner, keeper });
  return appendRecord(session, call, 'history', history.id);
}

/** Slot of the owner whose agent looks; `seen` is null where the frame cannot be read. @throws EngineError as `agentAt` */
export function lookerAt(call: Call, seen: Look | null): number {
  if (seen === null) return agentAt(call, 'relay');
  call.urgency = seen.bars.length > 0 ? 'bar' : 'tick';
  return agentAt(call, 'relay', seen.place.account);
}

/** One look at venue and account, and the decision on it. Record `observation`, or a tick. */
export function look(call: Call): Answer {
  let seen: Look;
  try {
    seen = readLook(call.frame);
  } catch (error) {
    lookerAt(call, null);
    throw error;
  }
  const session = sessionOf(lookerAt(call, seen));
  const { books } = session;
  const { place } = seen;
  const idKey = textOf(seen.id);
  const repeated = repeatedAnswer(session, call, seen.id, idKey);
  if (repeated !== null) return repeated;
  assertAffordable(call.urgency, call.timeMs);
  assertObservationClock(kindOf(session, place), seen, call.timeMs);
  const desk = deskOf(session, place);
  const relay = assertLease(session, call, place.account);
  requireSelfTest();
  call.phase = 'deciding';
  const { keeper, outcome } = keptLook(books.keeper, desk, seen, call.timeMs);
  call.phase = 'recording';
  books.keeper = keeper;
  renewLease(session, call, place.account, relay, outcome.record);
  if (outcome.record) return appendRecord(session, call, 'observation', seen.id, outcome.bytes);
  const { log, recent } = session;
  // Remembered by itself: as it is, it would keep all that the engine wrote around it.
  const decision = outcome.bytes.slice();
  const answer: Answer = { kind: 'tick', sequence: log.records - 1, head: log.head, decision };
  rememberTick(recent, idKey, { frame: call.frame, answer });
  return answer;
}

/** A wish to enter, of the owner or an agent: a plan or a refusal. Record `intent`. */
export function wish(call: Call): Answer {
  const session = sessionOf(partyAt(call, 'request-entry'));
  const { books } = session;
  const intent = decodeIntent(call.frame);
  const place = intent.place ?? FIRST_PLACE;
  assertParty(session, call, 'request-entry', place.account);
  const repeated = repeatedAnswer(session, call, intent.id);
  if (repeated !== null) return repeated;
  assertIntentClock(kindOf(session, place), intent, call.timeMs);
  const desk = deskOf(session, place);
  requireSelfTest();
  call.phase = 'deciding';
  const { keeper, outcome } = keptIntend(books.keeper, desk, intent, call.timeMs);
  call.phase = 'recording';
  books.keeper = keeper;
  return appendRecord(session, call, 'intent', intent.id, outcome.bytes);
}

function kindOf({ books }: Session, { account }: Place): FeedKind | null {
  return accountOf(books.keeper, account)?.kind ?? null;
}

/** @throws EngineError `no-history` */
function deskOf({ books }: Session, place: Place): Desk {
  const desk = books.desks.get(deskKey(place));
  if (desk === undefined) throw withoutHistory(place);
  return desk;
}

function withoutHistory({ account, market }: Place): EngineError {
  const came = `account ${String(account)}, market ${String(market)}, where there is none`;
  return new EngineError('request', 'no-history', 'place', 'a feed with history loaded first', came);
}
