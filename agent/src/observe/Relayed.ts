import {
  instrumentHash,
  type History,
  type LeaderBar,
  type Observation,
  type Settlement,
} from '@plimsoll/engine';

/** What the canister has been told so far. −1 where it was told nothing. */
export interface Relayed {
  /** Open time of the newest bar. */
  readonly barMs: number;
  readonly leaderBarMs: number;
  readonly settlementMs: number;
  /** Hash of the instrument it knows, null for none. */
  readonly instrumentHash: number | null;
}

export const NOTHING_RELAYED: Relayed = {
  barMs: -1,
  leaderBarMs: -1,
  settlementMs: -1,
  instrumentHash: null,
};

const newest = (items: readonly (LeaderBar | Settlement)[], otherwise: number): number =>
  items.at(-1)?.timeMs ?? otherwise;

/** After the canister took an observation in. */
export function afterObservation(relayed: Relayed, observation: Observation): Relayed {
  return {
    barMs: newest(observation.bars, relayed.barMs),
    leaderBarMs: newest(observation.leaderBars, relayed.leaderBarMs),
    settlementMs: newest(observation.settlements, relayed.settlementMs),
    instrumentHash: observation.instrumentHash,
  };
}

/** After the canister took a history in: a feed begins anew with it. */
export function afterHistory(history: History): Relayed {
  return {
    barMs: newest(history.bars, -1),
    leaderBarMs: newest(history.leaderBars, -1),
    settlementMs: newest(history.settlements, -1),
    instrumentHash: instrumentHash(history.instrument),
  };
}
