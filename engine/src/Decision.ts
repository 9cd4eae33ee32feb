import { outOfDomain } from './EngineError.ts';
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
import { getPlan, putPlan, type Plan } from './Plan.ts';
import type { Side } from './Position.ts';
import {
  end,
  finish,
  getBytes,
  getE8,
  getF64,
  getI8,
  getU16,
  getU32,
  getU64,
  getU8,
  putBytes,
  putE8,
  putF64,
  putI8,
  putU16,
  putU32,
  putU64,
  putU8,
  reader,
  writer,
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { FRAME_DECISION, FRAME_VERSION, expectFrame, ID_BYTES } from './codec/Frame.ts';

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
] as const;
export type Reason = (typeof REASONS)[number];

/** Bits of `warnings`. */
export const WARNINGS = [
  'mark-far-from-last',
  'no-resting-stop',
  'liquidation-disagrees',
  'adopted-position',
  'clock-behind',
] as const;
export type Warning = (typeof WARNINGS)[number];

/** Hours ahead at which the liquidation fan is read. */
export const FAN_HOURS = [1, 4, 8, 24] as const;

export interface FanPoint {
  /** Worst effective liquidation price up to this horizon, 0 when there is none. */
  readonly liquidationPrice: number;
  readonly touchProbability: number;
}

/** What moved the numbers; display and audit only. */
export interface Statistics {
  readonly sigmaHour: number;
  readonly sigmaSideHour: number;
  readonly bandwidth: number;
  readonly bandwidthReference: number;
  readonly trendScore: number;
  readonly stopMultiple: number;
  readonly atr: number;
  readonly fundingDay: number;
  /** Self-calibration of the touch distance: 1 as fixed, up to 2 after touches. */
  readonly calibration: number;
}

/** The engine's answer to one observation or intent. */
export interface Decision {
  /** Id of the observation or intent it answers. */
  readonly id: Uint8Array;
  readonly timeMs: number;
  /** Real bars in the feed so far. */
  readonly bars: number;
  readonly action: Action;
  readonly reason: Reason;
  readonly side: Side | 0;
  readonly markPrice: number;
  /** Leverage cap L*, floored. */
  readonly leverage: number;
  /** Notional cap N*, USDT. */
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
  readonly fan: readonly FanPoint[];
  readonly constraints: ConstraintTable;
  readonly statistics: Statistics;
  readonly warnings: number;
  /** The plan in force: of the open trade, or the one waiting to be entered. */
  readonly plan: Plan | null;
}

export function bindingLeverage(decision: Decision): LeverageCap {
  return LEVERAGE_CAPS[bindingIndex(decision.constraints.leverage)]!;
}

export function bindingNotional(decision: Decision): NotionalCap {
  return NOTIONAL_CAPS[bindingIndex(decision.constraints.notional)]!;
}

export function bindingFactor(decision: Decision): Factor {
  return FACTORS[bindingIndex(decision.constraints.factors)]!;
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

function putTable(w: Writer, values: readonly number[], field: string): void {
  putU8(w, values.length);
  for (let i = 0; i < values.length; i++) putF64(w, values[i]!, field);
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
  const w = writer(640);
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
  putU16(w, decision.warnings);
  putU8(w, decision.fan.length);
  for (let i = 0; i < decision.fan.length; i++) {
    putE8(w, decision.fan[i]!.liquidationPrice, 'fan.liquidationPrice');
    putF64(w, decision.fan[i]!.touchProbability, 'fan.touchProbability');
  }
  putTable(w, decision.constraints.leverage, 'constraints.leverage');
  putTable(w, decision.constraints.notional, 'constraints.notional');
  putTable(w, decision.constraints.factors, 'constraints.factors');
  const s = decision.statistics;
  putF64(w, s.sigmaHour, 'sigmaHour');
  putF64(w, s.sigmaSideHour, 'sigmaSideHour');
  putF64(w, s.bandwidth, 'bandwidth');
  putF64(w, s.bandwidthReference, 'bandwidthReference');
  putF64(w, s.trendScore, 'trendScore');
  putF64(w, s.stopMultiple, 'stopMultiple');
  putF64(w, s.atr, 'atr');
  putF64(w, s.fundingDay, 'fundingDay');
  putF64(w, s.calibration, 'calibration');
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
  const warnings = getU16(r, 'warnings');
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
  const statistics: Statistics = {
    sigmaHour: getF64(r, 'sigmaHour'),
    sigmaSideHour: getF64(r, 'sigmaSideHour'),
    bandwidth: getF64(r, 'bandwidth'),
    bandwidthReference: getF64(r, 'bandwidthReference'),
    trendScore: getF64(r, 'trendScore'),
    stopMultiple: getF64(r, 'stopMultiple'),
    atr: getF64(r, 'atr'),
    fundingDay: getF64(r, 'fundingDay'),
    calibration: getF64(r, 'calibration'),
  };
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
    plan,
  };
}
