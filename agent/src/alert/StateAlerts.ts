import type { Alert } from './Alert.ts';

/*
 * What the state of the agent, its keys and its canister gives to tell. Pure: times are given, wall time in
 * milliseconds; null is nothing to tell.
 */

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
/** Without the canister nothing is ratcheted and nothing entered; told from here on. */
const SILENCE_MS = 60_000;
/** Longer than a stop takes to be placed again after a restart. */
const UNCOVERED_MS = 10_000;
/** What cycles must last for. */
const RUNWAY_DAYS = 30;
const RUNWAY_ALARM_DAYS = 7;

const date = (timeMs: number): string =>
  `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** A rule of the owner that has stopped new risk. */
export interface Breaker {
  /** The rule's name, such as `daily-loss`. */
  readonly rule: string;
  /** What tripped it, by which figures. */
  readonly detail: string;
  /** When it ends by itself; null where the owner has to resume. */
  readonly untilMs: number | null;
}

export function breakerTripped(breaker: Breaker): Alert {
  return {
    key: `breaker:${breaker.rule}`,
    level: 'alarm',
    title: `Breaker: ${breaker.rule}`,
    text: `${breaker.detail} No new risk ${breaker.untilMs === null ? 'until you resume' : `until ${date(breaker.untilMs)}`}; exits and stops go on.`,
  };
}

/** An order of which it is not known whether it was carried out. */
export interface AmbiguousOrder {
  readonly clientOrderId: string;
  /** Its part in the trade, such as `stop`. */
  readonly role: string;
  readonly sinceMs: number;
}

/** Told at once, as an alarm once it lasted longer than a venue's requests live. */
export function ambiguousOrder(order: AmbiguousOrder, nowMs: number): Alert {
  const seconds = Math.max(0, Math.round((nowMs - order.sinceMs) / SECOND_MS));
  return {
    key: `ambiguous:${order.clientOrderId}`,
    level: seconds > 10 ? 'alarm' : 'warning',
    title: 'An order’s fate is unknown',
    text: `${order.role} ${order.clientOrderId}: no answer for ${String(seconds)} s. It is looked up, never sent again blindly; until then there is no entry.`,
  };
}

/** What is set on the venue, or stands there, is not what was asked for. */
export function settingsDisagree(detail: string): Alert {
  return {
    key: 'settings-disagree',
    level: 'alarm',
    title: 'The venue is not set as the plan wants',
    text: `${detail} Entries are blocked until leverage, margin mode and position mode agree.`,
  };
}

/** `expiresMs` null: not known, and nothing to tell. Told from 7 days and again from 1 day before the end. */
function expiry(
  subject: string,
  key: string,
  expiresMs: number | null,
  advice: string,
  nowMs: number,
): Alert | null {
  if (expiresMs === null) return null;
  const leftMs = expiresMs - nowMs;
  if (leftMs > 7 * DAY_MS) return null;
  if (leftMs <= 0) {
    return {
      key: `${key}:over`,
      level: 'alarm',
      title: `${subject} has expired`,
      text: `It ended ${date(expiresMs)}. ${advice}`,
      // Once a day for as long as it is so.
      once: dayOf(nowMs),
    };
  }
  const isLastDay = leftMs <= DAY_MS;
  return {
    // The two notices are two matters: the second is told although the first was.
    key: `${key}:${isLastDay ? '1d' : '7d'}`,
    level: isLastDay ? 'alarm' : 'warning',
    title: `${subject} expires ${isLastDay ? 'within a day' : 'within a week'}`,
    text: `It ends ${date(expiresMs)}. ${advice}`,
    once: String(expiresMs),
  };
}

/** The venue's key. @param expiresMs as in `Permissions` */
export function keyExpiry(expiresMs: number | null, nowMs: number): Alert | null {
  const advice =
    'An expired key cannot close a position. Make a new key on the venue and restart the agent with it.';
  return expiry('The venue’s API key', 'key-expiry', expiresMs, advice, nowMs);
}

/** The agent's grant from the owner. */
export function grantExpiry(expiresMs: number | null, nowMs: number): Alert | null {
  const advice =
    'Without a grant nothing is decided any more; the resting stop stays. Renew it as owner: plimsoll pair prints the link.';
  return expiry('The agent’s grant', 'grant-expiry', expiresMs, advice, nowMs);
}

/** @param runwayDays days until the canister freezes at the present burn; null is unknown. Told once a day. */
export function cyclesRunway(runwayDays: number | null, nowMs: number): Alert | null {
  if (runwayDays === null || !(runwayDays < RUNWAY_DAYS)) return null;
  return {
    key: 'cycles-runway',
    level: runwayDays < RUNWAY_ALARM_DAYS ? 'alarm' : 'warning',
    title: 'Cycles run out',
    text: `The canister’s cycles last ${Math.max(0, runwayDays).toFixed(1)} days at the present burn; keep ${String(RUNWAY_DAYS)}. Top it up: icp canister top-up, or dfx canister deposit-cycles.`,
    once: dayOf(nowMs),
  };
}

/** @param silentMs since the first of the calls that nothing believable answered; null while it answers */
export function canisterSilent(silentMs: number | null): Alert | null {
  if (silentMs === null || silentMs < SILENCE_MS) return null;
  return {
    key: 'canister-silent',
    level: 'alarm',
    title: 'The canister does not answer',
    text: `No accepted answer for ${String(Math.round(silentMs / SECOND_MS))} s. No entry and no moved stop until it does; the stop that rests stays, and the plan’s own exits go on.`,
  };
}

/** @param sinceMs since when a part of the position has had no resting stop; null while all of it is covered */
export function uncovered(sinceMs: number | null, nowMs: number): Alert | null {
  if (sinceMs === null || nowMs - sinceMs < UNCOVERED_MS) return null;
  return {
    // The same matter as what an observation shows: told once.
    key: 'unprotected',
    level: 'alarm',
    title: 'A position is not covered by a stop',
    text: `A part of it has had no resting stop for ${String(Math.round((nowMs - sinceMs) / SECOND_MS))} s. Place one by hand, or run: plimsoll flatten`,
  };
}

/** Answers that were refused because their proof did not hold. @param reason as the refusals are counted by */
export function forgery(reason: string, count: number): Alert | null {
  if (count <= 0) return null;
  return {
    key: `forgery:${reason}`,
    level: 'alarm',
    title: 'An answer was not proven',
    text: `${String(count)} answers were refused for "${reason}"; nothing followed from them. Check the boundary node or proxy between this machine and the Internet Computer, and this machine’s clock.`,
  };
}

/** The lease on the account is another agent's. */
export function secondAgent(detail: string): Alert {
  return {
    key: 'second-agent',
    level: 'alarm',
    title: 'Another agent steers this account',
    text: `${detail} This one does nothing. Stop one of the two.`,
  };
}

/** The venue closed the position by force. */
export function forcedClose(kind: 'liquidation' | 'adl', detail: string): Alert {
  return {
    key: `forced-close:${kind}`,
    level: 'alarm',
    title:
      kind === 'liquidation' ? 'The venue liquidated the position' : 'The venue deleveraged the position',
    text: `${detail} No new risk until you have looked at it.`,
  };
}
