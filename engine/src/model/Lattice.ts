import { FACTORS, LEVERAGE_CAPS, NOTIONAL_CAPS, bindingIndex } from '../Constraints.ts';
import { requirePositive } from '../EngineError.ts';
import { carryInR, factorFunding } from './Funding.ts';
import { capBollinger, capFirstPassage, capFunding, capRegime, capStopBuffer, capTier } from './Leverage.ts';
import { LeverageTerms } from './Leverage.ts';
import type { MarginTier } from './MarginTiers.ts';
import { sizeMargin, sizeOpenInterest, sizeRisk, sizeVolatility } from './Size.ts';

/*
 * The lattice of constraints: leverage is the floor of the least cap, notional the least size times the least factor,
 * so that each answer has one binding reason and no two factors multiply. Risk model, sections 3 and 9.
 */

/** What the owner and the model fix: the same for every decision until a limit changes. */
export class LatticeLimits {
  horizonHours = 0;
  leverageHard = 0;
  leverageUser = 0;
  leverageReference = 0;
  /** Liquidation at least this many stop distances away. */
  stopBuffer = 0;
  feeClose = 0;
  costEntry = 0;
  /** Share of equity that one stop may cost. */
  risk = 0;
  feesRoundTrip = 0;
  slipExit = 0;
  /** Share of equity that one daily deviation may move. */
  volatilityTarget = 0;
  marginFraction = 0;
  openInterestFraction = 0;
  /** Funding per day in R from which size shrinks, and at which it is a quarter. */
  fundingSoft = 0;
  fundingHard = 0;
  /** Share of margin that funding may burn in a day. */
  marginBurnPerDay = 0;
  /** Owner's limit on notional, quote; Infinity for none. */
  notionalUser = 0;
}

/** What the waters are like now. */
export class LatticeInputs {
  side = 1;
  equity = 0;
  price = 0;
  /** Requested notional, quote; for a held position `heldRequest`. */
  notionalRequested = 0;
  /** Entry-only constraints (factors, book) are left out of the minimum for a held position. */
  held = false;
  sigmaHour = 0;
  sigmaSide = 0;
  kappa = 0;
  bandwidth = 0;
  bandwidthReference = 0;
  bandwidthReady = false;
  /** In [0, 1]; below 0 = unknown. */
  volatilityRank = 0;
  /** Fraction of price: to the planned or to the current stop. */
  stopDistance = 0;
  /** Sum of forecast rates over 24 h. */
  fundDay = 0;
  factorLeadLag = 1;
  factorCluster = 1;
  /** Base units; Infinity = unknown, no cap. */
  openInterest = Infinity;
  /** Notional that the book takes in and lets out, quote. */
  notionalEntryBook = Infinity;
  notionalExitBook = Infinity;
  notionalPortfolio = Infinity;
  /** Quarter of the Kelly fraction; Infinity if the owner supplies no record. */
  quarterKelly = Infinity;
}

const FIRST_NOTIONAL = LEVERAGE_CAPS.length;
const FIRST_FACTOR = FIRST_NOTIONAL + NOTIONAL_CAPS.length;

export class Lattice {
  /** Every constraint's value in the order of the names, caps on leverage, on notional, factors; Infinity = does not bind. */
  readonly values = new Float64Array(FIRST_FACTOR + FACTORS.length);
  /** The same, by kind. */
  readonly table = {
    leverage: this.values.subarray(0, FIRST_NOTIONAL),
    notional: this.values.subarray(FIRST_NOTIONAL, FIRST_FACTOR),
    factors: this.values.subarray(FIRST_FACTOR),
  };
  /** L*: whole. Below 1 nothing may be held. */
  leverage = 0;
  /** N*, quote. */
  notional = 0;
  factor = 0;
}

/** A lattice with nothing in it: whoever decides again and again fills the same one. */
export function createLattice(): Lattice {
  return new Lattice();
}

/** The requested notional of a held position: at least what it is worth at mark. Section 0.1. */
export function heldRequest(notionalRequested: number, notionalHeld: number): number {
  return notionalHeld > notionalRequested ? notionalHeld : notionalRequested;
}

const SQRT_24 = Math.sqrt(24);

/** The terms of the decision at hand, filled anew for each. */
const terms = new LeverageTerms();

/**
 * All constraints and their minima. Each is put into its place as it is found, and the least is held beside it. Refuses
 * inputs out of their domain.
 *
 * @param into filled and returned; a new one where it is left out.
 */
export function lattice(
  inputs: LatticeInputs,
  limits: LatticeLimits,
  tiers: readonly MarginTier[],
  into: Lattice = createLattice(),
): Lattice {
  const { side, equity, price, notionalRequested, stopDistance, fundDay, held } = inputs;
  const { leverageReference } = limits;
  const { values } = into;
  requirePositive('equity', equity);
  requirePositive('price', price);
  terms.side = side;
  terms.notional = notionalRequested;
  terms.feeClose = limits.feeClose;
  terms.costEntry = limits.costEntry;

  let least = capBollinger(
    inputs.bandwidth,
    inputs.bandwidthReference,
    inputs.bandwidthReady,
    leverageReference,
  );
  values[0] = least;
  let cap = capFirstPassage(terms, tiers, inputs.sigmaSide, limits.horizonHours, inputs.kappa);
  values[1] = cap;
  if (cap < least) least = cap;
  cap = capFunding(side, fundDay, limits.marginBurnPerDay);
  values[2] = cap;
  if (cap < least) least = cap;
  cap = limits.leverageHard;
  values[3] = cap;
  if (cap < least) least = cap;
  cap = capRegime(inputs.volatilityRank);
  values[4] = cap;
  if (cap < least) least = cap;
  cap = capStopBuffer(terms, tiers, stopDistance, limits.stopBuffer);
  values[5] = cap;
  if (cap < least) least = cap;
  cap = capTier(tiers, notionalRequested);
  values[6] = cap;
  if (cap < least) least = cap;
  cap = limits.leverageUser;
  values[7] = cap;
  if (cap < least) least = cap;
  const leverage = Math.floor(least);

  // Entry-only constraints leave a held position alone.
  let size = Infinity;
  if (!held) {
    size = inputs.notionalEntryBook;
    values[8] = size;
    cap = inputs.notionalExitBook;
    values[9] = cap;
    if (cap < size) size = cap;
  } else {
    values[8] = Infinity;
    values[9] = Infinity;
  }
  cap = sizeMargin(equity, leverage, limits.marginFraction);
  values[10] = cap;
  if (cap < size) size = cap;
  cap = inputs.openInterest;
  if (cap !== Infinity) cap = sizeOpenInterest(cap, price, limits.openInterestFraction);
  values[11] = cap;
  if (cap < size) size = cap;
  cap = inputs.notionalPortfolio;
  values[12] = cap;
  if (cap < size) size = cap;
  values[13] = notionalRequested;
  if (notionalRequested < size) size = notionalRequested;
  const { quarterKelly } = inputs;
  const risk = quarterKelly < limits.risk ? quarterKelly : limits.risk;
  cap = sizeRisk(equity, risk, stopDistance, limits.feesRoundTrip, limits.slipExit);
  values[14] = cap;
  if (cap < size) size = cap;
  cap = limits.notionalUser;
  values[15] = cap;
  if (cap < size) size = cap;
  cap = sizeVolatility(equity, inputs.sigmaHour * SQRT_24, limits.volatilityTarget);
  values[16] = cap;
  if (cap < size) size = cap;

  const { factorCluster, factorLeadLag } = inputs;
  const carry = factorFunding(carryInR(side, fundDay, stopDistance), limits.fundingSoft, limits.fundingHard);
  values[17] = factorCluster;
  values[18] = carry;
  values[19] = factorLeadLag;
  let factor = 1;
  if (!held) {
    factor = factorCluster < carry ? factorCluster : carry;
    if (factorLeadLag < factor) factor = factorLeadLag;
  }
  into.leverage = leverage;
  into.notional = leverage < 1 ? 0 : factor * size;
  into.factor = factor;
  return into;
}

/** Names of what binds, for people and records; among equals the first in alphabetical order. */
export function bindingNames({ table }: Lattice): { leverage: string; notional: string; factor: string } {
  return {
    leverage: LEVERAGE_CAPS[bindingIndex(table.leverage)] as string,
    notional: NOTIONAL_CAPS[bindingIndex(table.notional)] as string,
    factor: FACTORS[bindingIndex(table.factors)] as string,
  };
}
