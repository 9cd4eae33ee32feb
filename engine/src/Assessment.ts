import { notionalEntryBook, notionalExitBook } from './Depth.ts';
import { isMapKnown, KAPPA_0 } from './Feed.ts';
import { quarterKelly } from './Limits.ts';
import { allottedEquity, fundingDay, fundingForecast, type Waters } from './Waters.ts';
import { exp } from './math/Exp.ts';
import { factorCluster, nearScore } from './model/ClusterScores.ts';
import { fan, type FanRow } from './model/Fan.ts';
import { FUNDING_PERSISTENCE } from './model/Funding.ts';
import { lattice, type Lattice, type LatticeLimits } from './model/Lattice.ts';
import { factorWithoutLeader } from './model/Leader.ts';
import { factorLeadLag } from './model/LeadLag.ts';
import { liquidationPrice } from './model/Liquidation.ts';
import { maintenanceMargin } from './model/MarginTiers.ts';
import { notionalPortfolio } from './model/Portfolio.ts';
import { sigmaHour, sigmaSide } from './model/Volatility.ts';

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

/** Density of the crowd map within four hours' deviation on the adverse side; 0 where it is empty. */
export function clusterNear(waters: Waters, side: number): number {
  const { feed, markPrice } = waters;
  return nearScore(feed.clusters, side, markPrice, sigmaHour(feed.volatility) * SQRT_4);
}

/**
 * All constraints for one side at one requested notional.
 *
 * @param stopDistance fraction of price between mark and stop.
 * @param near what `clusterNear` says.
 * @param held entry-only constraints leave a held position alone.
 */
export function assess(
  waters: Waters,
  side: number,
  requestedUsdt: number,
  stopDistance: number,
  held: boolean,
  near: number,
): Lattice {
  const { feed, instrument, limits, markPrice } = waters;
  const sigma = sigmaHour(feed.volatility);
  // An account with nothing left may hold nothing; the smallest positive equity keeps the formulas in their domain.
  const equity = allottedEquity(waters);
  const counted = equity > LEAST_EQUITY ? equity : LEAST_EQUITY;
  const maxLossFraction = limits.maxLossUsdt / counted;
  const { fundingSensitivity } = limits;
  const modelLimits: LatticeLimits = {
    horizonHours: limits.unattendedHours,
    leverageHard: LEVERAGE_HARD,
    leverageUser: limits.maxLeverage,
    leverageReference: LEVERAGE_REFERENCE,
    stopBuffer: STOP_BUFFER,
    feeClose: instrument.takerFee,
    costEntry: COST_ENTRY,
    risk: maxLossFraction < limits.riskPerTrade ? maxLossFraction : limits.riskPerTrade,
    feesRoundTrip: 2 * instrument.takerFee,
    slipExit: SLIP_EXIT,
    volatilityTarget: VOLATILITY_TARGET,
    marginFraction: MARGIN_FRACTION,
    openInterestFraction: OPEN_INTEREST_FRACTION,
    fundingSoft: FUNDING_SOFT / fundingSensitivity,
    fundingHard: FUNDING_HARD / fundingSensitivity,
    marginBurnPerDay: MARGIN_BURN_PER_DAY / fundingSensitivity,
    notionalUser: limits.maxNotionalUsdt,
  };
  return lattice(
    {
      side,
      equity: counted,
      price: markPrice,
      notionalRequested: requestedUsdt,
      held,
      sigmaHour: sigma,
      sigmaSide: sigmaSide(feed.volatility, side),
      kappa: side > 0 ? feed.kappa.kappaLong : feed.kappa.kappaShort,
      bandwidth: feed.bollinger.bandwidth,
      bandwidthReference: feed.bollinger.bandwidthReference,
      bandwidthReady: feed.bollinger.ready && feed.bollinger.bandwidthReference > 0,
      volatilityRank: feed.volatilityRank.value,
      stopDistance,
      fundDay: fundingDay(waters, side),
      factorLeadLag: harden(
        factorWithoutLeader(feed.leader, factorLeadLag(feed.leadLag, side)),
        limits.leaderSensitivity,
      ),
      factorCluster: isMapKnown(feed) ? harden(factorCluster(near), limits.clusterSensitivity) : 1,
      openInterest: waters.openInterest > 0 ? waters.openInterest : Infinity,
      notionalEntryBook: held ? Infinity : notionalEntryBook(waters, side),
      notionalExitBook: held ? Infinity : notionalExitBook(waters, side),
      notionalPortfolio: notionalPortfolio(
        side,
        sigma * SQRT_24,
        limits.portfolioBudget * counted,
        waters.others,
      ),
      quarterKelly: quarterKelly(limits),
    },
    modelLimits,
    instrument.tiers,
  );
}

/** Liquidation prices of a position: as the venue shows it (no fee in the trigger) and as every cap counts it. */
export interface LiquidationPrices {
  readonly exchange: number;
  readonly effective: number;
}

export function liquidationPrices(
  waters: Waters,
  side: number,
  quantity: number,
  entryPrice: number,
  walletUsdt: number,
): LiquidationPrices {
  const position = { side, qty: quantity, entry: entryPrice, wallet: walletUsdt, upnlOther: 0, mmOther: 0 };
  const { tiers, takerFee } = waters.instrument;
  return {
    exchange: liquidationPrice({ ...position, fee: 0 }, tiers),
    effective: liquidationPrice({ ...position, fee: takerFee }, tiers),
  };
}

/** The wallet behind a planned entry: its margin less what fee and slippage take at once. */
export function plannedWallet(notionalUsdt: number, leverage: number): number {
  return notionalUsdt / leverage - notionalUsdt * COST_ENTRY;
}

/** The liquidation fan of a position at the given horizons (hours, ascending). */
export function liquidationFan(
  waters: Waters,
  side: number,
  quantity: number,
  entryPrice: number,
  walletUsdt: number,
  horizons: readonly number[],
): FanRow[] {
  const forecast = fundingForecast(waters, side);
  return fan(
    {
      side,
      qty: quantity,
      entry: entryPrice,
      wallet: walletUsdt,
      upnlOther: 0,
      mmOther: 0,
      fee: waters.instrument.takerFee,
    },
    {
      mark: waters.markPrice,
      sigmaSide: sigmaSide(waters.feed.volatility, side),
      sigmaHour: sigmaHour(waters.feed.volatility),
      rBar: forecast.mean,
      rNext: forecast.next,
      phi: FUNDING_PERSISTENCE,
      intervalHours: forecast.intervalHours,
      nextFundingHours: forecast.msToNext / HOUR_MS,
      borrowPerHour: 0,
    },
    waters.instrument.tiers,
    horizons,
  );
}

/**
 * Margin (quote) that, added now, brings the probability of touching the liquidation price within 8 h below 0.5 %;
 * 0 where it is already. Margin at the barrier price must cover maintenance and fee there, after the worst funding
 * expected by then. Rounded up.
 */
export function marginToAdd(
  waters: Waters,
  side: number,
  quantity: number,
  entryPrice: number,
  walletUsdt: number,
  rows: readonly FanRow[],
): number {
  const { feed, markPrice, instrument } = waters;
  let wallet = walletUsdt;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row.hours <= 8 && row.wallet < wallet) wallet = row.wallet;
  }
  const barrier = markPrice * exp(-side * KAPPA_0 * sigmaSide(feed.volatility, side) * SQRT_8);
  const notional = quantity * barrier;
  const needed =
    maintenanceMargin(instrument.tiers, notional) +
    instrument.takerFee * notional -
    side * quantity * (barrier - entryPrice);
  const missing = needed - wallet;
  return missing > 0 ? (Math.floor(missing * E8) + 1) / E8 : 0;
}
