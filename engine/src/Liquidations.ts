import { KAPPA_0 } from './Feed.ts';
import { tiersOf } from './Instrument.ts';
import { costOfEntry, venueOf } from './Venue.ts';
import type { Waters } from './Waters.ts';
import { exp } from './math/Exp.ts';
import { FAR_DEVIATIONS } from './model/Action.ts';
import { fan, FanMarket, settlementsWithin, type FanRow } from './model/Fan.ts';
import { FUNDING_PERSISTENCE } from './model/Funding.ts';
import { liquidationRoot, MarginedPosition } from './model/Liquidation.ts';
import { maintenanceMargin } from './model/MarginTiers.ts';

/*
 * Where what is held or planned would be liquidated: the prices, how likely the next hours touch them, and the margin that
 * moves them away. Risk model, section 4.
 */

const SQRT_8 = Math.sqrt(8);
const E8 = 100_000_000;
const HOUR_MS = 3_600_000;

/** What the fan is asked about, filled anew for every decision. */
const position = new MarginedPosition();
const market = Object.assign(new FanMarket(), { phi: FUNDING_PERSISTENCE });
const rows: FanRow[] = [];

/** Both liquidation prices of what is held or planned: the venue's, and the one that all caps use. */
export class Liquidations {
  exchange = 0;
  effective = 0;
}

const both = new Liquidations();

/** Of a position of the waters' side; valid until the next. */
export function liquidationsOf(
  waters: Waters,
  quantity: number,
  entryPrice: number,
  walletUsdt: number,
): Liquidations {
  const { side, instrument } = waters;
  const rules = venueOf(instrument);
  const toExchange = rules.exchangeFee;
  const toLeave = rules.effectiveFee;
  const tiers = rules.tiers ?? tiersOf(instrument, quantity * entryPrice);
  both.effective = liquidationRoot(side, quantity, entryPrice, walletUsdt, toLeave, tiers);
  both.exchange =
    toExchange === toLeave
      ? both.effective
      : liquidationRoot(side, quantity, entryPrice, walletUsdt, toExchange, tiers);
  return both;
}

/** The wallet behind a planned entry: its margin less what fee and slippage take at once. */
export function plannedWallet({ instrument }: Waters, notionalUsdt: number, leverage: number): number {
  return notionalUsdt / leverage - notionalUsdt * costOfEntry(instrument);
}

/**
 * The liquidation fan of a position at the given horizons (hours, ascending); valid until the next one.
 *
 * @param liqNow its effective liquidation price as it is, of `liquidationsOf`.
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
  const rules = venueOf(instrument);
  position.fee = rules.effectiveFee;
  market.mark = waters.markPrice;
  market.sigmaSide = waters.sigmaSide;
  market.sigmaHour = waters.sigma;
  market.rBar = waters.fundingMean;
  market.rNext = waters.fundingNext;
  market.intervalHours = waters.fundingIntervalHours;
  market.nextFundingHours = waters.msToFunding / HOUR_MS;
  const tiers = rules.tiers ?? tiersOf(instrument, quantity * entryPrice);
  return fan(position, market, tiers, horizons, rows, liqNow);
}

/**
 * Whether nothing within `hours` makes the liquidation price likely enough to act upon, told without the fan. A sufficient
 * test: every forecast rate lies between the mean and the next one, so no horizon's funding takes more than all
 * settlements at the worse of the two, that moves the price by no more than under the strictest tier, and a fraction of
 * price is never more than its logarithm. `false` says nothing.
 *
 * @param liqNow the effective liquidation price as it is, of `liquidationsOf`.
 */
export function isLiquidationFar(
  waters: Waters,
  quantity: number,
  walletUsdt: number,
  hours: number,
  liqNow: number,
): boolean {
  const { side, instrument, markPrice, sigmaSide, fundingIntervalHours } = waters;
  const mean = side * waters.fundingMean;
  const next = side * waters.fundingNext;
  const rate = mean > next ? mean : next;
  let nearest = liqNow;
  if (rate > 0) {
    const settlements = settlementsWithin(hours, waters.msToFunding / HOUR_MS, fundingIntervalHours);
    const paid = settlements * rate * markPrice;
    if (!(walletUsdt > paid * quantity)) return false;
    nearest += side > 0 ? paid * venueOf(instrument).steepest : -paid;
    if (!(nearest > 0)) return false;
  }
  const distance = side > 0 ? 1 - nearest / markPrice : 1 - markPrice / nearest;
  return sigmaSide > 0 && distance >= FAR_DEVIATIONS * sigmaSide * Math.sqrt(hours);
}

/**
 * Margin (quote) that, added now, brings the probability of touching the liquidation price within 8 h below 0.5 %;
 * 0 where it is already. Margin at the barrier price must cover maintenance and fee there, after the worst funding
 * expected by then, and a wallet that funding uses up must not be empty: a position without one is liquidated at any
 * price. Rounded up.
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
    if (row.hours <= 8 && row.walletLeast < wallet) wallet = row.walletLeast;
  }
  const barrier = markPrice * exp(-side * KAPPA_0 * waters.sigmaSide * SQRT_8);
  const notional = quantity * barrier;
  const rules = venueOf(instrument);
  const needed =
    maintenanceMargin(rules.tiers ?? tiersOf(instrument, quantity * entryPrice), notional) +
    rules.effectiveFee * notional -
    side * quantity * (barrier - entryPrice);
  if (!(needed > wallet || wallet <= 0)) return 0;
  const missing = needed > 0 ? needed - wallet : -wallet;
  return (Math.floor(missing * E8) + 1) / E8;
}
