import { FACTORS, LEVERAGE_CAPS, NOTIONAL_CAPS } from './Constraints.ts';
import { ACTIONS, REASONS, type Decision, type DecisionTable, type FanPoint } from './Decision.ts';
import { outOfDomain } from './EngineError.ts';
import { getPlan, putPlan } from './Plan.ts';
import { MEASURES, nameOf, statisticsOf } from './Statistics.ts';
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
  putF64s,
  putI8,
  putU32,
  putU64,
  putU8,
  reader,
  writer,
  type Reader,
} from './codec/Bytes.ts';
import { FRAME_DECISION, FRAME_VERSION, expectFrame, ID_BYTES } from './codec/Frame.ts';
import { TREND_REGIMES, VOLATILITY_REGIMES } from './model/Regime.ts';

/*
 * A decision's frame: 96 bytes that say what to do, then the table, the fan and the plan as far as there are any.
 * `DecisionWriter.ts` writes the same bytes without the objects.
 */

export function encodeDecision(decision: Decision): Uint8Array {
  const { table, fan, plan } = decision;
  const w = writer(1024);
  putU8(w, FRAME_VERSION);
  putU8(w, FRAME_DECISION);
  putU8(w, ACTIONS.indexOf(decision.action));
  putU8(w, REASONS.indexOf(decision.reason));
  putU32(w, decision.bars);
  putBytes(w, decision.id);
  putU64(w, decision.timeMs, 'timeMs');
  putE8(w, decision.markPrice, 'markPrice');
  putI8(w, decision.side);
  putU8(w, decision.leverage);
  putU8(w, decision.horizonHours);
  putU8(w, table === null ? 0 : 1);
  putU8(w, fan.length);
  putU8(w, plan === null ? 0 : 1);
  putU8(w, table === null ? 0 : VOLATILITY_REGIMES.indexOf(table.statistics.volatilityRegime));
  putU8(w, table === null ? 0 : TREND_REGIMES.indexOf(table.statistics.trendRegime));
  putE8(w, decision.notionalUsdt, 'notionalUsdt');
  putE8(w, decision.targetQuantity, 'targetQuantity');
  putE8(w, decision.liquidationExchange, 'liquidationExchange');
  putE8(w, decision.liquidationEffective, 'liquidationEffective');
  putE8(w, decision.stopPrice, 'stopPrice');
  putU32(w, decision.stopVersion);
  putU32(w, decision.warnings);
  if (table !== null) {
    const { constraints, statistics } = table;
    putE8(w, table.marginToAddUsdt, 'marginToAddUsdt');
    putF64s(w, [...constraints.leverage, ...constraints.notional, ...constraints.factors], 'constraints');
    putF64s(
      w,
      MEASURES.map((name) => statistics[name]),
      'statistics',
    );
  }
  for (let i = 0; i < fan.length; i++) {
    putE8(w, fan[i]!.liquidationPrice, 'fan.liquidationPrice');
    putF64s(w, [fan[i]!.touchProbability], 'fan.touchProbability');
  }
  if (plan !== null) putPlan(w, plan);
  return finish(w);
}

function flag(r: Reader, field: string): boolean {
  const value = getU8(r, field);
  if (value > 1) throw outOfDomain(field, '0 or 1', value);
  return value === 1;
}

function values(r: Reader, names: readonly string[], field: string): number[] {
  return names.map(() => getF64(r, field));
}

function getTable(r: Reader, volatilityRegime: number, trendRegime: number): DecisionTable {
  const marginToAddUsdt = getE8(r, 'marginToAddUsdt');
  const constraints = {
    leverage: values(r, LEVERAGE_CAPS, 'constraints.leverage'),
    notional: values(r, NOTIONAL_CAPS, 'constraints.notional'),
    factors: values(r, FACTORS, 'constraints.factors'),
  };
  const statistics = statisticsOf(values(r, MEASURES, 'statistics'), volatilityRegime, trendRegime);
  return { constraints, statistics, marginToAddUsdt };
}

export function decodeDecision(frame: Uint8Array): Decision {
  const r = reader(frame);
  expectFrame(getU8(r, 'version'), getU8(r, 'kind'), FRAME_DECISION);
  const action = nameOf(ACTIONS, getU8(r, 'action'), 'action');
  const reason = nameOf(REASONS, getU8(r, 'reason'), 'reason');
  const bars = getU32(r, 'bars');
  const id = getBytes(r, ID_BYTES, 'id');
  const timeMs = getU64(r, 'timeMs');
  const markPrice = getE8(r, 'markPrice');
  const side = getI8(r, 'side');
  if (side !== 0 && side !== 1 && side !== -1) throw outOfDomain('side', '1, -1 or 0', side);
  const leverage = getU8(r, 'leverage');
  const horizonHours = getU8(r, 'horizonHours');
  const hasTable = flag(r, 'hasTable');
  const fanCount = getU8(r, 'fan');
  const hasPlan = flag(r, 'hasPlan');
  const volatilityRegime = getU8(r, 'volatilityRegime');
  const trendRegime = getU8(r, 'trendRegime');
  if (!hasTable && volatilityRegime + trendRegime > 0) throw outOfDomain('regimes', '0 without a table', 1);
  const notionalUsdt = getE8(r, 'notionalUsdt');
  const targetQuantity = getE8(r, 'targetQuantity');
  const liquidationExchange = getE8(r, 'liquidationExchange');
  const liquidationEffective = getE8(r, 'liquidationEffective');
  const stopPrice = getE8(r, 'stopPrice');
  const stopVersion = getU32(r, 'stopVersion');
  const warnings = getU32(r, 'warnings');
  const table = hasTable ? getTable(r, volatilityRegime, trendRegime) : null;
  const fan: FanPoint[] = [];
  for (let i = 0; i < fanCount; i++) {
    fan.push({
      liquidationPrice: getE8(r, 'fan.liquidationPrice'),
      touchProbability: getF64(r, 'fan.touchProbability'),
    });
  }
  const plan = hasPlan ? getPlan(r) : null;
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
    warnings,
    horizonHours,
    fan,
    plan,
    table,
  };
}
