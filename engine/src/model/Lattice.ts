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
  /** Indices of the binding constraints in their lists; among equals the first in alphabetical order. */
  readonly leverageBinding: number;
  readonly notionalBinding: number;
  readonly factorBinding: number;
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

/** All constraints, their minima and what binds. Pure; refuses inputs out of their domain. */
export function lattice(inputs: LatticeInputs, limits: LatticeLimits, tiers: readonly MarginTier[]): Lattice {
  const { side, equity, price, notionalRequested, stopDistance, fundDay } = inputs;
  requirePositive('equity', equity);
  requirePositive('price', price);
  const sigmaDay = inputs.sigmaHour * SQRT_24;
  const terms: LeverageTerms = {
    side,
    notional: notionalRequested,
    feeClose: limits.feeClose,
    costEntry: limits.costEntry,
  };

  const leverageCaps = [
    capBollinger(
      inputs.bandwidth,
      inputs.bandwidthReference,
      inputs.bandwidthReady,
      limits.leverageReference,
    ),
    capFirstPassage(terms, tiers, inputs.sigmaSide, limits.horizonHours, inputs.kappa),
    capFunding(side, fundDay, limits.marginBurnPerDay),
    limits.leverageHard,
    capRegime(inputs.volatilityRank),
    capStopBuffer(terms, tiers, stopDistance, limits.stopBuffer),
    capTier(tiers, notionalRequested),
    limits.leverageUser,
  ];
  const leverageBinding = bindingIndex(leverageCaps);
  const leverage = Math.floor(leverageCaps[leverageBinding] as number);

  const factors = [
    inputs.factorCluster,
    factorFunding(carryInR(side, fundDay, stopDistance), limits.fundingSoft, limits.fundingHard),
    inputs.factorLeadLag,
  ];
  const factorBinding = bindingIndex(factors);
  const factor = inputs.held ? 1 : (factors[factorBinding] as number);

  const risk = inputs.quarterKelly < limits.risk ? inputs.quarterKelly : limits.risk;
  const notionalCaps = [
    inputs.held ? Infinity : inputs.notionalEntryBook,
    inputs.held ? Infinity : inputs.notionalExitBook,
    sizeMargin(equity, leverage, limits.marginFraction),
    inputs.openInterest === Infinity
      ? Infinity
      : sizeOpenInterest(inputs.openInterest, price, limits.openInterestFraction),
    inputs.notionalPortfolio,
    notionalRequested,
    sizeRisk(equity, risk, stopDistance, limits.feesRoundTrip, limits.slipExit),
    limits.notionalUser,
    sizeVolatility(equity, sigmaDay, limits.volatilityTarget),
  ];
  const notionalBinding = bindingIndex(notionalCaps);
  const notional = leverage < 1 ? 0 : factor * (notionalCaps[notionalBinding] as number);
  return {
    table: { leverage: leverageCaps, notional: notionalCaps, factors },
    leverageBinding,
    notionalBinding,
    factorBinding,
    leverage,
    notional,
    factor,
  };
}

/** Names of what binds, for people and records. */
export function bindingNames(result: Lattice): { leverage: string; notional: string; factor: string } {
  return {
    leverage: LEVERAGE_CAPS[result.leverageBinding] as string,
    notional: NOTIONAL_CAPS[result.notionalBinding] as string,
    factor: FACTORS[result.factorBinding] as string,
  };
}
