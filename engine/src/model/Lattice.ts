import { FACTORS, LEVERAGE_CAPS, NOTIONAL_CAPS, bindingIndex } from '../Constraints.ts';
import type { ConstraintTable } from '../Constraints.ts';
import { requirePositive } from '../EngineError.ts';
import { carryInR, factorFunding } from './Funding.ts';
import { capBollinger, capFirstPassage, capFunding, capRegime, capStopBuffer, capTier } from './Leverage.ts';
import type { LeverageTerms } from './Leverage.ts';
import type { MarginTier } from './MarginTiers.ts';
import { sizeMargin, sizeOpenInterest, sizeRisk, sizeVolatility } from './Size.ts';

/*
 * The lattice of constraints: leverage is the floor of the least cap, notional the least size times the least factor,
 * so that each answer has one binding reason and no two factors multiply. Risk model, sections 3 and 9.
 */

/** What the owner and the model fix: the same for every decision until a limit changes. */
export type LatticeLimits = {
  readonly horizonHours: number;
  readonly leverageHard: number;
  readonly leverageUser: number;
  readonly leverageReference: number;
  /** Liquidation at least this many stop distances away. */
  readonly stopBuffer: number;
  readonly feeClose: number;
  readonly costEntry: number;
  /** Share of equity that one stop may cost. */
  readonly risk: number;
  readonly feesRoundTrip: number;
  readonly slipExit: number;
  /** Share of equity that one daily deviation may move. */
  readonly volatilityTarget: number;
  readonly marginFraction: number;
  readonly openInterestFraction: number;
  /** Funding per day in R from which size shrinks, and at which it is a quarter. */
  readonly fundingSoft: number;
  readonly fundingHard: number;
  /** Share of margin that funding may burn in a day. */
  readonly marginBurnPerDay: number;
  /** Owner's limit on notional, quote; Infinity for none. */
  readonly notionalUser: number;
};

/** What the waters are like now. */
export type LatticeInputs = {
  readonly side: number;
  readonly equity: number;
  readonly price: number;
  /** Requested notional, quote; for a held position `heldRequest`. */
  readonly notionalRequested: number;
  /** Entry-only constraints (factors, book) are left out of the minimum for a held position. */
  readonly held: boolean;
  readonly sigmaHour: number;
  readonly sigmaSide: number;
  readonly kappa: number;
  readonly bandwidth: number;
  readonly bandwidthReference: number;
  readonly bandwidthReady: boolean;
  /** In [0, 1]; below 0 = unknown. */
  readonly volatilityRank: number;
  /** Fraction of price: to the planned or to the current stop. */
  readonly stopDistance: number;
  /** Sum of forecast rates over 24 h. */
  readonly fundDay: number;
  readonly factorLeadLag: number;
  readonly factorCluster: number;
  /** Base units; Infinity = unknown, no cap. */
  readonly openInterest: number;
  /** Notional that the book takes in and lets out, quote. */
  readonly notionalEntryBook: number;
  readonly notionalExitBook: number;
  readonly notionalPortfolio: number;
  /** Quarter of the Kelly fraction; Infinity if the owner supplies no record. */
  readonly quarterKelly: number;
};

export type Lattice = {
  /** Every constraint's value, in the order of the names; Infinity = does not bind. */
  readonly table: ConstraintTable;
  /** L*: whole. Below 1 nothing may be held. */
  readonly leverage: number;
  /** N*, quote. */
  readonly notional: number;
  readonly factor: number;
};

/** The requested notional of a held position: at least what it is worth at mark. Section 0.1. */
export function heldRequest(notionalRequested: number, notionalHeld: number): number {
  return notionalHeld > notionalRequested ? notionalHeld : notionalRequested;
}

const SQRT_24 = Math.sqrt(24);

/** The terms of the decision at hand, filled anew for each. */
const terms: { -readonly [K in keyof LeverageTerms]: number } = {
  side: 1,
  notional: 0,
  feeClose: 0,
  costEntry: 0,
};

/** All constraints and their minima. Pure; refuses inputs out of their domain. */
export function lattice(inputs: LatticeInputs, limits: LatticeLimits, tiers: readonly MarginTier[]): Lattice {
  const { side, equity, price, notionalRequested, stopDistance, fundDay, held, openInterest } = inputs;
  const { leverageHard, leverageUser, notionalUser } = limits;
  requirePositive('equity', equity);
  requirePositive('price', price);
  terms.side = side;
  terms.notional = notionalRequested;
  terms.feeClose = limits.feeClose;
  terms.costEntry = limits.costEntry;

  const { leverageReference } = limits;
  const { bandwidth, bandwidthReference, bandwidthReady } = inputs;
  const bands = capBollinger(bandwidth, bandwidthReference, bandwidthReady, leverageReference);
  const touch = capFirstPassage(terms, tiers, inputs.sigmaSide, limits.horizonHours, inputs.kappa);
  const burn = capFunding(side, fundDay, limits.marginBurnPerDay);
  const regime = capRegime(inputs.volatilityRank);
  const buffer = capStopBuffer(terms, tiers, stopDistance, limits.stopBuffer);
  const tier = capTier(tiers, notionalRequested);
  let least = bands < touch ? bands : touch;
  if (burn < least) least = burn;
  if (leverageHard < least) least = leverageHard;
  if (regime < least) least = regime;
  if (buffer < least) least = buffer;
  if (tier < least) least = tier;
  if (leverageUser < least) least = leverageUser;
  const leverage = Math.floor(least);

  const { factorCluster, factorLeadLag } = inputs;
  const carry = factorFunding(carryInR(side, fundDay, stopDistance), limits.fundingSoft, limits.fundingHard);
  let factor = 1;
  if (!held) {
    factor = factorCluster < carry ? factorCluster : carry;
    if (factorLeadLag < factor) factor = factorLeadLag;
  }

  const entryBook = held ? Infinity : inputs.notionalEntryBook;
  const exitBook = held ? Infinity : inputs.notionalExitBook;
  const margin = sizeMargin(equity, leverage, limits.marginFraction);
  const interest =
    openInterest === Infinity ? Infinity : sizeOpenInterest(openInterest, price, limits.openInterestFraction);
  const portfolio = inputs.notionalPortfolio;
  const risk = inputs.quarterKelly < limits.risk ? inputs.quarterKelly : limits.risk;
  const atRisk = sizeRisk(equity, risk, stopDistance, limits.feesRoundTrip, limits.slipExit);
  const daily = sizeVolatility(equity, inputs.sigmaHour * SQRT_24, limits.volatilityTarget);
  let size = entryBook < exitBook ? entryBook : exitBook;
  if (margin < size) size = margin;
  if (interest < size) size = interest;
  if (portfolio < size) size = portfolio;
  if (notionalRequested < size) size = notionalRequested;
  if (atRisk < size) size = atRisk;
  if (notionalUser < size) size = notionalUser;
  if (daily < size) size = daily;

  return {
    table: {
      leverage: [bands, touch, burn, leverageHard, regime, buffer, tier, leverageUser],
      notional: [
        entryBook,
        exitBook,
        margin,
        interest,
        portfolio,
        notionalRequested,
        atRisk,
        notionalUser,
        daily,
      ],
      factors: [factorCluster, carry, factorLeadLag],
    },
    leverage,
    notional: leverage < 1 ? 0 : factor * size,
    factor,
  };
}

/** Names of what binds, for people and records; among equals the first in alphabetical order. */
export function bindingNames({ table }: Lattice): { leverage: string; notional: string; factor: string } {
  return {
    leverage: LEVERAGE_CAPS[bindingIndex(table.leverage)] as string,
    notional: NOTIONAL_CAPS[bindingIndex(table.notional)] as string,
    factor: FACTORS[bindingIndex(table.factors)] as string,
  };
}
