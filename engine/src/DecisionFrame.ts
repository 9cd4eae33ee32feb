import { FACTORS, LEVERAGE_CAPS, NOTIONAL_CAPS, type ConstraintTable } from './Constraints.ts';
import { ACTIONS, REASONS, type Decision, type FanPoint } from './Decision.ts';
import { outOfDomain } from './EngineError.ts';
import { getPlan, putPlan } from './Plan.ts';
import { getStatistics, putStatistics } from './Statistics.ts';
import {
  end,
  finish,
  getBytes,
  getE8,
  getF64,
  getI8,
  getU32,
  getU64,
  getU8,
  putBytes,
  putE8,
  putF64,
  putF64s,
  putI8,
  putU32,
  putU64,
  putU8,
  reader,
  writer,
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { FRAME_DECISION, FRAME_VERSION, expectFrame, ID_BYTES } from './codec/Frame.ts';

function putTable(w: Writer, values: readonly number[], field: string): void {
  putU8(w, values.length);
  putF64s(w, values, field);
}

function getTable(r: Reader, length: number, field: string): number[] {
  const count = getU8(r, field);
  if (count !== length) throw outOfDomain(field, `${String(length)} values`, count);
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push(getF64(r, field));
  return values;
}

function named<T extends string>(names: readonly T[], index: number, field: string): T {
  const name = names[index];
  if (name === undefined) throw outOfDomain(field, `below ${String(names.length)}`, index);
  return name;
}

export function encodeDecision(decision: Decision): Uint8Array {
  const w = writer(1024);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_DECISION);
  putBytes(w, decision.id);
  putU64(w, decision.timeMs, 'timeMs');
  putU32(w, decision.bars);
  putU8(w, ACTIONS.indexOf(decision.action));
  putU8(w, REASONS.indexOf(decision.reason));
  putI8(w, decision.side);
  putE8(w, decision.markPrice, 'markPrice');
  putU8(w, decision.leverage);
  putE8(w, decision.notionalUsdt, 'notionalUsdt');
  putE8(w, decision.targetQuantity, 'targetQuantity');
  putE8(w, decision.liquidationExchange, 'liquidationExchange');
  putE8(w, decision.liquidationEffective, 'liquidationEffective');
  putE8(w, decision.stopPrice, 'stopPrice');
  putU32(w, decision.stopVersion);
  putU32(w, decision.warnings);
  putE8(w, decision.marginToAddUsdt, 'marginToAddUsdt');
  putU8(w, decision.fan.length);
  for (let i = 0; i < decision.fan.length; i++) {
    putE8(w, decision.fan[i]!.liquidationPrice, 'fan.liquidationPrice');
    putF64(w, decision.fan[i]!.touchProbability, 'fan.touchProbability');
  }
  putTable(w, decision.constraints.leverage, 'constraints.leverage');
  putTable(w, decision.constraints.notional, 'constraints.notional');
  putTable(w, decision.constraints.factors, 'constraints.factors');
  putStatistics(w, decision.statistics);
  putU8(w, decision.plan === null ? 0 : 1);
  if (decision.plan !== null) putPlan(w, decision.plan);
  return finish(w);
}

export function decodeDecision(frame: Uint8Array): Decision {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_DECISION);
  const id = getBytes(r, ID_BYTES, 'id');
  const timeMs = getU64(r, 'timeMs');
  const bars = getU32(r, 'bars');
  const action = named(ACTIONS, getU8(r, 'action'), 'action');
  const reason = named(REASONS, getU8(r, 'reason'), 'reason');
  const side = getI8(r, 'side');
  if (side !== 0 && side !== 1 && side !== -1) throw outOfDomain('side', '1, -1 or 0', side);
  const markPrice = getE8(r, 'markPrice');
  const leverage = getU8(r, 'leverage');
  const notionalUsdt = getE8(r, 'notionalUsdt');
  const targetQuantity = getE8(r, 'targetQuantity');
  const liquidationExchange = getE8(r, 'liquidationExchange');
  const liquidationEffective = getE8(r, 'liquidationEffective');
  const stopPrice = getE8(r, 'stopPrice');
  const stopVersion = getU32(r, 'stopVersion');
  const warnings = getU32(r, 'warnings');
  const marginToAddUsdt = getE8(r, 'marginToAddUsdt');
  const fanCount = getU8(r, 'fan');
  const fan: FanPoint[] = [];
  for (let i = 0; i < fanCount; i++) {
    fan.push({
      liquidationPrice: getE8(r, 'fan.liquidationPrice'),
      touchProbability: getF64(r, 'fan.touchProbability'),
    });
  }
  const constraints: ConstraintTable = {
    leverage: getTable(r, LEVERAGE_CAPS.length, 'constraints.leverage'),
    notional: getTable(r, NOTIONAL_CAPS.length, 'constraints.notional'),
    factors: getTable(r, FACTORS.length, 'constraints.factors'),
  };
  const statistics = getStatistics(r);
  const plan = getU8(r, 'hasPlan') === 0 ? null : getPlan(r);
  end(r);
  return {
    id,
    timeMs,
    bars,
    action,
    reason,
    side,
    markPrice,
    leverage,
    notionalUsdt,
    targetQuantity,
    liquidationExchange,
    liquidationEffective,
    stopPrice,
    stopVersion,
    fan,
    constraints,
    statistics,
    warnings,
    marginToAddUsdt,
    plan,
  };
}
