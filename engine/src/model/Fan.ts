import { outOfDomain, requireFinite, requireNonNegative, requirePositive } from '../EngineError.ts';
import { exp } from '../math/Exp.ts';
import { logRatio } from '../math/Log.ts';
import { touchProbability } from './FirstPassage.ts';
import { liquidationPrice, rootOf, type MarginedPosition } from './Liquidation.ts';
import { linesOf, type MarginTier } from './MarginTiers.ts';

/*
 * The liquidation price is a trajectory: funding and borrowing wear the wallet down. The fan states it at each
 * horizon with the probability of touching it. Expected receipts are never credited. Risk model, 4.2.
 */

/** Hours ahead. */
export const HORIZONS_H: readonly number[] = [1, 4, 8, 24];

/** What the fan needs besides the position. */
export class FanMarket {
  mark = 0;
  /** Volatility per sqrt(hour), of the position's side and of both. */
  sigmaSide = 0;
  sigmaHour = 0;
  /** Funding per settlement: long-run mean, next, and persistence of the difference. */
  rBar = 0;
  rNext = 0;
  phi = 0;
  intervalHours = 0;
  nextFundingHours = 0;
  /** Borrowing cost per hour, fraction of notional. */
  borrowPerHour = 0;
}

/** One horizon. Prices unrounded. */
export class FanRow {
  hours = 0;
  settlements = 0;
  fundingPaid = 0;
  borrow = 0;
  wallet = 0;
  /** The least that is expected of the wallet at any time up to that hour. */
  walletLeast = 0;
  /** Liquidation price with the wallet of that hour. */
  liq = 0;
  /** The nearest of all times up to that hour: the barrier that counts. */
  liqEff = 0;
  /** Log distance to it in standard deviations, in [0, Z_MAX]. */
  z = 0;
  pTouch = 0;
}

/** Distances beyond this are not told apart, an unreachable barrier included. */
export const Z_MAX = 99;
const CONE_QUANTILE = 1.6448536269514722;

/** Log distance from mark to a barrier: 0 if breached, Infinity if unreachable. */
function logDistance(side: number, mark: number, barrier: number): number {
  if (!(side * (mark - barrier) > 0)) return 0;
  return barrier === 0 || barrier === Infinity ? Infinity : side * logRatio(mark, barrier);
}

/** Log distance to a barrier that came nearer: by the step from the last one, whose series is cheaper. */
function nearer(distance: number, side: number, mark: number, barrier: number, last: number): number {
  if (distance === Infinity || !(side * (mark - barrier) > 0)) return logDistance(side, mark, barrier);
  const left = distance - side * logRatio(barrier, last);
  return left > 0 ? left : 0;
}

function zOf(distance: number, sigma: number, hours: number): number {
  const z = distance / (sigma * Math.sqrt(hours));
  return z < Z_MAX ? z : Z_MAX;
}

/** Distance from mark to a barrier in standard deviations over the hours: 0 if breached, Z_MAX if unreachable. */
export function barrierZ(side: number, mark: number, barrier: number, sigma: number, hours: number): number {
  return zOf(logDistance(side, mark, barrier), sigma, hours);
}

/** Settlements up to and including `hours` from now. */
export function settlementsWithin(hours: number, nextFundingHours: number, intervalHours: number): number {
  return hours < nextFundingHours ? 0 : Math.floor((hours - nextFundingHours) / intervalHours) + 1;
}

/** What `project` is given: a position, its market and its liquidation price as it is. */
const TERMS = 16;
/** What it tells of a horizon: a row, in the order of `FanRow`. */
const ROW_NUMBERS = 10;
const MAX_HORIZONS = 25;
const terms = new Float64Array(TERMS);
const hoursAhead = new Float64Array(MAX_HORIZONS);
const projected = new Float64Array(MAX_HORIZONS * ROW_NUMBERS);

/**
 * The fan over `horizons` (hours, ascending, at most 25).
 *
 * @param rows filled and returned, one for each horizon: those of an earlier fan may be used again.
 * @param liqNow the position's liquidation price as it is, for whoever has it at hand.
 */
export function fan(
  position: MarginedPosition,
  market: FanMarket,
  tiers: readonly MarginTier[],
  horizons: readonly number[] = HORIZONS_H,
  rows: FanRow[] = [],
  liqNow: number = liquidationPrice(position, tiers),
): FanRow[] {
  const { mark, sigmaSide, rBar, rNext, phi, intervalHours, nextFundingHours, borrowPerHour } = market;
  requirePositive('mark', mark);
  requirePositive('sigmaSide', sigmaSide);
  requirePositive('intervalHours', intervalHours);
  if (!(nextFundingHours >= 0 && nextFundingHours < Infinity)) {
    requireNonNegative('nextFundingHours', nextFundingHours);
  }
  requireFinite('rBar', rBar);
  requireFinite('rNext', rNext);
  const { length } = horizons;
  if (length > MAX_HORIZONS) throw outOfDomain('horizons', `at most ${String(MAX_HORIZONS)}`, length);
  terms[0] = position.side;
  terms[1] = position.qty;
  terms[2] = position.entry;
  terms[3] = position.fee;
  terms[4] = position.wallet;
  terms[5] = position.upnlOther - position.mmOther;
  terms[6] = mark;
  terms[7] = sigmaSide;
  terms[8] = rBar;
  terms[9] = rNext;
  terms[10] = phi;
  terms[11] = intervalHours;
  terms[12] = nextFundingHours;
  terms[13] = borrowPerHour;
  terms[14] = liqNow;
  terms[15] = length;
  for (let i = 0; i < length; i++) hoursAhead[i] = horizons[i]!;
  project(terms, linesOf(tiers), hoursAhead, projected);
  for (let i = 0; i < length; i++) {
    const at = ROW_NUMBERS * i;
    const row = rows[i] ?? (rows[i] = new FanRow());
    row.hours = projected[at]!;
    row.settlements = projected[at + 1]!;
    row.fundingPaid = projected[at + 2]!;
    row.borrow = projected[at + 3]!;
    row.wallet = projected[at + 4]!;
    row.walletLeast = projected[at + 5]!;
    row.liq = projected[at + 6]!;
    row.liqEff = projected[at + 7]!;
    row.z = projected[at + 8]!;
    row.pTouch = projected[at + 9]!;
  }
  if (rows.length !== length) rows.length = length;
  return rows;
}

/** Calculates the fan from `terms`, the lines of the margin tiers and the hours ahead: a row of numbers for each of them. */
function project(
  terms: Float64Array,
  lines: Float64Array,
  hoursAhead: Float64Array,
  projected: Float64Array,
): void {
  const side = terms[0]!;
  const qty = terms[1]!;
  const entry = terms[2]!;
  const fee = terms[3]!;
  const walletNow = terms[4]!;
  const others = terms[5]!;
  const mark = terms[6]!;
  const sigmaSide = terms[7]!;
  const rBar = terms[8]!;
  const rNext = terms[9]!;
  const phi = terms[10]!;
  const intervalHours = terms[11]!;
  const nextFundingHours = terms[12]!;
  const borrowPerHour = terms[13]!;
  const liqNow = terms[14]!;
  const count = terms[15]!;
  const notional = qty * mark;
  // Only where paying comes before receiving may the worst lie between two horizons.
  const isTurning = side * rNext > 0 && side * rBar < 0;
  let peak = 0;
  let peakHours = 0;
  let least = walletNow;
  let worst = liqNow;
  let distance = logDistance(side, mark, worst);
  let settlements = 0;
  let rates = 0;
  let deviation = rNext - rBar;
  let fundingPaid = 0;
  for (let i = 0; i < count; i++) {
    const hours = hoursAhead[i]!;
    if (hours >= nextFundingHours) {
      const due = settlementsWithin(hours, nextFundingHours, intervalHours);
      for (; settlements < due; settlements++) {
        rates += rBar + deviation;
        deviation *= phi;
        if (isTurning && side * rates > peak) {
          peak = side * rates;
          peakHours = nextFundingHours + settlements * intervalHours;
        }
      }
      fundingPaid = side * notional * rates + 0;
    }
    const borrow = borrowPerHour * notional * hours;
    const wallet = walletNow - fundingPaid - borrow;
    const liq = wallet === walletNow ? liqNow : rootOf(lines, side, qty, entry, wallet + others, fee);
    let nearest = liq;
    if (wallet < least) least = wallet;
    if (isTurning) {
      const wasLeft = walletNow - notional * peak - borrowPerHour * notional * peakHours;
      if (wasLeft < least) {
        least = wasLeft;
        nearest = rootOf(lines, side, qty, entry, wasLeft + others, fee);
      }
    }
    if (nearest !== worst && side * (nearest - worst) > 0) {
      distance = nearer(distance, side, mark, nearest, worst);
      worst = nearest;
    }
    const z = zOf(distance, sigmaSide, hours);
    const at = ROW_NUMBERS * i;
    projected[at] = hours;
    projected[at + 1] = settlements;
    projected[at + 2] = fundingPaid;
    projected[at + 3] = borrow;
    projected[at + 4] = wallet;
    projected[at + 5] = least;
    projected[at + 6] = liq;
    projected[at + 7] = worst;
    projected[at + 8] = z;
    projected[at + 9] = touchProbability(z);
  }
}

/** Central 90 % of prices after `hours`: [low, high]. The edge against the side uses the side's volatility. */
export function cone(side: number, market: FanMarket, hours: number): [number, number] {
  const root = CONE_QUANTILE * Math.sqrt(hours);
  const adverse = root * market.sigmaSide;
  const favourable = root * market.sigmaHour;
  return [
    market.mark * exp(-(side > 0 ? adverse : favourable)),
    market.mark * exp(side > 0 ? favourable : adverse),
  ];
}
