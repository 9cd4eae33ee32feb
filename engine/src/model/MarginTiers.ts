import { EngineError, requireNonNegative, requirePositive } from '../EngineError.ts';

/**
 * One bracket of a venue's maintenance margin: from `minNotional` (quote) to `maxNotional` the requirement is
 * `mmr * notional - cum`. Where `cum` follows the recursion the requirement is continuous and convex, the maximum of
 * the brackets' lines: every formula here rests on that, so validateTiers insists on it.
 */
export type MarginTier = {
  readonly minNotional: number;
  readonly maxNotional: number;
  /** Maintenance margin rate, a fraction. */
  readonly mmr: number;
  readonly maxLeverage: number;
  /** Maintenance amount, quote. */
  readonly cum: number;
};

const CUM_TOLERANCE = 1e-6;

/** Numbers a tier, as `linesOf` lays them out: where it begins, its rate and its deduction. */
export const LINE_NUMBERS = 3;

let packed: readonly MarginTier[] = [];
let lines = new Float64Array(0);

/** The lines of a table's margin one after another, as calculations read them. Valid until another table is asked for. */
export function linesOf(tiers: readonly MarginTier[]): Float64Array {
  if (tiers !== packed) {
    lines = new Float64Array(LINE_NUMBERS * tiers.length);
    for (let k = 0; k < tiers.length; k++) {
      const { minNotional, mmr, cum } = tiers[k]!;
      lines[LINE_NUMBERS * k] = minNotional;
      lines[LINE_NUMBERS * k + 1] = mmr;
      lines[LINE_NUMBERS * k + 2] = cum;
    }
    packed = tiers;
  }
  return lines;
}

/** A venue's table, smallest positions first. */
export type MarginTiers = readonly MarginTier[];

/** Tiers with cum_k = cum_{k-1} + minNotional_k (mmr_k - mmr_{k-1}), cum_0 = 0: for venues that do not publish it. */
export function deriveCum(tiers: readonly Omit<MarginTier, 'cum'>[]): MarginTier[] {
  let cum = 0;
  let previous = tiers[0]?.mmr ?? 0;
  return tiers.map((tier) => {
    cum += tier.minNotional * (tier.mmr - previous);
    previous = tier.mmr;
    const { minNotional, maxNotional, mmr, maxLeverage } = tier;
    return { minNotional, maxNotional, mmr, maxLeverage, cum };
  });
}

/** Together with the largest fee of an instrument less than everything: beyond that no price would liquidate a long. */
const MAX_MMR = 0.98;

function refuse(field: string, expected: string, came: number | string): never {
  throw new EngineError('request', 'invalid-tiers', field, expected, came);
}

/**
 * Refuses a table that does not start at 0, leaves a gap, eases with size, offers a position that is liquidated when
 * it opens (mmr * maxLeverage > 1), or whose `cum` is not that of the recursion.
 *
 * @param isFlat whether the venue's rates hold for the whole notional: there are no amounts to deduct then.
 */
export function validateTiers(tiers: readonly MarginTier[], isFlat = false): void {
  if (tiers.length === 0) refuse('tiers', 'at least one tier', 'none');
  let floor = 0;
  let mmr = 0;
  let maxLeverage = Infinity;
  let cum = 0;
  for (let k = 0; k < tiers.length; k++) {
    const tier = tiers[k] as MarginTier;
    const at = `tiers[${k}].`;
    if (tier.minNotional !== floor)
      refuse(`${at}minNotional`, `${floor}, where the last tier ends`, tier.minNotional);
    requirePositive(`${at}maxNotional`, tier.maxNotional);
    if (!(tier.maxNotional > floor)) refuse(`${at}maxNotional`, `above ${floor}`, tier.maxNotional);
    if (!(tier.mmr > 0 && tier.mmr >= mmr && tier.mmr <= MAX_MMR)) {
      refuse(`${at}mmr`, `above 0, at most ${MAX_MMR} and at least ${mmr}`, tier.mmr);
    }
    if (!(tier.maxLeverage >= 1 && tier.maxLeverage <= maxLeverage)) {
      refuse(`${at}maxLeverage`, `at least 1 and at most ${maxLeverage}`, tier.maxLeverage);
    }
    if (!(tier.mmr * tier.maxLeverage <= 1))
      refuse(`${at}maxLeverage`, `at most 1/${tier.mmr}`, tier.maxLeverage);
    if (k > 0) cum += floor * (tier.mmr - mmr);
    if (isFlat && tier.cum !== 0) refuse(`${at}cum`, '0 where rates are flat', tier.cum);
    const tolerance = isFlat ? Infinity : CUM_TOLERANCE * (cum > 1 ? cum : 1);
    if (!(Math.abs(tier.cum - cum) <= tolerance)) refuse(`${at}cum`, `${cum} (continuous margin)`, tier.cum);
    floor = tier.maxNotional;
    mmr = tier.mmr;
    maxLeverage = tier.maxLeverage;
  }
}

/**
 * Maximum leverage the venue offers at a notional (quote, >= 0). On a shared bound the stricter tier counts; beyond
 * the last tier there is no offer: 0.
 */
export function maxLeverageAt(tiers: readonly MarginTier[], notional: number): number {
  requireNonNegative('notional', notional);
  let offer = 0;
  for (let k = 0; k < tiers.length; k++) {
    const tier = tiers[k] as MarginTier;
    if (notional < tier.minNotional) break;
    offer = notional > tier.maxNotional ? 0 : tier.maxLeverage;
  }
  return offer;
}

/** Maintenance margin (quote) of a notional: the largest of the tiers' lines, and past the last tier its line. */
export function maintenanceMargin(tiers: readonly MarginTier[], notional: number): number {
  if (tiers.length === 0) throw new EngineError('internal', 'no-tiers', 'tiers', 'at least one tier', 'none');
  return marginOf(linesOf(tiers), notional);
}

function marginOf(lines: Float64Array, notional: number): number {
  let most = -Infinity;
  for (let k = 0; k < lines.length; k += LINE_NUMBERS) {
    const margin = lines[k + 1]! * notional - lines[k + 2]!;
    if (margin > most) most = margin;
  }
  return most;
}
