import {
  binding,
  bindingFactor,
  bindingLeverage,
  bindingNotional,
  warningsOf,
  type Decision,
  type DecisionTable,
} from '@plimsoll/engine';

/** A decision in words, one line a fact: what to do, how much, every exit, and what bound it. */
export function decisionLines(decision: Decision): string[] {
  const { action, plan, markPrice } = decision;
  const side = sideOf(decision.side);
  const lines = [
    `${action}${side === '' ? '' : ` ${side}`}: ${binding(decision)}, mark ${price(markPrice)} at ${isoTime(decision.timeMs)}`,
    `leverage at most ${String(decision.leverage)}x${boundBy(decision, bindingLeverage)}`,
    `size at most ${amount(decision.notionalUsdt)} USDT${boundBy(decision, bindingNotional)}; hold ${amount(decision.targetQuantity)} afterwards`,
    `stop ${price(decision.stopPrice)}`,
    `liquidation ${price(decision.liquidationEffective)} with the fee in the trigger, ${price(decision.liquidationExchange)} as the venue shows it`,
  ];
  if (plan !== null) {
    const rungs = plan.takeProfits
      .map((rung) => `${amount(rung.quantity)} at ${price(rung.price)}`)
      .join(', ');
    lines.push(
      `plan: ${sideOf(plan.side)} ${amount(plan.quantity)} at ${String(plan.leverage)}x, stop ${price(plan.stopPrice)}, liquidation ${price(plan.liquidationPrice)}`,
      `plan: take profit ${rungs === '' ? 'none' : rungs}; enter before ${isoTime(plan.enterUntilMs)}, out by ${isoTime(plan.exitByMs)}`,
    );
  }
  const warnings = warningsOf(decision);
  if (warnings.length > 0) lines.push(`warnings: ${warnings.join(', ')}`);
  return lines;
}

/** What bound a number; the answer to a tick has no table, its caps are those of the last record. */
function boundBy(decision: Decision, bindingOf: (decision: Decision) => string): string {
  if (decision.table === null) return ' (as of the last record)';
  const isSize = bindingOf === bindingNotional;
  return ` (bound by ${bindingOf(decision)}${isSize ? factor(decision, decision.table) : ''})`;
}

/** Factors that leave a size as it is are not worth a word. */
function factor(decision: Decision, { constraints }: DecisionTable): string {
  const smallest = Math.min(...constraints.factors);
  return smallest < 1 ? `, times ${amount(smallest)} by ${bindingFactor(decision)}` : '';
}

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function sideOf(side: number): string {
  return side === 0 ? '' : side > 0 ? 'long' : 'short';
}

/** 0 is the engine's "there is none". */
function price(value: number): string {
  return value === 0 ? 'none' : amount(value);
}

/** At most the eight decimals that a frame carries. */
function amount(value: number): string {
  return String(Number(value.toFixed(8)));
}
