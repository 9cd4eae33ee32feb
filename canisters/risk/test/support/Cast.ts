import {
  decodeRecord,
  DEFAULT_LIMITS,
  encodeGrant,
  encodeHistory,
  encodeLimits,
  encodeRevocation,
  type Answer,
  type FeedKind,
  type LogRecord,
} from '@plimsoll/engine';
import { historyOf, START_MS, type Market } from './Market.ts';
import { Risk } from './Risk.ts';

export const ANONYMOUS = Uint8Array.of(4);
export const OWNER = principalOf(1);
export const AGENT = principalOf(2);
export const OTHER_OWNER = principalOf(3);
export const OTHER_AGENT = principalOf(4);
export const EXPIRED_AGENT = principalOf(5);
export const REVOKED_AGENT = principalOf(6);
export const STRANGER = principalOf(7);

export const DAY_MS = 86_400_000;
export const WARM_UP = 2_880;

/** A self-authenticating principal of nobody. */
export function principalOf(number: number): Uint8Array {
  const principal = new Uint8Array(29).fill(number);
  principal[28] = 2;
  return principal;
}

/** The answer in one line: `record`, `tick`, or the error's disposition and leaf. */
export function told(answer: Answer): string {
  return answer.kind === 'error' ? `${answer.disposition}/${answer.leaf}` : answer.kind;
}

/** The record in an answer that must be one. */
export function recordIn(answer: Answer): LogRecord {
  if (answer.kind !== 'record') throw new Error(`expected a record, came ${told(answer)}`);
  return decodeRecord(answer.record);
}

/** The encoded decision in an answer that must have one. */
export function decisionIn(answer: Answer): Uint8Array {
  return answer.kind === 'tick' ? answer.decision : recordIn(answer).decision;
}

/** An owner with one agent whose grant runs for ten years. */
export function enrol(risk: Risk, owner = OWNER, agent = AGENT, limits = DEFAULT_LIMITS): void {
  recordIn(risk.send('register', encodeLimits(limits), owner));
  recordIn(risk.send('grant', encodeGrant({ agent, expiresMs: risk.nowMs + 3650 * DAY_MS }), owner));
}

/** Further agents of `owner`: one whose grant has run out, one whose grant was withdrawn. */
export function enrolFormerAgents(risk: Risk, owner = OWNER): void {
  const soonMs = risk.nowMs + 1_000;
  recordIn(risk.send('grant', encodeGrant({ agent: EXPIRED_AGENT, expiresMs: soonMs }), owner));
  recordIn(risk.send('grant', encodeGrant({ agent: REVOKED_AGENT, expiresMs: soonMs + DAY_MS }), owner));
  recordIn(risk.send('revoke', encodeRevocation(REVOKED_AGENT), owner));
  risk.clock.setMs(soonMs);
}

export function warm(risk: Risk, market: Market, bars = WARM_UP, kind: FeedKind = 'replay'): void {
  recordIn(risk.send('load_history', encodeHistory(historyOf(market, bars, kind)), AGENT));
}

/** A canister with one owner, who has one agent and a feed of so many bars. */
export function afloat(wasm: Uint8Array, market: Market, bars = WARM_UP): Risk {
  const risk = new Risk(wasm, START_MS);
  enrol(risk);
  warm(risk, market, bars);
  return risk;
}
