import type { AgentStatus } from './AgentStatus.ts';

/** One thing that has to be so for the agent to do its work. */
export interface Check {
  readonly name: 'venue' | 'canister' | 'price' | 'agreed' | 'protected' | 'orders' | 'loop';
  readonly ok: boolean;
  /** What is so, and what to do where it is not right. */
  readonly detail: string;
}

export interface Health {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Longer than these, in milliseconds, is not well. */
/** Since it was asked in vain. */
const SILENCE = 30_000;
/** With nothing happening both are asked every two minutes at the latest. */
const UNASKED = 180_000;
const PRICE_AGE = 30_000;
const UNCOVERED = 10_000;
/** The loop comes round more often, however long canister and venue let it wait; a hung one does not. */
const LOOP_SILENCE = 300_000;

/**
 * Whether the agent can do what it is for. Pure.
 * @param statusMs when the loop came round last
 */
export function healthOf(status: AgentStatus, statusMs: number, nowMs: number): Health {
  const checks = [
    age(
      'loop',
      nowMs - statusMs,
      LOOP_SILENCE,
      'the loop',
      'It hangs: restart the agent; stops stay on the venue.',
    ),
    answering('venue', status.venueReadMs, status.venueSilentMs, nowMs, 'Check the network and the key.'),
    answering(
      'canister',
      status.canisterAnswerMs,
      status.canisterSilentMs,
      nowMs,
      'Check its cycles and the grant.',
    ),
    status.priceAgeMs === null
      ? wrong('price', 'no price yet')
      : age('price', status.priceAgeMs, PRICE_AGE, 'the price', 'Nothing is entered on a stale one.'),
    check(
      'agreed',
      status.isAgreed,
      'venue, journal and canister agree',
      'they do not agree yet: no new risk',
    ),
    covered(status, nowMs),
    check(
      'orders',
      status.ambiguousOrders === 0,
      'no order of unknown fate',
      `${String(status.ambiguousOrders)} orders of unknown fate: they are being looked up`,
    ),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}

function covered({ position }: AgentStatus, nowMs: number): Check {
  if (position === null || position.quantity === 0)
    return { name: 'protected', ok: true, detail: 'no position' };
  const { uncoveredSinceMs } = position;
  if (uncoveredSinceMs === null) return { name: 'protected', ok: true, detail: 'a stop covers the position' };
  const seconds = ((nowMs - uncoveredSinceMs) / 1_000).toFixed(0);
  return {
    name: 'protected',
    ok: nowMs - uncoveredSinceMs < UNCOVERED,
    detail: `not all of the position is covered, since ${seconds} s. Place a stop by hand, or: plimsoll flatten`,
  };
}

function answering(
  name: 'venue' | 'canister',
  lastMs: number | null,
  silentMs: number | null,
  nowMs: number,
  advice: string,
): Check {
  if (silentMs !== null && silentMs > SILENCE)
    return wrong(name, `the ${name} has not answered for ${(silentMs / 1_000).toFixed(0)} s. ${advice}`);
  if (lastMs === null) return wrong(name, `nothing of the ${name} yet`);
  return age(name, nowMs - lastMs, UNASKED, `the ${name} answered`, advice);
}

function age(name: Check['name'], ageMs: number, limitMs: number, what: string, advice: string): Check {
  const ok = ageMs <= limitMs;
  const seconds = (Math.max(0, ageMs) / 1_000).toFixed(0);
  return {
    name,
    ok,
    detail: `${what} ${seconds} s ago${ok ? '' : `, expected ${String(limitMs / 1_000)} s at most. ${advice}`}`,
  };
}

function check(name: Check['name'], ok: boolean, good: string, bad: string): Check {
  return { name, ok, detail: ok ? good : bad };
}

function wrong(name: Check['name'], detail: string): Check {
  return { name, ok: false, detail };
}
