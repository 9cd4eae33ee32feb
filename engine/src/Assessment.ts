import { notionalEntryBook, notionalExitBook } from './Depth.ts';
import { isMapKnown, KAPPA_0 } from './Feed.ts';
import { effectiveFee, tiersOf, type Instrument } from './Instrument.ts';
import { quarterKelly, type DeskLimits } from './Limits.ts';
import { allottedEquity, type Waters } from './Waters.ts';
import { exp } from './math/Exp.ts';
import { factorCluster, nearScore } from './model/ClusterScores.ts';
import { fan, FanMarket, type FanRow } from './model/Fan.ts';
import { FUNDING_PERSISTENCE } from './model/Funding.ts';
import { createLattice, lattice, type Lattice, LatticeInputs, LatticeLimits } from './model/Lattice.ts';
import { factorWithoutLeader } from './model/Leader.ts';
import { factorLeadLag } from './model/LeadLag.ts';
import { liquidationRoot, MarginedPosition } from './model/Liquidation.ts';
import { maintenanceMargin } from './model/MarginTiers.ts';
import { notionalPortfolio } from './model/Portfolio.ts';
import { sizeAlone } from './model/Size.ts';

/** The numbers of the risk model that no owner sets (sections 3, 8 and 9). */
const LEVERAGE_HARD = 20;
const LEVERAGE_REFERENCE = 10;
const STOP_BUFFER = 1.5;
const COST_ENTRY = 0.0005;
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
const SQRT_8 = Math.sqrt(8);
const E8 = 100_000_000;
const HOUR_MS = 3_600_000;

/** A factor of at most 1 that counts `sensitivity` times as hard: what it takes away is multiplied, down to nothing. */
function harden(factor: number, sensitivity: number): number {
  if (sensitivity === 1 || !(factor < 1)) return factor;
  const hardened = 1 - sensitivity * (1 - factor);
  return hardened > 0 ? hardened : 0;
}

/** What lattice and fan are asked about, filled anew for every decision: their objects would cost more than they do. */
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

const position = new MarginedPosition();
const market = Object.assign(new FanMarket(), { phi: FUNDING_PERSISTENCE });
const rows: FanRow[] = [];

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
  inputs.equity = counted;
  inputs.price = markPrice;
  inputs.notionalRequested = requestedUsdt;
  inputs.held = held;
  inputs.sigmaHour = sigma;
  inputs.sigmaSide = waters.sigmaSide;
  inputs.kappa = side > 0 ? kappa.kappaLong : kappa.kappaShort;
  const { bandwidthReference } = bollinger;
  inputs.bandwidth = bollinger.bandwidth;
  inputs.bandwidthReference = bandwidthReference;
  inputs.bandwidthReady = bollinger.ready && bandwidthReference > 0;
  inputs.volatilityRank = feed.volatilityRank.value;
  inputs.stopDistance = stopDistance;
  inputs.fundDay = waters.fundingDay;
  const factorLead = factorWithoutLeader(feed.leader, factorLeadLag(leadLag, side));
  inputs.factorLeadLag = factorLead < 1 ? harden(factorLead, limits.leaderSensitivity) : factorLead;
  inputs.factorCluster = isMapKnown(feed) ? harden(factorCluster(waters.near), limits.clusterSensitivity) : 1;
  inputs.openInterest = openInterest > 0 ? openInterest : Infinity;
  if (!held) {
    inputs.notionalEntryBook = notionalEntryBook(waters);
    inputs.notionalExitBook = notionalExitBook(waters);
  }
  const sigmaDay = sigma * SQRT_24;
  const budget = limits.portfolioBudget * counted;
  inputs.notionalPortfolio =
    others.length === 0 ? sizeAlone(sigmaDay, budget) : notionalPortfolio(side, sigmaDay, budget, others);
  return lattice(inputs, bounds, tiersOf(instrument, requestedUsdt), drawn);
}

/** Liquidation price of a position of the waters' side; `fee` counts into the trigger. */
export function liquidationOf(
  { side, instrument }: Waters,
  quantity: number,
  entryPrice: number,
  walletUsdt: number,
  fee: number,
): number {
  const tiers = tiersOf(instrument, quantity * entryPrice);
  return liquidationRoot(side, quantity, entryPrice, walletUsdt, fee, tiers);
}

/** What an entry takes from the margin at once, fraction of the notional: fee and slippage, never less than the fee. */
function costOfEntry({ takerFee }: Instrument): number {
  return takerFee > COST_ENTRY ? takerFee : COST_ENTRY;
}

/** The wallet behind a planned entry: its margin less what fee and slippage take at once. */
export function plannedWallet({ instrument }: Waters, notionalUsdt: number, leverage: number): number {
  return notionalUsdt / leverage - notionalUsdt * costOfEntry(instrument);
}

/**
 * The liquidation fan of a position at the given horizons (hours, ascending); valid until the next one.
 *
 * @param liqNow its effective liquidation price as it is, of `liquidationOf`.
 */
export function liquidationFan(
  waters: Waters,
  quantity: number,
  entryPrice: number,
  walletUsdt: number,
  horizons: readonly number[],
  liqNow: number,
): readonly FanRow[] {
  const { instrument, side } = waters;
  position.side = side;
  position.qty = quantity;
  position.entry = entryPrice;
  position.wallet = walletUsdt;
  position.fee = effectiveFee(instrument);
  market.mark = waters.markPrice;
  market.sigmaSide = waters.sigmaSide;
  market.sigmaHour = waters.sigma;
  market.rBar = waters.fundingMean;
  market.rNext = waters.fundingNext;
  market.intervalHours = waters.fundingIntervalHours;
  market.nextFundingHours = waters.msToFunding / HOUR_MS;
  return fan(position, market, tiersOf(instrument, quantity * entryPrice), horizons, rows, liqNow);
}

/**
 * Margin (quote) that, added now, brings the probability of touching the liquidation price within 8 h below 0.5 %;
 * 0 where it is already. Margin at the barrier price must cover maintenance and fee there, after the worst funding
 * expected by then. Rounded up.
 */
export function marginToAdd(
  waters: Waters,
  quantity: number,
  entryPrice: number,
  walletUsdt: number,
  fanned: readonly FanRow[],
): number {
  const { side, markPrice, instrument } = waters;
  let wallet = walletUsdt;
  for (let i = 0; i < fanned.length; i++) {
    const row = fanned[i]!;
    if (row.hours <= 8 && row.wallet < wallet) wallet = row.wallet;
  }
  const barrier = markPrice * exp(-side * KAPPA_0 * waters.sigmaSide * SQRT_8);
  const notional = quantity * barrier;
  const needed =
    maintenanceMargin(tiersOf(instrument, quantity * entryPrice), notional) +
    effectiveFee(instrument) * notional -
    side * quantity * (barrier - entryPrice);
  const missing = needed - wallet;
  return missing > 0 ? (Math.floor(missing * E8) + 1) / E8 : 0;
}
