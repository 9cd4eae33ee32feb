import { ACTIONS, REASONS, type Reason } from './Decision.ts';
import { E8, MAX_AMOUNT, MAX_E8 } from './codec/Bytes.ts';
import type { FanRow } from './model/Fan.ts';
import type { Lattice } from './model/Lattice.ts';

/** Numbers of the actions and of the reasons that the engine gives by itself, as frames carry them. */
export const WAIT = ACTIONS.indexOf('WAIT');
export const ENTER = ACTIONS.indexOf('ENTER');
export const HOLD = ACTIONS.indexOf('HOLD');
export const REDUCE = ACTIONS.indexOf('REDUCE');
export const CLOSE = ACTIONS.indexOf('CLOSE');
export const numberOf = (reason: Reason): number => REASONS.indexOf(reason);

export const NO_FAN: readonly FanRow[] = [];

/**
 * What was decided and what it rests on, before it becomes a frame. There is one, filled anew for every decision and
 * valid until the next.
 */
export class Verdict {
  action = 0;
  reason = 0;
  /** 0 where nothing is held or planned; quantities and prices are 0 then, too. */
  side = 0;
  targetQuantity = 0;
  /** What is held now. */
  heldQuantity = 0;
  /** As published, in units of 1e-8: 0 where no price liquidates, or nothing is held or planned. */
  liquidationExchangeE8 = 0;
  liquidationEffectiveE8 = 0;
  stopPrice = 0;
  stopVersion = 0;
  warnings = 0;
  marginToAddUsdt = 0;
  /** null where none was needed to decide. */
  lattice: Lattice | null = null;
  fan: readonly FanRow[] = NO_FAN;
  /** The encoded plan in force, null for none. */
  plan: Uint8Array | null = null;
  /** Whether this REDUCE sets a target of its own instead of repeating one still unmet. */
  newReduction = false;
}

const verdict = new Verdict();

/** Begins a verdict: nothing held, nothing planned. */
export function verdictOf(action: number, reason: number): Verdict {
  verdict.action = action;
  verdict.reason = reason;
  verdict.side = 0;
  verdict.targetQuantity = 0;
  verdict.heldQuantity = 0;
  verdict.liquidationExchangeE8 = 0;
  verdict.liquidationEffectiveE8 = 0;
  verdict.stopPrice = 0;
  verdict.stopVersion = 0;
  verdict.warnings = 0;
  verdict.marginToAddUsdt = 0;
  verdict.lattice = null;
  verdict.fan = NO_FAN;
  verdict.plan = null;
  verdict.newReduction = false;
  return verdict;
}

/**
 * A liquidation price as it is published, in units of 1e-8: 0 where no price liquidates, the mark itself where every price
 * does, and otherwise rounded towards the mark, the side of danger.
 */
export function publishE8(side: number, price: number, markPrice: number): number {
  if (side > 0) {
    if (price === Infinity) return Math.floor(markPrice * E8 + 0.5);
    if (!(price > 0)) return 0;
    return price < MAX_AMOUNT ? Math.ceil(price * E8) : MAX_E8;
  }
  if (price === Infinity) return 0;
  if (!(price > 0)) return Math.floor(markPrice * E8 + 0.5);
  return price < MAX_AMOUNT ? Math.floor(price * E8) : MAX_E8;
}

/** What frames can carry at most: far beyond any price that is accepted. */
export function least(amount: number): number {
  return amount < MAX_AMOUNT ? amount : MAX_AMOUNT;
}
