import { FACTORS, LEVERAGE_CAPS, NOTIONAL_CAPS, type Constraint } from './Constraints.ts';
import { tableOf, type Decision } from './Decision.ts';

/** One constraint of a decision, and how far it was from binding. */
export interface Slack {
  readonly constraint: Constraint;
  /** A leverage, USDT or a factor, by its kind; Infinity where it does not apply. */
  readonly value: number;
  /** `value` over the least of its kind: 1 for what bound, Infinity for what does not apply, or where the least is 0. */
  readonly slack: number;
}

function slacksOf(names: readonly Constraint[], values: readonly number[]): Slack[] {
  const least = Math.min(...values);
  return names
    .map((constraint, i) => ({ constraint, value: values[i]!, slack: slackOf(values[i]!, least) }))
    .sort((a, b) => (a.slack === b.slack ? 0 : a.slack - b.slack));
}

function slackOf(value: number, least: number): number {
  if (value === least) return 1;
  return least > 0 ? value / least : Infinity;
}

/**
 * All constraints of a decision on record by kind, the one that binds first, among equals in alphabetical order. Risk model,
 * section 9.
 *
 * @throws EngineError for the answer to a tick, which has no table.
 */
export function slackOfConstraints(decision: Decision): {
  readonly leverage: readonly Slack[];
  readonly notional: readonly Slack[];
  readonly factors: readonly Slack[];
} {
  const { leverage, notional, factors } = tableOf(decision).constraints;
  return {
    leverage: slacksOf(LEVERAGE_CAPS, leverage),
    notional: slacksOf(NOTIONAL_CAPS, notional),
    factors: slacksOf(FACTORS, factors),
  };
}
