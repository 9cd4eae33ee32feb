import { ACTIONS, REASONS, type Action, type Reason } from './Decision.ts';
import { outOfDomain } from './EngineError.ts';
import { getPlan, putPlan, type Plan } from './Plan.ts';
import type { Side } from './Position.ts';
import {
  end,
  finish,
  getE8,
  getI8,
  getU32,
  getU8,
  putE8,
  putI8,
  putU32,
  putU8,
  reader,
  writer,
} from './codec/Bytes.ts';

/**
 * What a decision tells the hands: the part of it that a record's hash covers. The rest explains it (constraint table,
 * statistics, fan); it follows from the frames by replay, and the receipt of the answer proves it.
 */
export interface Essence {
  readonly action: Action;
  readonly reason: Reason;
  readonly side: Side | 0;
  readonly leverage: number;
  readonly notionalUsdt: number;
  readonly targetQuantity: number;
  readonly stopPrice: number;
  readonly stopVersion: number;
  /** The plan that an ENTER is about, else null. */
  readonly plan: Plan | null;
}

/** The essence of a decision as records carry it; bytes are equal where the decisions ask for the same. */
export function encodeEssence(decision: Essence): Uint8Array {
  const w = writer(256);
  putU8(w, ACTIONS.indexOf(decision.action));
  putU8(w, REASONS.indexOf(decision.reason));
  putI8(w, decision.side);
  putU8(w, decision.leverage);
  putE8(w, decision.notionalUsdt, 'notionalUsdt');
  putE8(w, decision.targetQuantity, 'targetQuantity');
  putE8(w, decision.stopPrice, 'stopPrice');
  putU32(w, decision.stopVersion);
  const entered = decision.action === 'ENTER' ? decision.plan : null;
  putU8(w, entered === null ? 0 : 1);
  if (entered !== null) putPlan(w, entered);
  return finish(w);
}

/** @throws EngineError for anything that {@link encodeEssence} does not write */
export function decodeEssence(bytes: Uint8Array): Essence {
  const r = reader(bytes);
  const actionIndex = getU8(r, 'action');
  const action = ACTIONS[actionIndex];
  if (action === undefined) throw outOfDomain('action', `below ${String(ACTIONS.length)}`, actionIndex);
  const reasonIndex = getU8(r, 'reason');
  const reason = REASONS[reasonIndex];
  if (reason === undefined) throw outOfDomain('reason', `below ${String(REASONS.length)}`, reasonIndex);
  const side = getI8(r, 'side');
  if (side !== 0 && side !== 1 && side !== -1) throw outOfDomain('side', '1, -1 or 0', side);
  const essence = {
    action,
    reason,
    side,
    leverage: getU8(r, 'leverage'),
    notionalUsdt: getE8(r, 'notionalUsdt'),
    targetQuantity: getE8(r, 'targetQuantity'),
    stopPrice: getE8(r, 'stopPrice'),
    stopVersion: getU32(r, 'stopVersion'),
    plan: getU8(r, 'hasPlan') === 0 ? null : getPlan(r),
  } satisfies Essence;
  end(r);
  return essence;
}

/** The essence within a decision's frame, without reading the rest: offsets by docs/frame.md. */
export function essenceIn(decision: Uint8Array): Uint8Array {
  const hasPlan = decision[2] === ENTER && decision[45] === 1;
  const planAt = 96 + (decision[43] === 1 ? 384 : 0) + 16 * decision[44]!;
  const plan = hasPlan ? decision.subarray(planAt) : decision.subarray(0, 0);
  const essence = new Uint8Array(33 + plan.length);
  essence.set(decision.subarray(2, 4), 0);
  essence.set(decision.subarray(40, 42), 2);
  essence.set(decision.subarray(48, 64), 4);
  essence.set(decision.subarray(80, 92), 20);
  essence[32] = hasPlan ? 1 : 0;
  essence.set(plan, 33);
  return essence;
}

const ENTER = ACTIONS.indexOf('ENTER');
