import { FAN_HOURS, warningsOf, type Decision, type FanPoint, type Observation } from '@plimsoll/engine';
import type { Alert } from './Alert.ts';
import type { PriceText } from '../view/prices.ts';
import { breakerTripped } from './StateAlerts.ts';

/*
 * What a verified decision, with the observation it answers, gives to tell. Each function is pure and looks at one
 * matter; null is nothing to tell. What the crowd map says is an estimate and is called one.
 */

/** Leader's move in deviations from which a shock is an alarm where a position stands against it. */
const SHOCK_ALARM = 3;
/** Density of the crowd map within four hours' deviation, 1 being uniform, from which it is told. */
const DENSE = 3;
/** Probability of touching the liquidation price within 8 hours that the model allows at most. */
const TOUCH_LIMIT_8H = 0.005;
/** From here on it is an alarm. */
const TOUCH_ALARM_8H = 0.02;

const percent = (fraction: number, digits = 1): string => `${(100 * fraction).toFixed(digits)} %`;
const sideName = (side: number): string => (side > 0 ? 'long' : 'short');
/** A stop price is decided for what is held, and for nothing else. */
const isHeld = (decision: Decision): boolean => decision.stopPrice > 0;
const eightHours = ({ fan }: Decision): FanPoint | undefined => fan[FAN_HOURS.indexOf(8)];

/** The leader moved hard against the side. */
export function leaderShock(decision: Decision): Alert | null {
  // The answer to a tick has no table: what it could tell was told with the last record.
  if (decision.table === null || !warningsOf(decision).includes('leader-shock')) return null;
  const { leaderMove } = decision.table.statistics;
  const isAlarm = isHeld(decision) && leaderMove >= SHOCK_ALARM;
  return {
    key: 'leader-shock',
    level: isAlarm ? 'alarm' : 'warning',
    title: 'The leader moves against the side',
    text: `ETH moved ${leaderMove.toFixed(1)} deviations against ${decision.side === 0 ? 'a position' : sideName(decision.side)} within the hour. Decision: ${decision.action} (${decision.reason}). No new entry is wise until it settles.`,
  };
}

/** Estimated liquidations of others lie thick ahead of a held position, or forced orders pile up. */
export function clustersAhead(decision: Decision): Alert | null {
  if (decision.table === null) return null;
  const { clusterNear, cascadeRatio, heat } = decision.table.statistics;
  const isHot = warningsOf(decision).includes('heat-alarm');
  if (!isHot && !(clusterNear >= DENSE)) return null;
  return {
    key: 'clusters-ahead',
    level: isHot && isHeld(decision) ? 'alarm' : 'warning',
    title: isHot ? 'Forced orders pile up' : 'Dense liquidation clusters ahead (estimated)',
    text:
      `Estimated density within four hours' range: ${clusterNear.toFixed(1)} times uniform` +
      `${cascadeRatio > 0 ? `, ${cascadeRatio.toFixed(1)} times the book up to the stop` : ''}; forced orders of the last hour ${heat.toFixed(1)} times their mean. ` +
      'The map is an estimate from open interest and assumed leverage. Expect sharp moves through it.',
  };
}

/** Funding costs more than it should and keeps rising. */
export function fundingPunishing(decision: Decision): Alert | null {
  const { table } = decision;
  if (table === null || !warningsOf(decision).includes('funding-punishing-and-rising')) return null;
  return {
    key: 'funding-punishing',
    level: 'warning',
    title: 'Funding is punishing and rising',
    text: `Forecast for the next 24 h: ${percent(table.statistics.fundingDay, 3)} of notional${decision.side === 0 ? '' : ` for ${sideName(decision.side)}`}, before leverage. Holding on costs that much a day.`,
  };
}

/** The liquidation price may be touched more probably than the model allows. */
export function fanBeyondLimits(decision: Decision, price: PriceText): Alert | null {
  const point = eightHours(decision);
  if (!isHeld(decision) || point === undefined || !(point.touchProbability >= TOUCH_LIMIT_8H)) return null;
  const margin = decision.table?.marginToAddUsdt ?? 0;
  return {
    key: 'fan-beyond-limits',
    level: point.touchProbability >= TOUCH_ALARM_8H ? 'alarm' : 'warning',
    title: 'Liquidation is too likely',
    text:
      `Estimated probability of touching ${price(point.liquidationPrice)} within 8 h: ${percent(point.touchProbability, 2)}, limit ${percent(TOUCH_LIMIT_8H, 2)}; mark ${price(decision.markPrice)}. ` +
      (margin > 0 ? `Adding ${margin.toFixed(2)} USDT of margin now brings it below. ` : '') +
      `Decision: ${decision.action} (${decision.reason}).`,
  };
}

/** The venue's liquidation price, or its mark, is not ours. */
export function disagreement(decision: Decision, price: PriceText): Alert | null {
  const warnings = warningsOf(decision);
  if (warnings.includes('liquidation-disagrees')) {
    return {
      key: 'liquidation-disagrees',
      level: 'alarm',
      title: 'The venue’s liquidation price is not ours',
      text: `Ours: ${price(decision.liquidationExchange)} (with fee ${price(decision.liquidationEffective)}). The worse of the two is acted on and entries are blocked. Compare margin mode, leverage and tiers with the venue’s page.`,
    };
  }
  if (warnings.includes('mark-far-from-last')) {
    return {
      key: 'mark-far-from-last',
      level: 'warning',
      title: 'Mark and last price are far apart',
      text: `Mark ${price(decision.markPrice)} differs from the last trade by more than 1 %. Liquidation follows the mark, stops are set off by the mark.`,
    };
  }
  return null;
}

/** A position stands on the venue without a resting stop that covers it. */
export function unprotected(decision: Decision, observation: Observation, price: PriceText): Alert | null {
  const { position, restingStopPrice, restingStopQuantity } = observation;
  if (position.side === 0 || (restingStopPrice > 0 && restingStopQuantity >= position.quantity)) return null;
  return {
    key: 'unprotected',
    level: 'alarm',
    title: 'A position is not covered by a stop',
    text: `${sideName(position.side)} ${String(position.quantity)} at ${price(position.entryPrice)}; resting stop covers ${String(restingStopQuantity)}. Wanted: a stop at ${price(decision.stopPrice)}. If this is told again, place one by hand or run: plimsoll flatten`,
  };
}

const BREAKERS: Partial<Record<Decision['reason'], string>> = {
  'breaker-drawdown': 'Equity fell from its peak by as much as you allow.',
  'breaker-daily-loss': 'The day’s loss is as much as you allow.',
  'breaker-loss-streak': 'As many trades in a row were lost as you allow.',
};

/** The decision says that a breaker of the owner is out. */
export function breaker({ reason, action }: Decision): Alert | null {
  const detail = BREAKERS[reason];
  if (detail === undefined) return null;
  // When it ends is not in the decision: at the earliest after the cool-down, and only by the owner.
  return {
    ...breakerTripped({ rule: reason.slice('breaker-'.length), detail, untilMs: null }),
    text: `${detail} Decision: ${action}. No new risk until you resume, after the cool-down at the earliest; exits and stops go on.`,
  };
}

/** A position that this agent did not open. */
export function adopted(decision: Decision, price: PriceText): Alert | null {
  if (!warningsOf(decision).includes('adopted-position')) return null;
  return {
    key: 'adopted-position',
    level: 'warning',
    title: 'A position without a plan is held',
    text: `It was opened by hand or by another program. It is treated by your rule for such positions; decision: ${decision.action}, stop ${price(decision.stopPrice)}.`,
  };
}

/**
 * All that one decision gives to tell.
 * @param price how prices of the market are told
 */
export function marketAlerts(
  decision: Decision,
  observation: Observation,
  price: PriceText,
): readonly Alert[] {
  return [
    leaderShock(decision),
    clustersAhead(decision),
    fundingPunishing(decision),
    fanBeyondLimits(decision, price),
    disagreement(decision, price),
    unprotected(decision, observation, price),
    adopted(decision, price),
    breaker(decision),
  ].filter((alert) => alert !== null);
}
