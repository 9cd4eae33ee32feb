import {
  binding,
  bindingFactor,
  bindingLeverage,
  bindingNotional,
  warningsOf,
  type Decision,
  type DecisionTable,
} from '@plimsoll/engine';
import { pricesWith, type PriceText } from '../view/prices.ts';
import { decimal, money } from '../view/words.ts';

/** A decision in words, one line a fact: what to do, how much, every exit, and what bound it. */
export function decisionLines(decision: Decision): string[] {
  const { action, plan, markPrice } = decision;
  const price = orNone(pricesIn(decision));
  const side = sideOf(decision.side);
  const lines = [
    `${action}${side === '' ? '' : ` ${side}`}: ${binding(decision)}, mark ${price(markPrice)} at ${isoTime(decision.timeMs)}`,
    `leverage at most ${String(decision.leverage)}x${boundBy(decision, bindingLeverage)}`,
    `size at most ${money(decision.notionalUsdt)} USDT${boundBy(decision, bindingNotional)}; hold ${amount(decision.targetQuantity)} afterwards`,
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

/** Factors that leave a size as it is, as far as one can see, are not worth a word. */
function factor(decision: Decision, { constraints }: DecisionTable): string {
  const smallest = decimal(Math.min(...constraints.factors), 4);
  return smallest === '1' ? '' : `, times ${smallest} by ${bindingFactor(decision)}`;
}

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function sideOf(side: number): string {
  return side === 0 ? '' : side > 0 ? 'long' : 'short';
}

/** 0 is the engine's "there is none". */
function orNone(price: PriceText): PriceText {
  return (value) => (value === 0 ? 'none' : price(value));
}

/** Figures that a mark is told with at least. */
const FIGURES = 4;

/**
 * The market's tick is not in an answer: prices are told with the decimals of the finest one that lies on the grid, and
 * with as many as a mark needs.
 */
function pricesIn({ markPrice, stopPrice, plan }: Decision): PriceText {
  const onGrid = [stopPrice, plan?.stopPrice ?? 0, ...(plan?.takeProfits ?? []).map(({ price }) => price)];
  const needed = markPrice > 0 ? FIGURES - 1 - Math.floor(Math.log10(markPrice)) : 0;
  return pricesWith(Math.min(8, Math.max(0, needed, ...onGrid.map((price) => decimalsOf(amount(price))))));
}

function decimalsOf(text: string): number {
  return text.includes('.') ? text.length - 1 - text.indexOf('.') : 0;
}

/** At most the eight decimals that a frame carries. */
function amount(value: number): string {
  return decimal(value, 8);
}
