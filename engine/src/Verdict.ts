import { type LiquidationPrices } from './Assessment.ts';
import { ACTIONS, FAN_HOURS, type Action, type Decision, type FanPoint, type Reason } from './Decision.ts';
import { measures } from './Measures.ts';
import type { Plan } from './Plan.ts';
import type { Side } from './Position.ts';
import type { Waters } from './Waters.ts';
import { MAX_AMOUNT } from './codec/Bytes.ts';
import type { FanRow } from './model/Fan.ts';
import type { Lattice } from './model/Lattice.ts';

const E8 = 100_000_000;

/** A decision with what the desk needs to keep of it. */
export interface Verdict {
  readonly decision: Decision;
  readonly actionIndex: number;
  /** Whether this REDUCE sets a target of its own instead of repeating one still unmet. */
  readonly newReduction: boolean;
}

/**
 * A liquidation price as it is published: 0 where no price liquidates, the mark itself where every price does, and
 * otherwise rounded towards the mark, the side of danger.
 */
export function publishLiquidation(side: number, price: number, markPrice: number): number {
  if (side > 0) {
    if (price === Infinity) return markPrice;
    return price > 0 ? Math.ceil(least(price) * E8) / E8 : 0;
  }
  if (price === Infinity) return 0;
  return price > 0 ? Math.floor(least(price) * E8) / E8 : markPrice;
}

/** What frames can carry at most: far beyond any price that is accepted. */
function least(amount: number): number {
  return amount < MAX_AMOUNT ? amount : MAX_AMOUNT;
}

export function publishFan(side: number, rows: readonly FanRow[], markPrice: number): FanPoint[] {
  const points: FanPoint[] = [];
  for (let i = 0; i < rows.length; i++) {
    const { hours, liqEff, pTouch } = rows[i]!;
    if (!(FAN_HOURS as readonly number[]).includes(hours)) continue;
    points.push({ liquidationPrice: publishLiquidation(side, liqEff, markPrice), touchProbability: pTouch });
  }
  return points;
}

/** What a decision is made of beside the waters. */
export interface Parts {
  readonly id: Uint8Array;
  readonly action: Action;
  readonly reason: Reason;
  readonly side: Side | 0;
  readonly lattice: Lattice;
  /** What `clusterNear` says for the side. */
  readonly near: number;
  readonly targetQuantity: number;
  /** What is held now. */
  readonly heldQuantity: number;
  /** null where nothing is held or planned. */
  readonly liquidation: LiquidationPrices | null;
  readonly stopPrice: number;
  readonly stopVersion: number;
  readonly fan: readonly FanPoint[];
  readonly warnings: number;
  readonly marginToAddUsdt: number;
  readonly plan: Plan | null;
}

/** The decision that the parts add up to. */
export function verdictOf(waters: Waters, parts: Parts, newReduction = false): Verdict {
  const side = parts.side === 0 ? 1 : parts.side;
  const { markPrice } = waters;
  const { leverage, notional } = parts.lattice;
  const { liquidation, heldQuantity, targetQuantity } = parts;
  const entering = targetQuantity > heldQuantity ? targetQuantity - heldQuantity : 0;
  const leaving = targetQuantity > heldQuantity ? targetQuantity : heldQuantity;
  const decision: Decision = {
    id: parts.id,
    timeMs: waters.timeMs,
    bars: waters.feed.bars,
    action: parts.action,
    reason: parts.reason,
    side: parts.side,
    markPrice,
    leverage: leverage > 0 ? leverage : 0,
    notionalUsdt: least(notional),
    targetQuantity,
    liquidationExchange: liquidation === null ? 0 : publishLiquidation(side, liquidation.exchange, markPrice),
    liquidationEffective:
      liquidation === null ? 0 : publishLiquidation(side, liquidation.effective, markPrice),
    stopPrice: parts.stopPrice,
    stopVersion: parts.stopVersion,
    fan: parts.fan,
    constraints: parts.lattice.table,
    statistics: measures(waters, side, entering, leaving, parts.stopPrice, parts.near),
    warnings: parts.warnings,
    marginToAddUsdt: least(parts.marginToAddUsdt),
    plan: parts.plan,
  };
  return { decision, actionIndex: ACTIONS.indexOf(decision.action), newReduction };
}
