import { effectiveFee, exchangeFee, type Instrument } from './Instrument.ts';
import type { MarginTier } from './model/MarginTiers.ts';

/** Fee and slippage of an entry at the market, fraction of the notional (risk model, 3.3). */
const COST_ENTRY = 0.0005;

/**
 * Fees and tiers of the instrument at hand. Most have no rule of their own, and to ask an object for what it does not have
 * is dear in the canister's interpreter.
 */
export class Venue {
  instrument: Instrument | null = null;
  exchangeFee = 0;
  effectiveFee = 0;
  /** null where they depend on the position's notional. */
  tiers: readonly MarginTier[] | null = null;
  /** What a unit of wallet per base unit moves a long's liquidation price by at most; a short's moves by less than itself. */
  steepest = 1;
}

const venue = new Venue();

/** Valid until another instrument is at hand. */
export function venueOf(instrument: Instrument): Venue {
  if (venue.instrument !== instrument) {
    venue.instrument = instrument;
    venue.exchangeFee = exchangeFee(instrument);
    venue.effectiveFee = effectiveFee(instrument);
    venue.tiers = instrument.margin === undefined ? instrument.tiers : null;
    // Rates rise with the tiers. A last one that asks for everything leaves no bound.
    const rest = 1 - instrument.tiers[instrument.tiers.length - 1]!.mmr - venue.effectiveFee;
    venue.steepest = rest > 0 ? 1 / rest : Infinity;
  }
  return venue;
}

/** What an entry takes from the margin at once, fraction of the notional: fee and slippage, never less than the fee. */
export function costOfEntry({ takerFee }: Instrument): number {
  return takerFee > COST_ENTRY ? takerFee : COST_ENTRY;
}
