import { notionalEntryBook, notionalExitBook } from './Depth.ts';
import { isMapKnown } from './Feed.ts';
import { effectiveFee, tiersOf, type Instrument } from './Instrument.ts';
import { quarterKelly, type DeskLimits } from './Limits.ts';
import { costOfEntry, venueOf } from './Venue.ts';
import { allottedEquity, type Waters } from './Waters.ts';
import { factorCluster, nearScore } from './model/ClusterScores.ts';
import { FUNDING_PERSISTENCE, fundDay } from './model/Funding.ts';
import { createLattice, lattice, type Lattice, LatticeInputs, LatticeLimits } from './model/Lattice.ts';
import { factorWithoutLeader } from './model/Leader.ts';
import { factorLeadLag } from './model/LeadLag.ts';
import { notionalPortfolio } from './model/Portfolio.ts';
import { sizeAlone } from './model/Size.ts';

/** The numbers of the risk model that no owner sets (sections 3, 8 and 9). */
const LEVERAGE_HARD = 20;
const LEVERAGE_REFERENCE = 10;
const STOP_BUFFER = 1.5;
const SLIP_EXIT = 0.0008;
const VOLATILITY_TARGET = 0.05;
const MARGIN_FRACTION = 0.25;
const OPEN_INTEREST_FRACTION = 0.005;
const FUNDING_SOFT = 0.1;
const FUNDING_HARD = 0.5;
const MARGIN_BURN_PER_DAY = 0.03;
/** What a frame can carry at least. */
const LEAST_EQUITY = 1e-8;
const SQRT_24 = Math.sqrt(24);
/** Four hours' deviation is twice an hour's. */
const SQRT_4 = 2;

/** A factor of at most 1 that counts `sensitivity` times as hard: what it takes away is multiplied, down to nothing. */
function harden(factor: number, sensitivity: number): number {
  if (sensitivity === 1 || !(factor < 1)) return factor;
  const hardened = 1 - sensitivity * (1 - factor);
  return hardened > 0 ? hardened : 0;
}

/** What the lattice is asked about, filled anew for every decision: its objects would cost more than it does. */
const inputs = new LatticeInputs();
const bounds = Object.assign(new LatticeLimits(), {
  leverageHard: LEVERAGE_HARD,
  leverageReference: LEVERAGE_REFERENCE,
  stopBuffer: STOP_BUFFER,
  slipExit: SLIP_EXIT,
  volatilityTarget: VOLATILITY_TARGET,
  marginFraction: MARGIN_FRACTION,
  openInterestFraction: OPEN_INTEREST_FRACTION,
});
/** Whose rules `bounds` and `inputs.quarterKelly` stand for: both objects are replaced, never changed. */
let boundLimits: DeskLimits | null = null;
let boundInstrument: Instrument | null = null;

function bind(limits: DeskLimits, instrument: Instrument): void {
  const { takerFee } = instrument;
  const { fundingSensitivity } = limits;
  bounds.horizonHours = limits.unattendedHours;
  bounds.leverageUser = limits.maxLeverage;
  bounds.feeClose = effectiveFee(instrument);
  bounds.costEntry = costOfEntry(instrument);
  bounds.feesRoundTrip = 2 * takerFee;
  bounds.notionalUser = limits.maxNotionalUsdt;
  bounds.fundingSoft = FUNDING_SOFT / fundingSensitivity;
  bounds.fundingHard = FUNDING_HARD / fundingSensitivity;
  bounds.marginBurnPerDay = MARGIN_BURN_PER_DAY / fundingSensitivity;
  inputs.quarterKelly = quarterKelly(limits);
  boundLimits = limits;
  boundInstrument = instrument;
}

/** The lattice of the decision at hand. */
const drawn = createLattice();

/** Density of the crowd map within four hours' deviation on the adverse side; 0 where it is empty. */
export function clusterNear({ feed, side, markPrice, sigma }: Waters): number {
  return nearScore(feed.clusters, side, markPrice, sigma * SQRT_4);
}

/**
 * All constraints for the waters' side at one requested notional.
 *
 * @param stopDistance fraction of price between mark and stop.
 * @param held entry-only constraints leave a held position alone.
 */
export function assess(waters: Waters, requestedUsdt: number, stopDistance: number, held: boolean): Lattice {
  const { feed, instrument, limits, markPrice, side, sigma, openInterest, others } = waters;
  const { bollinger, kappa, leadLag } = feed;
  if (limits !== boundLimits || instrument !== boundInstrument) bind(limits, instrument);
  // An account with nothing left may hold nothing; the smallest positive equity keeps the formulas in their domain.
  const equity = allottedEquity(waters);
  const counted = equity > LEAST_EQUITY ? equity : LEAST_EQUITY;
  const { riskPerTrade } = limits;
  const maxLossFraction = limits.maxLossUsdt / counted;
  bounds.risk = maxLossFraction < riskPerTrade ? maxLossFraction : riskPerTrade;
  inputs.side = side;
  inputs.sigmaSide = waters.sigmaSide;
  inputs.openInterest = openInterest > 0 ? openInterest : Infinity;
  inputs.kappa = side > 0 ? kappa.kappaLong : kappa.kappaShort;
  inputs.bandwidth = bollinger.bandwidth;
  inputs.bandwidthReference = bollinger.bandwidthReference;
  inputs.bandwidthReady = bollinger.ready && bollinger.bandwidthReference > 0;
  inputs.volatilityRank = feed.volatilityRank.value;
  inputs.equity = counted;
  inputs.price = markPrice;
  inputs.notionalRequested = requestedUsdt;
  inputs.held = held;
  inputs.sigmaHour = sigma;
  inputs.stopDistance = stopDistance;
  waters.fundingDay = fundDay(
    waters.fundingMean,
    waters.fundingNext,
    FUNDING_PERSISTENCE,
    waters.fundingIntervalHours,
  );
  inputs.fundDay = waters.fundingDay;
  const factorLead = factorWithoutLeader(feed.leader, factorLeadLag(leadLag, side));
  inputs.factorLeadLag = factorLead < 1 ? harden(factorLead, limits.leaderSensitivity) : factorLead;
  inputs.factorCluster = isMapKnown(feed) ? harden(factorCluster(waters.near), limits.clusterSensitivity) : 1;
  if (!held) {
    inputs.notionalEntryBook = notionalEntryBook(waters);
    inputs.notionalExitBook = notionalExitBook(waters);
  }
  const sigmaDay = sigma * SQRT_24;
  const budget = limits.portfolioBudget * counted;
  inputs.notionalPortfolio =
    others.length === 0 ? sizeAlone(sigmaDay, budget) : notionalPortfolio(side, sigmaDay, budget, others);
  return lattice(inputs, bounds, venueOf(instrument).tiers ?? tiersOf(instrument, requestedUsdt), drawn);
}
