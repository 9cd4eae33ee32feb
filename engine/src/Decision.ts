import {
  bindingIndex,
  FACTORS,
  LEVERAGE_CAPS,
  NOTIONAL_CAPS,
  type ConstraintTable,
  type Factor,
  type LeverageCap,
  type NotionalCap,
} from './Constraints.ts';
import { outOfDomain } from './EngineError.ts';
import type { Plan } from './Plan.ts';
import type { Side } from './Position.ts';
import type { Statistics } from './Statistics.ts';

export const ACTIONS = ['WAIT', 'ENTER', 'HOLD', 'REDUCE', 'CLOSE'] as const;
export type Action = (typeof ACTIONS)[number];

/** Why the action is what it is. New reasons are appended: their numbers are on record. */
export const REASONS = [
  'none',
  'no-intent',
  'plan',
  'plan-open',
  'plan-expired',
  'position-open',
  'warming-up',
  'leverage',
  'size',
  'factor',
  'stop',
  'time',
  'stale',
  'carry',
  'touch',
  'over-size',
  'breached',
  'liquidation-too-near',
  'adopted',
  'shock',
  'halted',
  'flatten',
  'manual',
  'mode',
  'breaker-drawdown',
  'breaker-daily-loss',
  'breaker-loss-streak',
  'cool-down',
  'not-allowed',
  'stale-data',
  'limits-tightened',
] as const;
export type Reason = (typeof REASONS)[number];

/** Bits of `warnings`. */
export const WARNINGS = [
  'mark-far-from-last',
  'no-resting-stop',
  'liquidation-disagrees',
  'adopted-position',
  'clock-behind',
  'leader-shock',
  'leader-missing',
  'no-significant-lead',
  'approximate-map',
  'heat-alarm',
  'missing-open-interest',
  'missing-book',
  'missing-funding',
  'funding-punishing-and-rising',
  'funding-favourable',
  'entries-blocked',
  'manual-control',
] as const;
export type Warning = (typeof WARNINGS)[number];

/** Hours ahead at which the liquidation fan is read. */
export const FAN_HOURS = [1, 4, 8, 24] as const;

export interface FanPoint {
  /** Worst effective liquidation price up to this horizon, 0 when there is none. */
  readonly liquidationPrice: number;
  readonly touchProbability: number;
}

/** The engine's answer to one observation or intent. */
export interface Decision {
  /** Id of the observation or intent it answers. */
  readonly id: Uint8Array;
  readonly timeMs: number;
  /** Bars in the feed so far that were really there. */
  readonly bars: number;
  readonly action: Action;
  readonly reason: Reason;
  readonly side: Side | 0;
  readonly markPrice: number;
  /** Leverage cap L*, floored; of the last record in the answer to a tick. */
  readonly leverage: number;
  /** Notional cap N*, USDT; likewise. */
  readonly notionalUsdt: number;
  /** Quantity to hold once the action is done. */
  readonly targetQuantity: number;
  /** Without the fee in the trigger: what the venue's page shows. 0 when there is none. */
  readonly liquidationExchange: number;
  /** With the taker fee in the trigger: what every cap uses. 0 when there is none. */
  readonly liquidationEffective: number;
  /** Protective stop that has to rest on the venue, 0 when flat. Never loosens within a trade. */
  readonly stopPrice: number;
  /** Counts the moves of the stop within the trade. */
  readonly stopVersion: number;
  readonly warnings: number;
  /** The owner's horizon: hours that liquidation must not be touched in with nobody awake. */
  readonly horizonHours: number;
  /** Of a held or a newly planned position, else empty. */
  readonly fan: readonly FanPoint[];
  /** The plan in force: of the open trade, or the one waiting to be entered. */
  readonly plan: Plan | null;
  /** What stood behind it; null in the answer to a tick, whose table is that of the last record. */
  readonly table: DecisionTable | null;
}

/** Every constraint, and what moved the numbers. */
export interface DecisionTable {
  readonly constraints: ConstraintTable;
  readonly statistics: Statistics;
  /** Margin that, added now, brings the touch probability of 8 h under 0.5 %; 0 where it is or nothing is held. */
  readonly marginToAddUsdt: number;
}

/** The table of a decision on record. @throws EngineError for the answer to a tick, which has none. */
export function tableOf({ table }: Decision): DecisionTable {
  if (table === null)
    throw outOfDomain('decision.table', 'that of a decision on record', 'the answer to a tick');
  return table;
}

export function bindingLeverage(decision: Decision): LeverageCap {
  return LEVERAGE_CAPS[bindingIndex(tableOf(decision).constraints.leverage)]!;
}

export function bindingNotional(decision: Decision): NotionalCap {
  return NOTIONAL_CAPS[bindingIndex(tableOf(decision).constraints.notional)]!;
}

export function bindingFactor(decision: Decision): Factor {
  return FACTORS[bindingIndex(tableOf(decision).constraints.factors)]!;
}

/** The one word that says what held the decision back: a constraint's name, or the reason itself. */
export function binding(decision: Decision): LeverageCap | NotionalCap | Factor | Reason {
  switch (decision.reason) {
    case 'leverage':
      return bindingLeverage(decision);
    case 'size':
    case 'over-size':
      return bindingNotional(decision);
    case 'factor':
      return bindingFactor(decision);
    default:
      return decision.reason;
  }
}

export function warningsOf(decision: Decision): Warning[] {
  const names: Warning[] = [];
  for (let i = 0; i < WARNINGS.length; i++) {
    if ((decision.warnings & (1 << i)) !== 0) names.push(WARNINGS[i]!);
  }
  return names;
}

export function warningBit(warning: Warning): number {
  return 1 << WARNINGS.indexOf(warning);
}
