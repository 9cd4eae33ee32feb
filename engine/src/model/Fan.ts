import { requireFinite, requireNonNegative, requirePositive } from '../EngineError.ts';
import { exp } from '../math/Exp.ts';
import { logRatio } from '../math/Log.ts';
import { touchProbability } from './FirstPassage.ts';
import { liquidationPrice } from './Liquidation.ts';
import type { MarginedPosition } from './Liquidation.ts';
import type { MarginTier } from './MarginTiers.ts';

/*
 * The liquidation price is a trajectory: funding and borrowing wear the wallet down. The fan states it at each
 * horizon with the probability of touching it. Expected receipts are never credited. Risk model, 4.2.
 */

/** Hours ahead. */
export const HORIZONS_H: readonly number[] = [1, 4, 8, 24];

/** What the fan needs besides the position. */
export type FanMarket = {
  readonly mark: number;
  /** Volatility per sqrt(hour), of the position's side and of both. */
  readonly sigmaSide: number;
  readonly sigmaHour: number;
  /** Funding per settlement: long-run mean, next, and persistence of the difference. */
  readonly rBar: number;
  readonly rNext: number;
  readonly phi: number;
  readonly intervalHours: number;
  readonly nextFundingHours: number;
  /** Borrowing cost per hour, fraction of notional. */
  readonly borrowPerHour: number;
};

/** One horizon. Prices unrounded. */
export type FanRow = {
  hours: number;
  settlements: number;
  fundingPaid: number;
  borrow: number;
  wallet: number;
  /** Liquidation price with the wallet of that hour. */
  liq: number;
  /** The nearest of now and every horizon so far: the barrier that counts. */
  liqEff: number;
  /** Log distance to it in standard deviations, in [0, Z_MAX]. */
  z: number;
  pTouch: number;
};

/** Distances beyond this are not told apart, an unreachable barrier included. */
export const Z_MAX = 99;
const CONE_QUANTILE = 1.6448536269514722;

/** Distance from mark to a barrier in standard deviations over the hours: 0 if breached, Z_MAX if unreachable. */
export function barrierZ(side: number, mark: number, barrier: number, sigma: number, hours: number): number {
  if (!(side * (mark - barrier) > 0)) return 0;
  if (barrier === 0 || barrier === Infinity) return Z_MAX;
  const z = (side * logRatio(mark, barrier)) / (sigma * Math.sqrt(hours));
  return z < Z_MAX ? z : Z_MAX;
}

/** Settlements up to and including `hours` from now. */
export function settlementsWithin(hours: number, nextFundingHours: number, intervalHours: number): number {
  return hours < nextFundingHours ? 0 : Math.floor((hours - nextFundingHours) / intervalHours) + 1;
}

/** The fan over `horizons` (hours, ascending). */
export function fan(
  position: MarginedPosition,
  market: FanMarket,
  tiers: readonly MarginTier[],
  horizons: readonly number[] = HORIZONS_H,
): FanRow[] {
  const { mark, sigmaSide, rBar, phi, intervalHours } = market;
  requirePositive('mark', mark);
  requirePositive('sigmaSide', sigmaSide);
  requirePositive('intervalHours', intervalHours);
  requireNonNegative('nextFundingHours', market.nextFundingHours);
  requireFinite('rBar', rBar);
  requireFinite('rNext', market.rNext);
  const { side, qty, entry, upnlOther, mmOther, fee } = position;
  const notional = qty * mark;
  const liqNow = liquidationPrice(position, tiers);
  let worst = liqNow;
  let settlements = 0;
  let rates = 0;
  let deviation = market.rNext - rBar;
  const rows: FanRow[] = [];
  for (let i = 0; i < horizons.length; i++) {
    const hours = horizons[i] as number;
    const due = settlementsWithin(hours, market.nextFundingHours, intervalHours);
    for (; settlements < due; settlements++) {
      rates += rBar + deviation;
      deviation *= phi;
    }
    const fundingPaid = side * notional * rates + 0;
    const borrow = market.borrowPerHour * notional * hours;
    const wallet = position.wallet - fundingPaid - borrow;
    const liq =
      wallet === position.wallet
        ? liqNow
        : liquidationPrice({ side, qty, entry, wallet, upnlOther, mmOther, fee }, tiers);
    if (side * (liq - worst) > 0) worst = liq;
    const z = barrierZ(side, mark, worst, sigmaSide, hours);
    const pTouch = touchProbability(z);
    rows.push({ hours, settlements, fundingPaid, borrow, wallet, liq, liqEff: worst, z, pTouch });
  }
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
