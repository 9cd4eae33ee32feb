import { maintenanceMargin, maxLeverageAt, type MarginTier } from './MarginTiers.ts';

/*
 * How a venue reckons the maintenance margin of an isolated position. Without a rule it is Binance's: each tier's rate on
 * its own part of the value at mark, no fee in the trigger. Risk model, 4.1 ("other venues").
 */
export interface MarginRule {
  /** `tiered`: rates of the tiers on their parts; `flat`: the rate of the tier of the value at entry, on all of it. */
  readonly maintenance: 'tiered' | 'flat';
  /** The value that the margin is counted on: at mark, or at entry, where it never changes. */
  readonly basis: 'mark' | 'entry';
  /** Closing fee that the venue itself counts into the trigger, a fraction of the notional at mark. */
  readonly triggerFee: number;
}

/** The tier of a notional: on a shared bound the stricter one, past the last the last. */
function tierAt(tiers: readonly MarginTier[], notional: number): MarginTier {
  let tier = tiers[0]!;
  for (let k = 1; k < tiers.length; k++) if (notional >= tiers[k]!.minNotional) tier = tiers[k]!;
  return tier;
}

/**
 * The tiers that the formulas of liquidation and leverage must read for a position of this notional at entry (quote,
 * >= 0) to give the venue's numbers: under another rule than the usual one a single line, since the rate or the whole
 * margin is fixed at entry then. Tiers must have passed `validateTiers`.
 */
export function tiersUnder(
  rule: MarginRule | undefined,
  tiers: readonly MarginTier[],
  notional: number,
): readonly MarginTier[] {
  if (rule === undefined) return tiers;
  const { maintenance, basis } = rule;
  if (maintenance === 'tiered' && basis === 'mark') return tiers;
  const { mmr } = tierAt(tiers, notional);
  const maxLeverage = maxLeverageAt(tiers, notional);
  const tier = { minNotional: 0, maxNotional: Infinity, maxLeverage };
  if (basis === 'mark') return [{ ...tier, mmr, cum: 0 }];
  // + 0: no margin at all is 0, not -0.
  const cum = -(maintenance === 'flat' ? mmr * notional : maintenanceMargin(tiers, notional)) + 0;
  return [{ ...tier, mmr: 0, cum }];
}
