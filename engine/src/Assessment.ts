import type { Instrument } from './Instrument.ts';
import type { Limits } from './Limits.ts';
import { KAPPA_0, type Feed } from './Feed.ts';
import type { Statistics } from './Decision.ts';
import type { FundingNext } from './Funding.ts';
import { fan, type FanRow } from './model/Fan.ts';
import { FUNDING_PERSISTENCE, fundDay, fundingSlow, type Funding } from './model/Funding.ts';
import { lattice, type Lattice, type LatticeLimits } from './model/Lattice.ts';
import { liquidationPrice } from './model/Liquidation.ts';
import { sizePortfolio } from './model/Size.ts';
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
const PORTFOLIO_BUDGET = 0.08;
const FUNDING_SOFT = 0.1;
const FUNDING_HARD = 0.5;
const MARGIN_BURN_PER_DAY = 0.03;
const SQRT_24 = Math.sqrt(24);
const HOUR_MS = 3_600_000;

/** What every assessment reads: the market as the engine knows it and what the owner allows. */
export interface Waters {
  readonly feed: Feed;
  readonly funding: Funding;
  readonly fundingNext: FundingNext;
  readonly instrument: Instrument;
  readonly limits: Limits;
  readonly timeMs: number;
  readonly markPrice: number;
  readonly equityUsdt: number;
}

/** Rates the model expects: the settled mean and the venue's prediction of the next. */
function rates(waters: Waters): { readonly mean: number; readonly next: number } {
  const settled = waters.funding.slow.w > 0;
  const next = waters.fundingNext.rate;
  return { mean: settled ? fundingSlow(waters.funding) : next, next };
}

/** Sum of the forecast funding rates of the next 24 h. */
export function fundingDay(waters: Waters): number {
  const { mean, next } = rates(waters);
  return fundDay(mean, next, FUNDING_PERSISTENCE, waters.fundingNext.intervalHours);
}

/** Equity that may be risked: what the account holds, at most what the owner allotted; never below nothing. */
export function allottedEquity(waters: Waters): number {
  const { equityUsdt, limits } = waters;
  const equity = equityUsdt < limits.capitalUsdt ? equityUsdt : limits.capitalUsdt;
  return equity > 0 ? equity : 0;
}

/**
 * All constraints for one side at one requested notional.
 *
 * @param stopDistance fraction of price between mark and stop.
 * @param held entry-only constraints leave a held position alone.
 */
export function assess(
  waters: Waters,
  side: number,
  requestedUsdt: number,
  stopDistance: number,
  held: boolean,
): Lattice {
  const { feed, instrument, limits, markPrice } = waters;
  const sigma = sigmaHour(feed.volatility);
  // An account with nothing left may hold nothing; the smallest positive equity keeps the formulas in their domain.
  const equity = allottedEquity(waters);
  const counted = equity > 0 ? equity : 1e-8;
  const modelLimits: LatticeLimits = {
    horizonHours: limits.unattendedHours,
    leverageHard: LEVERAGE_HARD,
    leverageUser: limits.maxLeverage,
    leverageReference: LEVERAGE_REFERENCE,
    stopBuffer: STOP_BUFFER,
    feeClose: instrument.takerFee,
    costEntry: COST_ENTRY,
    risk: limits.riskPerTrade,
    feesRoundTrip: 2 * instrument.takerFee,
    slipExit: SLIP_EXIT,
    volatilityTarget: VOLATILITY_TARGET,
    marginFraction: MARGIN_FRACTION,
    openInterestFraction: OPEN_INTEREST_FRACTION,
    fundingSoft: FUNDING_SOFT,
    fundingHard: FUNDING_HARD,
    marginBurnPerDay: MARGIN_BURN_PER_DAY,
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
      fundDay: fundingDay(waters),
      // The leader guard, the crowd map and the book come with the whole engine; until then they do not bind.
      factorLeadLag: 1,
      factorCluster: 1,
      openInterest: Infinity,
      notionalEntryBook: Infinity,
      notionalExitBook: Infinity,
      notionalPortfolio: sizePortfolio(side, sigma * SQRT_24, PORTFOLIO_BUDGET * counted, [], [], []),
      quarterKelly: Infinity,
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
  const { mean, next } = rates(waters);
  const wait = waters.fundingNext.timeMs - waters.timeMs;
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
      rBar: mean,
      rNext: next,
      phi: FUNDING_PERSISTENCE,
      intervalHours: waters.fundingNext.intervalHours,
      nextFundingHours: wait > 0 ? wait / HOUR_MS : 0,
      borrowPerHour: 0,
    },
    waters.instrument.tiers,
    horizons,
  );
}

/** What moved the numbers, for display and audit. */
export function statistics(waters: Waters, side: number): Statistics {
  const { feed } = waters;
  return {
    sigmaHour: sigmaHour(feed.volatility),
    sigmaSideHour: sigmaSide(feed.volatility, side),
    bandwidth: feed.bollinger.ready ? feed.bollinger.bandwidth : 0,
    bandwidthReference: feed.bollinger.bandwidthReference,
    trendScore: feed.trend,
    stopMultiple: feed.stopMultiple,
    atr: feed.wilder.atrReady ? feed.wilder.atr : 0,
    fundingDay: fundingDay(waters),
    calibration: (side > 0 ? feed.kappa.kappaLong : feed.kappa.kappaShort) / KAPPA_0,
  };
}
