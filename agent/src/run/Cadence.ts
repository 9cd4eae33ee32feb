import { BAR_MS } from '@plimsoll/engine';
import type { CadenceConfig } from '../config/Config.ts';

/** Why the canister is told now. */
export type Why = 'start' | 'bar' | 'account' | 'near-level' | 'leader' | 'heartbeat' | 'asked';

/** What a cadence looks at. Times are market time, milliseconds. */
export interface Moment {
  readonly nowMs: number;
  /** When the canister was told last, −Infinity before the first time. */
  readonly toldMs: number;
  /** Open time of the newest bar it knows, −1 for none. */
  readonly toldBarMs: number;
  /** 0 when it cannot be told; tick by tick the market stands still. */
  readonly markPrice: number;
  /** Prices at which something would happen: stop, take-profits, liquidation. */
  readonly levels: readonly number[];
  /** The leader's move since the canister was told last, a fraction. */
  readonly leaderMove: number;
  readonly hasAccountChanged: boolean;
  /** Whether the day's budget allows what may wait. */
  readonly isWithinBudget: boolean;
}

/** Bars are final on the venue's stream a moment after they close. */
const SETTLE_MS = 1_000;

/**
 * Why to tell the canister now, null when it can wait. A fill and a closed bar are always told; all else keeps
 * `leastSeconds` from the last time and ends with the day's budget.
 * @param jitterMs this agent's own delay after a bar's close; see {@link jitterOf}
 */
export function dueFor(moment: Moment, config: CadenceConfig, jitterMs: number): Why | null {
  const { nowMs, toldMs, toldBarMs } = moment;
  if (toldMs === -Infinity) return 'start';
  if (moment.hasAccountChanged) return 'account';
  const closedMs = Math.floor(nowMs / BAR_MS) * BAR_MS;
  const isBarNew = closedMs - BAR_MS > toldBarMs;
  if (isBarNew && nowMs >= closedMs + (jitterMs > 0 ? SETTLE_MS + jitterMs : 0)) return 'bar';
  const sinceMs = nowMs - toldMs;
  if (sinceMs < config.leastSeconds * 1000) return null;
  // The lease on the account must not run out: the budget cannot forbid its renewal, only make it rare.
  if (sinceMs >= (moment.isWithinBudget ? config.heartbeatSeconds * 1000 : LEASE_RENEWAL_MS))
    return 'heartbeat';
  if (!moment.isWithinBudget) return null;
  if (isNear(moment, config.nearPercent / 100)) return 'near-level';
  if (Math.abs(moment.leaderMove) >= config.leaderPercent / 100) return 'leader';
  return null;
}

/** The canister's lease is 120 s. */
const LEASE_RENEWAL_MS = 110_000;

function isNear({ markPrice, levels }: Moment, fraction: number): boolean {
  return markPrice > 0 && levels.some((level) => level > 0 && Math.abs(level / markPrice - 1) <= fraction);
}

/**
 * This agent's delay after each bar's close, milliseconds: spread evenly over agents, the same for one agent always.
 * @param principal the agent's, raw bytes
 */
export function jitterOf(principal: Uint8Array, jitterSeconds: number): number {
  let hash = 0x811c9dc5;
  for (const byte of principal) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Math.floor((hash / 2 ** 32) * jitterSeconds * 1000);
}
