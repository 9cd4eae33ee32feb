import { intend, observeLook, type Outcome } from '../Desk.ts';
import { createDesk, type Desk } from '../DeskState.ts';
import type { History } from '../History.ts';
import type { Intent } from '../Intent.ts';
import { isSameForDesk } from '../Limits.ts';
import { askForRecord, type Look } from '../Look.ts';
import { lookOf } from '../LookObjects.ts';
import type { Observation } from '../Observation.ts';
import { FIRST_PLACE } from '../Place.ts';
import { OPEN_STANCE, type Stance } from '../Stance.ts';
import { loadHistory } from '../Warming.ts';
import { sigmaHour } from '../model/Volatility.ts';
import { pinPlace } from './Acts.ts';
import { correlated } from './Correlations.ts';
import { judgeLook, judgeWish, lookRecorded, wishRecorded, type Judgement } from './Judgement.ts';
import type { Keeper } from './Keeper.ts';

/*
 * The engine under the keeper: what the canister, an agent and an auditor run for the acts that decide. Each gives the
 * keeper as it is afterwards; after a tick that is the one from before.
 */

const SQRT_24 = Math.sqrt(24);

export interface Kept {
  readonly keeper: Keeper;
  readonly outcome: Outcome;
}

/** The stance as a desk wants it: with limits only where they are not those that it has. */
function told({ stance }: Judgement, { state }: Desk): Stance {
  if (!isSameForDesk(state.limits, stance.limits)) return stance;
  const { entriesBlocked, mustClose, manual } = stance;
  return entriesBlocked === null && mustClose === null && !manual
    ? OPEN_STANCE
    : { entriesBlocked, mustClose, manual, limits: null };
}

/** @throws EngineError as `observe` does, or `no-history`; desk and keeper are as before then */
export function keptObserve(keeper: Keeper, desk: Desk, observation: Observation, icTimeMs: number): Kept {
  return keptLook(keeper, desk, lookOf(observation), icTimeMs);
}

/** As `keptObserve`, for a look that was read from its frame. */
export function keptLook(keeper: Keeper, desk: Desk, seen: Look, icTimeMs: number): Kept {
  const { place } = seen;
  const judgement = judgeLook(keeper, place, seen, icTimeMs);
  if (judgement.mustRecord) askForRecord(seen);
  const outcome = observeLook(desk, seen, judgement.others, told(judgement, desk));
  if (!outcome.record) return { keeper, outcome };
  const sigmaDay = sigmaHour(desk.state.feed.volatility) * SQRT_24;
  const next = lookRecorded(judgement.next, place, seen, sigmaDay);
  return { keeper: seen.bars.length > 0 ? correlated(next, place, seen.bars) : next, outcome };
}

/** @throws EngineError as `intend` does, or `no-history`; desk and keeper are as before then */
export function keptIntend(keeper: Keeper, desk: Desk, intent: Intent, icTimeMs: number): Kept {
  const place = intent.place ?? FIRST_PLACE;
  const judgement = judgeWish(keeper, place, icTimeMs);
  const outcome = intend(desk, intent, judgement.others, told(judgement, desk));
  const { action, plan } = outcome.decision;
  // A refusal shows the plan that is in force.
  return { keeper: wishRecorded(judgement.next, place, action === 'ENTER' ? plan : null), outcome };
}

/**
 * Warms the desk of a place; without one yet, a new one.
 *
 * @throws EngineError as `pinPlace` and `loadHistory` do; desk and keeper are as before then
 */
export function keptHistory(
  keeper: Keeper,
  desk: Desk | null,
  history: History,
  icTimeMs: number,
): { readonly keeper: Keeper; readonly desk: Desk } {
  const next = pinPlace(keeper, history, icTimeMs);
  const warmed = desk ?? createDesk(next.limits);
  loadHistory(warmed, history);
  return { keeper: next, desk: warmed };
}
