import { outOfDomain } from './EngineError.ts';
import type { Side } from './Position.ts';
import {
  finish,
  getBytes,
  getE8,
  getI8,
  getU64,
  getU8,
  putBytes,
  putE8,
  putI8,
  putU64,
  putU8,
  writer,
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { ID_BYTES } from './codec/Frame.ts';

/** One rung of the take-profit ladder. */
export interface TakeProfit {
  readonly price: number;
  /** Base units to close there; a rung that rounds to nothing is left to the runner. */
  readonly quantity: number;
}

/**
 * A certified permission to enter, with every exit in it. The agent may act on its contingencies without asking
 * again: close what cannot be protected, take-profits, the time exit, a triggered stop that was not filled.
 */
export interface Plan {
  /** The id of the intent it answers. */
  readonly id: Uint8Array;
  readonly side: Side;
  readonly leverage: number;
  readonly quantity: number;
  /** Mark price at which it was made. */
  readonly referencePrice: number;
  readonly stopPrice: number;
  readonly takeProfits: readonly TakeProfit[];
  readonly createdMs: number;
  /** No entry at or after this venue time; what was not filled by then is cancelled. */
  readonly enterUntilMs: number;
  /** Latest exit: the longest hold, counted from creation. */
  readonly exitByMs: number;
  /** Effective liquidation price at the planned entry, 0 when there is none. */
  readonly liquidationPrice: number;
  /** Notional that was asked for. */
  readonly requestedUsdt: number;
}

export function getPlan(r: Reader): Plan {
  const id = getBytes(r, ID_BYTES, 'plan.id');
  const side = getI8(r, 'plan.side');
  if (side !== 1 && side !== -1) throw outOfDomain('plan.side', '1 or -1', side);
  const leverage = getU8(r, 'plan.leverage');
  const quantity = getE8(r, 'plan.quantity');
  const referencePrice = getE8(r, 'plan.referencePrice');
  const stopPrice = getE8(r, 'plan.stopPrice');
  const count = getU8(r, 'plan.takeProfits');
  const takeProfits: TakeProfit[] = [];
  for (let i = 0; i < count; i++) {
    takeProfits.push({
      price: getE8(r, 'plan.takeProfit.price'),
      quantity: getE8(r, 'plan.takeProfit.quantity'),
    });
  }
  return {
    id,
    side,
    leverage,
    quantity,
    referencePrice,
    stopPrice,
    takeProfits,
    createdMs: getU64(r, 'plan.createdMs'),
    enterUntilMs: getU64(r, 'plan.enterUntilMs'),
    exitByMs: getU64(r, 'plan.exitByMs'),
    liquidationPrice: getE8(r, 'plan.liquidationPrice'),
    requestedUsdt: getE8(r, 'plan.requestedUsdt'),
  };
}

export function putPlan(w: Writer, plan: Plan): void {
  putBytes(w, plan.id);
  putI8(w, plan.side);
  putU8(w, plan.leverage);
  putE8(w, plan.quantity, 'plan.quantity');
  putE8(w, plan.referencePrice, 'plan.referencePrice');
  putE8(w, plan.stopPrice, 'plan.stopPrice');
  putU8(w, plan.takeProfits.length);
  for (let i = 0; i < plan.takeProfits.length; i++) {
    putE8(w, plan.takeProfits[i]!.price, 'plan.takeProfit.price');
    putE8(w, plan.takeProfits[i]!.quantity, 'plan.takeProfit.quantity');
  }
  putU64(w, plan.createdMs, 'plan.createdMs');
  putU64(w, plan.enterUntilMs, 'plan.enterUntilMs');
  putU64(w, plan.exitByMs, 'plan.exitByMs');
  putE8(w, plan.liquidationPrice, 'plan.liquidationPrice');
  putE8(w, plan.requestedUsdt, 'plan.requestedUsdt');
}

/** A plan's bytes as decisions carry them. */
export function encodePlan(plan: Plan): Uint8Array {
  const w = writer(160);
  putPlan(w, plan);
  return finish(w);
}
