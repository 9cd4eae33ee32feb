import { encodePlan, type Plan } from './Plan.ts';
import type { Side } from './Position.ts';
import { floorToStep } from './Quantity.ts';
import { ID_BYTES } from './codec/Frame.ts';

/** No plan; one that waits to be entered; one whose trade is open. */
export const PLAN_NONE = 0;
export const PLAN_WAITING = 1;
export const PLAN_ENTERED = 2;

/** Where a desk keeps its plan: the same shape whether there is one or not. */
export class PlanSlot {
  state = PLAN_NONE;
  id: Uint8Array = new Uint8Array(ID_BYTES);
  side = 0;
  leverage = 0;
  quantity = 0;
  referencePrice = 0;
  stopPrice = 0;
  rungCount = 0;
  /** Price and quantity of each rung, two by two. */
  rungs: Float64Array = new Float64Array(2 * MAX_RUNGS);
  createdMs = 0;
  enterUntilMs = 0;
  exitByMs = 0;
  liquidationPrice = 0;
  requestedUsdt = 0;
}

const MAX_RUNGS = 4;

export function createPlanSlot(): PlanSlot {
  return new PlanSlot();
}

export function clearPlan(slot: PlanSlot): void {
  slot.state = PLAN_NONE;
}

/** Keeps a new plan, waiting to be entered. */
export function storePlan(slot: PlanSlot, plan: Plan): void {
  keptSlot = null;
  slot.state = PLAN_WAITING;
  slot.id.set(plan.id);
  slot.side = plan.side;
  slot.leverage = plan.leverage;
  slot.quantity = plan.quantity;
  slot.referencePrice = plan.referencePrice;
  slot.stopPrice = plan.stopPrice;
  slot.rungCount = plan.takeProfits.length;
  slot.rungs.fill(0);
  for (let i = 0; i < plan.takeProfits.length; i++) {
    slot.rungs[2 * i] = plan.takeProfits[i]!.price;
    slot.rungs[2 * i + 1] = plan.takeProfits[i]!.quantity;
  }
  slot.createdMs = plan.createdMs;
  slot.enterUntilMs = plan.enterUntilMs;
  slot.exitByMs = plan.exitByMs;
  slot.liquidationPrice = plan.liquidationPrice;
  slot.requestedUsdt = plan.requestedUsdt;
}

/** The plan as it was certified. */
export function readPlan(slot: PlanSlot): Plan {
  const takeProfits: { price: number; quantity: number }[] = [];
  for (let i = 0; i < slot.rungCount; i++) {
    takeProfits.push({ price: slot.rungs[2 * i]!, quantity: slot.rungs[2 * i + 1]! });
  }
  return {
    id: slot.id.slice(),
    side: slot.side as Side,
    leverage: slot.leverage,
    quantity: slot.quantity,
    referencePrice: slot.referencePrice,
    stopPrice: slot.stopPrice,
    takeProfits,
    createdMs: slot.createdMs,
    enterUntilMs: slot.enterUntilMs,
    exitByMs: slot.exitByMs,
    liquidationPrice: slot.liquidationPrice,
    requestedUsdt: slot.requestedUsdt,
  };
}

/** Rungs scaled down to what was filled, where that is less than was planned. */
function inForce(slot: PlanSlot, filledQuantity: number, quantityStep: number): Plan {
  const made = readPlan(slot);
  if (slot.state !== PLAN_ENTERED || !(filledQuantity < made.quantity)) return made;
  const third = floorToStep(filledQuantity / 3, quantityStep);
  return {
    ...made,
    takeProfits: third > 0 ? made.takeProfits.map(({ price }) => ({ price, quantity: third })) : [],
  };
}

/** The bytes of the plan that was encoded last, and of what: most decisions repeat the one before. */
let keptSlot: PlanSlot | null = null;
let keptFilled = 0;
let keptStep = 0;
let keptBytes: Uint8Array | null = null;

/** The encoded plan in force, null where there is none. */
export function planBytes(slot: PlanSlot, filledQuantity: number, quantityStep: number): Uint8Array | null {
  const { state, quantity } = slot;
  if (state === PLAN_NONE) return null;
  const filled = state === PLAN_ENTERED && filledQuantity < quantity ? filledQuantity : quantity;
  if (slot !== keptSlot || filled !== keptFilled || quantityStep !== keptStep) {
    keptBytes = encodePlan(inForce(slot, filledQuantity, quantityStep));
    keptSlot = slot;
    keptFilled = filled;
    keptStep = quantityStep;
  }
  return keptBytes;
}
