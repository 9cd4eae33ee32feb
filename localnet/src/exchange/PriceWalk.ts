import { absolute, ceilTo, divideDown, floorTo, larger, smaller } from '../market/E8.ts';
import { fireAlgo } from './AlgoExecution.ts';
import { levelGapE8 } from './Depth.ts';
import { fillResting } from './Execution.ts';
import { liquidate } from './ForcedClose.ts';
import { liquidationOf } from './Margin.ts';
import { type AlgoOrder, type Direction, directionOf, isReached, type Order, triggerOf } from './Order.ts';
import { fireTimers, nextTimerMs } from './Timers.ts';
import { followTrailing } from './TrailingStop.ts';
import { type Contract, hasOwnMark, isFlat, markE8, type Venue } from './Venue.ts';

type Source = 'last' | 'mark';

/** Something that a price may set off. */
interface Trigger {
  readonly source: Source;
  readonly priceE8: bigint;
  readonly direction: Direction;
  /** Precedence at the same moment: stop, take-profit, limit, liquidation. */
  readonly rank: number;
  readonly fire: (reachedE8: bigint) => void;
}

const LIQUIDATION_RANK = 3;

/** Where last and mark stand at one end of a walk; mark is undefined while it is no price of its own. */
export interface Prices {
  readonly lastE8: bigint;
  readonly markE8: bigint | undefined;
}

/** A share of a walk, exact: `n / d`. */
interface Progress {
  readonly n: bigint;
  readonly d: bigint;
}

const START: Progress = { n: 0n, d: 1n };

/**
 * Moves last and mark without a break to their next point, both evenly in time; whatever lies between fires at its own
 * price, in the order in which the prices come to it, each on the account as the one before left it. Market time runs
 * evenly from the venue's time to `endMs`.
 */
export function walk(venue: Venue, contract: Contract, to: Prices, endMs: number): void {
  const beginMs = venue.timeMs;
  const from: Prices = { lastE8: contract.lastE8, markE8: contract.marks.markE8 };
  const spanMs = endMs - beginMs;
  let progress = START;
  const moveTo = (next: Progress, lastE8?: bigint): void => {
    progress = next;
    contract.lastE8 = lastE8 ?? onGridE8(contract, from.lastE8, between(from.lastE8, to.lastE8, next));
    if (to.markE8 !== undefined) contract.marks.markE8 = between(from.markE8 ?? from.lastE8, to.markE8, next);
    venue.timeMs = beginMs + Number((next.n * BigInt(spanMs)) / next.d);
    followTrailing(venue, contract);
  };
  for (;;) {
    const next = nextOnPath(venue, contract, from, to, progress);
    const timerMs = nextTimerMs(venue, contract.rules.symbol, endMs);
    if (timerMs !== undefined) {
      const elapsedMs = Math.max(0, timerMs - beginMs);
      const at: Progress = { n: BigInt(elapsedMs), d: BigInt(Math.max(1, spanMs)) };
      if (next === undefined || isEarlier(at, next.at)) {
        if (isEarlier(progress, at)) moveTo(at);
        fireTimers(venue, contract, timerMs);
        continue;
      }
    }
    if (next === undefined) break;
    const { trigger, at } = next;
    moveTo(at, trigger.source === 'last' || !hasOwnMark(contract) ? next.reachedE8 : undefined);
    trigger.fire(hasOwnMark(contract) ? contract.lastE8 : next.reachedE8);
  }
  moveTo({ n: 1n, d: 1n }, to.lastE8);
  venue.timeMs = beginMs;
}

/**
 * The prices reappear after a gap. A liquidation price that was jumped comes first: by the time any order could trade,
 * the position is the liquidation engine's. Then what was passed fires at the open, nearest to the price before first.
 */
export function jump(venue: Venue, contract: Contract, to: Prices): void {
  const fromE8: Record<Source, bigint> = { last: contract.lastE8, mark: markE8(contract) };
  contract.lastE8 = to.lastE8;
  contract.marks.markE8 = to.markE8;
  followTrailing(venue, contract);
  for (;;) {
    const passed = triggersOf(venue, contract).filter((trigger) => isMet(contract, trigger));
    const key = (trigger: Trigger): bigint =>
      trigger.rank === LIQUIDATION_RANK ? -1n : absolute(trigger.priceE8 - fromE8[trigger.source]);
    let next: Trigger | undefined;
    for (const trigger of passed) {
      const difference = next === undefined ? -1n : key(trigger) - key(next);
      if (next === undefined || difference < 0n || (difference === 0n && trigger.rank < next.rank))
        next = trigger;
    }
    if (next === undefined) return;
    next.fire(to.lastE8);
  }
}

/** Sets off what is met where the prices stand. */
export function fireMet(venue: Venue, contract: Contract): void {
  jump(venue, contract, { lastE8: contract.lastE8, markE8: contract.marks.markE8 });
}

/** Positions that share their margin fall together: when one was liquidated, the others are looked at where they stand. */
export function liquidateShared(venue: Venue): void {
  const shared = [...venue.contracts.values()].filter((contract) => !contract.isolated && !isFlat(contract));
  if (shared.length < 2) return;
  for (const contract of shared) fireMet(venue, contract);
}

function priceOf(contract: Contract, source: Source): bigint {
  return source === 'last' ? contract.lastE8 : markE8(contract);
}

function isMet(contract: Contract, { direction, priceE8, source }: Trigger): boolean {
  return isReached(direction, priceE8, priceOf(contract, source));
}

interface Next {
  readonly trigger: Trigger;
  readonly at: Progress;
  readonly reachedE8: bigint;
}

function nextOnPath(
  venue: Venue,
  contract: Contract,
  from: Prices,
  to: Prices,
  progress: Progress,
): Next | undefined {
  let best: Next | undefined;
  for (const trigger of triggersOf(venue, contract)) {
    const candidate = reachOf(contract, trigger, from, to, progress);
    if (candidate === undefined) continue;
    const isFirst =
      best === undefined ||
      isEarlier(candidate.at, best.at) ||
      (!isEarlier(best.at, candidate.at) && trigger.rank < best.trigger.rank);
    if (isFirst) best = candidate;
  }
  return best;
}

/** When a trigger is reached on the way. One already met (its level moved under the price) fires where the price stands. */
function reachOf(
  contract: Contract,
  trigger: Trigger,
  from: Prices,
  to: Prices,
  progress: Progress,
): Next | undefined {
  const { source, direction, priceE8 } = trigger;
  if (isMet(contract, trigger)) {
    return { trigger, at: progress, reachedE8: priceOf(contract, source) };
  }
  const own = source === 'mark' && hasOwnMark(contract);
  if (own && contract.marks.frozenE8 !== undefined) return undefined;
  const beginE8 = own ? (from.markE8 ?? from.lastE8) : from.lastE8;
  const endE8 = own ? (to.markE8 ?? to.lastE8) : to.lastE8;
  if (!isReached(direction, priceE8, endE8)) return undefined;
  const at: Progress = { n: absolute(priceE8 - beginE8), d: absolute(endE8 - beginE8) };
  return { trigger, at: isEarlier(at, progress) ? progress : at, reachedE8: priceE8 };
}

function isEarlier(a: Progress, b: Progress): boolean {
  return a.n * b.d < b.n * a.d;
}

function between(fromE8: bigint, toE8: bigint, { n, d }: Progress): bigint {
  return fromE8 + divideDown((toE8 - fromE8) * n, d);
}

/** A price inside a walk on the tick before it: nothing that still lies ahead is passed by rounding. */
function onGridE8({ rules }: Contract, fromE8: bigint, priceE8: bigint): bigint {
  return priceE8 < fromE8
    ? smaller(fromE8, ceilTo(priceE8, rules.tickE8))
    : larger(fromE8, floorTo(priceE8, rules.tickE8));
}

function triggersOf(venue: Venue, contract: Contract): Trigger[] {
  const { symbol } = contract.rules;
  const triggers: Trigger[] = [];
  for (const algo of venue.book.openAlgos.values()) {
    const trigger = algo.symbol === symbol ? algoTrigger(venue, contract, algo) : undefined;
    if (trigger !== undefined) triggers.push(trigger);
  }
  for (const order of venue.book.openOrders.values()) {
    if (order.symbol === symbol) triggers.push(limitTrigger(venue, contract, order));
  }
  const liquidationE8 = isFlat(contract) ? 0n : liquidationOf(venue, contract);
  if (liquidationE8 > 0n) {
    triggers.push({
      source: 'mark',
      priceE8: liquidationE8,
      direction: contract.position.quantityE8 > 0n ? 'atOrBelow' : 'atOrAbove',
      rank: LIQUIDATION_RANK,
      fire: (reachedE8) => liquidate(venue, contract, reachedE8),
    });
  }
  return triggers;
}

function algoTrigger(venue: Venue, contract: Contract, algo: AlgoOrder): Trigger | undefined {
  const priceE8 = triggerOf(algo, contract.rules.tickE8);
  if (priceE8 === undefined) return undefined;
  const direction = directionOf(algo.type, algo.side);
  return {
    source: algo.workingType === 'MARK_PRICE' ? 'mark' : 'last',
    priceE8,
    direction,
    rank: algo.type === 'TAKE_PROFIT' || algo.type === 'TAKE_PROFIT_MARKET' ? 1 : 0,
    fire: (reachedE8) => fireAlgo(venue, algo, priceE8, reachedE8),
  };
}

/** Where a resting order fills: at its limit; what a first touch left over, a level of the book beyond it. */
function limitTrigger(venue: Venue, contract: Contract, order: Order): Trigger {
  const buys = order.side === 'BUY';
  const beyondE8 = order.touched ? levelGapE8(venue, contract) : 0n;
  return {
    source: 'last',
    priceE8: buys ? order.priceE8 - smaller(beyondE8, order.priceE8 - 1n) : order.priceE8 + beyondE8,
    direction: buys ? 'atOrBelow' : 'atOrAbove',
    rank: 2,
    fire: () => fillResting(venue, order),
  };
}
