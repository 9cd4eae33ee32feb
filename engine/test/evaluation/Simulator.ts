import { BAR_MS, type Bar } from '../../src/Bar.ts';
import { KAPPA_0 } from '../../src/Feed.ts';
import {
  createExit,
  exitQuantityLeft,
  exitStop,
  exitStopReason,
  exitTakeProfits,
  exitTime,
  exitTrail,
  type ExitPlan,
} from '../../src/model/Exit.ts';
import { carryInR, factorFunding } from '../../src/model/Funding.ts';
import {
  capBollinger,
  capFirstPassage,
  capFunding,
  capRegime,
  capStopBuffer,
  capTier,
} from '../../src/model/Leverage.ts';
import { liquidationPrice, unreachable } from '../../src/model/Liquidation.ts';
import type { MarginTier } from '../../src/model/MarginTiers.ts';
import { sizeMargin, sizeRisk, sizeVolatility } from '../../src/model/Size.ts';
import { carryExceeds, initialStop, initialStopDistance, ladder } from '../../src/model/Stops.ts';
import type { Features } from './Features.ts';

/* One trade at a time, by the conventions of the independent evaluation: fills, fees, and the order within a bar. */

/** What tells one arm from another. */
export interface Arm {
  /** Fixed leverage, or null for the model's. */
  readonly leverage: number | null;
  /** Fixed stop distance, 'atr' for the model's stop with ladder and trail, or null for no stop. */
  readonly stop: number | 'atr' | null;
  readonly horizonHours: number;
  readonly maxBars: number;
}

export const ARMS: Readonly<Record<string, Arm>> = {
  B0: { leverage: 10, stop: null, horizonHours: 24, maxBars: 576 },
  B1: { leverage: 10, stop: 0.05, horizonHours: 24, maxBars: 576 },
  LONLY: { leverage: null, stop: null, horizonHours: 24, maxBars: 576 },
  P: { leverage: null, stop: 'atr', horizonHours: 8, maxBars: 96 },
  P48: { leverage: null, stop: 'atr', horizonHours: 24, maxBars: 576 },
};

export interface SimulatedTrade {
  readonly leverage: number;
  readonly stopFraction: number | null;
  readonly stop0: number | null;
  readonly liq0: number;
  readonly notionalRisk: number | null;
  readonly exitMs: number;
  readonly holdBars: number;
  readonly reason: string;
  readonly exitPrice: number;
  readonly takeProfits: number;
  readonly fundingFraction: number;
  readonly pnlFraction: number;
}

const EQUITY = 10_000;
export const NOTIONAL = 10_000;
const FEE = 0.0005;
const SLIP = 0.0005;
const SLIP_OF_RANGE = 0.1;
const SLIP_EXIT = 0.0008;
const LEVERAGE_HARD = 20;
const GRID = { numerator: 1, denominator: 1_000 };
const SQRT_24 = Math.sqrt(24);

function leverageOf(
  arm: Arm,
  side: number,
  x: number | null,
  f: Features,
  j: number,
  tiers: readonly MarginTier[],
): number {
  if (arm.leverage !== null) return arm.leverage;
  const terms = { side, notional: NOTIONAL, feeClose: FEE, costEntry: FEE };
  const ready = f.bandwidthReference[j]! > 0;
  return Math.floor(
    Math.min(
      LEVERAGE_HARD,
      capTier(tiers, NOTIONAL),
      capFirstPassage(terms, tiers, f.sigmaHour[j]!, arm.horizonHours, KAPPA_0),
      capBollinger(f.bandwidth[j]!, f.bandwidthReference[j]!, ready, 10),
      capRegime(f.volatilityRank[j]!),
      x === null ? Infinity : capStopBuffer(terms, tiers, x, 1.5),
      capFunding(side, f.fundDay[j]!, 0.03),
    ),
  );
}

function riskNotional(side: number, x: number, leverage: number, f: Features, j: number): number {
  const sigmaDay = f.sigmaHour[j]! * SQRT_24;
  const size = Math.min(
    NOTIONAL,
    sizeRisk(EQUITY, 0.01, x, 2 * FEE, SLIP_EXIT),
    sizeVolatility(EQUITY, sigmaDay, 0.05),
    sizeMargin(EQUITY, leverage, 0.25),
    sizeVolatility(EQUITY, sigmaDay, 0.08),
  );
  return size * factorFunding(carryInR(side, f.fundDay[j]!, x), 0.1, 0.5);
}

/** What an arm would enter with. */
export interface EntryTerms {
  readonly leverage: number;
  readonly stopFraction: number | null;
  readonly stop0: number;
}

/** The terms of an entry at the open of bar `i`, of what was known at the close before it. */
export function entryTerms(
  arm: Arm,
  side: number,
  i: number,
  bars: readonly Bar[],
  f: Features,
  tiers: readonly MarginTier[],
): EntryTerms {
  const entry = bars[i]!.open;
  const j = i - 1;
  const stopFraction =
    arm.stop === 'atr' ? initialStopDistance(f.stopMultiple[j]!, f.atr[j]!, entry) : arm.stop;
  return {
    leverage: leverageOf(arm, side, stopFraction, f, j, tiers),
    stopFraction,
    stop0: stopFraction === null ? unreachable(side) : initialStop(side, entry, stopFraction, GRID),
  };
}

/** Plays one entry at the open of bar `i`; null when the arm does not take it. */
export function simulate(
  arm: Arm,
  side: number,
  i: number,
  bars: readonly Bar[],
  f: Features,
  tiers: readonly MarginTier[],
): SimulatedTrade | null {
  const entry = bars[i]!.open;
  const j = i - 1;
  const isModel = arm.stop === 'atr';
  const { leverage, stopFraction: x, stop0 } = entryTerms(arm, side, i, bars, f, tiers);
  if (leverage < 2) return null;
  const r = Math.abs(entry - stop0);
  const qty = NOTIONAL / entry;
  const liquidationAfter = (paid: number): number => {
    const wallet = NOTIONAL * (1 / leverage - FEE - paid);
    return liquidationPrice({ side, qty, entry, wallet, upnlOther: 0, mmOther: 0, fee: FEE }, tiers);
  };
  const plan: ExitPlan = {
    side,
    entry,
    r,
    takeProfits: isModel ? ladder(side, entry, r, GRID) : [unreachable(-side), unreachable(-side)],
    grid: GRID,
    maxHoldMs: arm.maxBars * BAR_MS,
  };
  const state = createExit(plan, stop0);
  let paidFull = 0;
  let liquidation = liquidationAfter(0);
  const liq0 = liquidation;
  let fundingFraction = 0;
  let pnl = -FEE;
  const fill = (price: number, share: number): void => {
    pnl += (side * share * (price - entry)) / entry - (FEE * share * price) / entry;
  };
  const done = (bar: number, reason: string, exitPrice: number): SimulatedTrade => ({
    leverage,
    stopFraction: x,
    stop0: x === null ? null : stop0,
    liq0,
    notionalRisk: x === null ? null : riskNotional(side, x, leverage, f, j),
    exitMs: bars[bar]!.timeMs,
    holdBars: bar - i + 1,
    reason,
    exitPrice,
    takeProfits: state.legs,
    fundingFraction,
    pnlFraction: pnl,
  });
  const liquidated = (bar: number): SimulatedTrade => {
    // The whole margin of what was left is gone; entry fee and funding were paid out of it.
    const left = exitQuantityLeft(state);
    pnl = pnl + FEE * left + pnlOfFunding(left) - left / leverage;
    return done(bar, 'LIQ', liquidation);
  };
  const pnlOfFunding = (left: number): number => paidFull * left;
  for (let bar = i; ; bar++) {
    const { open, high, low, close } = bars[bar]!;
    const rate = f.settled[bar]!;
    if (bar > i && rate === rate) {
      const paid = (side * rate * open) / entry;
      const share = exitQuantityLeft(state);
      paidFull += paid;
      fundingFraction += paid * share;
      pnl -= paid * share;
      liquidation = liquidationAfter(paidFull);
    }
    const stopped = x === null ? 0 : exitStop(state, plan, open, high, low);
    const adverse = side > 0 ? low : high;
    if (stopped > 0) {
      const slipped = stopped - side * Math.max(SLIP * stopped, SLIP_OF_RANGE * (high - low));
      if (side * (open - liquidation) <= 0 || side * (slipped - liquidation) <= 0) return liquidated(bar);
      fill(slipped, exitQuantityLeft(state));
      return done(bar, exitStopReason(state), slipped);
    }
    if (side * (adverse - liquidation) <= 0) return liquidated(bar);
    if (isModel) {
      const filled = exitTakeProfits(state, plan, high, low);
      for (let leg = state.legs - filled; leg < state.legs; leg++) fill(plan.takeProfits[leg]!, 1 / 3);
      exitTrail(state, plan, high, low, f.stopMultiple[bar]!, f.atr[bar]!);
    }
    const heldMs = (bar - i + 1) * BAR_MS;
    const time = exitTime(state, plan, heldMs);
    const isCarry =
      isModel &&
      !Number.isNaN(f.settled[bar + 1] ?? NaN) &&
      carryExceeds(side, f.fundingFast[bar]!, entry, r);
    const reason = time === 'STALE' && !isModel ? 'NONE' : time;
    if (reason !== 'NONE' || isCarry) {
      fill(close, exitQuantityLeft(state));
      return done(bar, reason !== 'NONE' ? reason : 'CARRY', close);
    }
  }
}
