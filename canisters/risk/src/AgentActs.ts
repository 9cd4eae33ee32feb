import {
  decodeHistory,
  decodeIntent,
  decodeObservation,
  encodeDecision,
  EngineError,
  intend,
  loadHistory,
  observe,
  type Answer,
  type Outcome,
  type RecordType,
} from '@plimsoll/engine';
import { requireAgent } from './Access.ts';
import { requireSelfTest } from './Boot.ts';
import type { Call } from './Call.ts';
import { assertHistoryClock, assertIntentClock, assertObservationClock } from './ClockRule.ts';
import { writeAccount } from './Owners.ts';
import { rememberTick } from './Recent.ts';
import { appendRecord, repeatedAnswer } from './Records.ts';
import type { Session } from './Sessions.ts';

/** Closed bars that warm the owner's feed. Record `history`; nothing is decided. */
export function warm(call: Call): Answer {
  const session = requireAgent(call);
  const history = decodeHistory(call.frame);
  const repeated = repeatedAnswer(session, call, history.id);
  if (repeated !== null) return repeated;
  const { account } = session;
  if (account.feedKind !== null && account.feedKind !== history.kind) {
    throw new EngineError(
      'request',
      'feed-kind',
      'history.kind',
      `${account.feedKind} for ever`,
      history.kind,
    );
  }
  assertHistoryClock(history, call.timeMs);
  requireSelfTest();
  call.phase = 'deciding';
  loadHistory(session.desk, history);
  call.phase = 'recording';
  if (account.feedKind === null) {
    account.feedKind = history.kind;
    writeAccount(session.slot, account);
  }
  return appendRecord(session, call, 'history', history.id);
}

/** One look at venue and account, and the decision on it. Record `observation`, or a tick. */
export function look(call: Call): Answer {
  const session = requireAgent(call);
  const observation = decodeObservation(call.frame);
  const repeated = repeatedAnswer(session, call, observation.id);
  if (repeated !== null) return repeated;
  assertObservationClock(session.account.feedKind, observation, call.timeMs);
  requireSelfTest();
  call.phase = 'deciding';
  const outcome = observe(session.desk, observation);
  return decided(session, call, 'observation', observation.id, outcome);
}

/** A wish to enter: a plan or a refusal. Record `intent`. */
export function wish(call: Call): Answer {
  const session = requireAgent(call);
  const intent = decodeIntent(call.frame);
  const repeated = repeatedAnswer(session, call, intent.id);
  if (repeated !== null) return repeated;
  assertIntentClock(session.account.feedKind, intent, call.timeMs);
  requireSelfTest();
  call.phase = 'deciding';
  const outcome = intend(session.desk, intent);
  return decided(session, call, 'intent', intent.id, outcome);
}

function decided(session: Session, call: Call, type: RecordType, id: Uint8Array, outcome: Outcome): Answer {
  call.phase = 'recording';
  if (outcome.record) return appendRecord(session, call, type, id, outcome.decision);
  const { log, recent } = session;
  const decision = encodeDecision(outcome.decision);
  const answer: Answer = { kind: 'tick', sequence: log.records - 1, head: log.head, decision };
  rememberTick(recent, id, { frame: call.frame, answer });
  return answer;
}
