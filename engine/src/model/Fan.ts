import { requireFinite, requireNonNegative, requirePositive } from '../EngineError.ts';
import { exp } from '../math/Exp.ts';
import { logRatio } from '../math/Log.ts';
import { touchProbability } from './FirstPassage.ts';
import { liquidationPrice, liquidationRoot } from './Liquidation.ts';
import type { MarginedPosition } from './Liquidation.ts';
import type { MarginTier } from './MarginTiers.ts';

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

function createRow(): FanRow {
  return new FanRow();
}

/**
 * The fan over `horizons` (hours, ascending).
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
  const { side, qty, entry, fee, wallet: walletNow } = position;
  const notional = qty * mark;
  const others = position.upnlOther - position.mmOther;
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
  for (let i = 0; i < horizons.length; i++) {
    const hours = horizons[i] as number;
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
    const liq =
      wallet === walletNow ? liqNow : liquidationRoot(side, qty, entry, wallet + others, fee, tiers);
    let nearest = liq;
    if (wallet < least) least = wallet;
    if (isTurning) {
      const wasLeft = walletNow - notional * peak - borrowPerHour * notional * peakHours;
      if (wasLeft < least) {
        least = wasLeft;
        nearest = liquidationRoot(side, qty, entry, wasLeft + others, fee, tiers);
      }
    }
    if (nearest !== worst && side * (nearest - worst) > 0) {
      distance = nearer(distance, side, mark, nearest, worst);
      worst = nearest;
    }
    const z = zOf(distance, sigmaSide, hours);
    const row = rows[i] ?? (rows[i] = createRow());
    row.hours = hours;
    row.settlements = settlements;
    row.fundingPaid = fundingPaid;
    row.borrow = borrow;
    row.wallet = wallet;
    row.walletLeast = least;
    row.liq = liq;
    row.liqEff = worst;
    row.z = z;
    row.pTouch = touchProbability(z);
  }
  if (rows.length !== horizons.length) rows.length = horizons.length;
  return rows;
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
