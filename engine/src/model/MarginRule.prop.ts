import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, real, side, tiers } from '../../test/Arbitrary.ts';
import { capFirstPassage, capTier } from './Leverage.ts';
import {
  liquidationPriceEntryBased,
  liquidationPriceFlat,
  liquidationRoot,
  unreachable,
} from './Liquidation.ts';
import { tiersUnder, type MarginRule } from './MarginRule.ts';
import { maintenanceMargin, maxLeverageAt, type MarginTier } from './MarginTiers.ts';

const rule = fc.record({
  maintenance: fc.constantFrom('tiered', 'flat'),
  basis: fc.constantFrom('mark', 'entry'),
  triggerFee: real(0, 0.002),
}) satisfies fc.Arbitrary<MarginRule>;

const position = fc.record({
  s: side,
  qty: real(10, 100_000),
  entry: real(1, 20),
  /** Wallet over notional at entry. */
  backing: real(0.02, 1.2),
});

/** The rate of the tier that a notional lies in, the stricter one on a bound. */
function rateAt(table: readonly MarginTier[], notional: number): number {
  return table.filter(({ minNotional }) => minNotional <= notional).at(-1)!.mmr;
}

/** The venue's margin at a mark price, word by word as the rule says. */
function marginOf(
  { maintenance, basis }: MarginRule,
  table: readonly MarginTier[],
  qty: number,
  entry: number,
  price: number,
): number {
  const value = qty * (basis === 'entry' ? entry : price);
  return maintenance === 'flat' ? rateAt(table, qty * entry) * value : maintenanceMargin(table, value);
}

/** The first price without cushion, going against the position, by 200 halvings. */
function bisect(s: number, cushion: (price: number) => number): number {
  let safe = s > 0 ? 1e4 : 0;
  let dead = s > 0 ? 0 : 1e4;
  if (cushion(dead) > 0) return dead;
  for (let i = 0; i < 200; i++) {
    const middle = (safe + dead) / 2;
    if (cushion(middle) > 0) safe = middle;
    else dead = middle;
  }
  return dead;
}

describe('a margin rule', () => {
  it('puts liquidation where a bisection on the margin balance finds it, whatever the rule', () => {
    fc.assert(
      fc.property(rule, position, tiers, (venue, { s, qty, entry, backing }, table) => {
        const wallet = backing * qty * entry;
        const read = tiersUnder(venue, table, qty * entry);
        const price = liquidationRoot(s, qty, entry, wallet, venue.triggerFee, read);
        const cushion = (at: number): number =>
          wallet +
          s * qty * (at - entry) -
          marginOf(venue, table, qty, entry, at) -
          venue.triggerFee * qty * at;
        // Liquidated where it opens, or backed by all that it is worth: there is no root to compare.
        if (cushion(entry) <= 0 || price === unreachable(s)) return;
        expect(Math.abs(price - bisect(s, cushion))).toBeLessThan(1e-9 * entry);
      }),
      RUNS,
    );
  });

  it('agrees with the venues’ own formulas: Bybit’s on the value at entry, OKX’s flat rate', () => {
    fc.assert(
      fc.property(position, tiers, real(1, 20), real(0, 0.002), (at, table, leverage, fee) => {
        const { s, qty, entry } = at;
        const notional = qty * entry;
        const margin = notional / leverage;
        const k = table.filter(({ minNotional }) => minNotional <= notional).at(-1)!;
        const entryBased = tiersUnder(
          { maintenance: 'tiered', basis: 'entry', triggerFee: 0 },
          table,
          notional,
        );
        const bybit = { side: s, qty, entry, leverage, mmr: k.mmr, deduction: k.cum, extra: 0 };
        const ours = liquidationRoot(s, qty, entry, margin, 0, entryBased);
        expect(ours).toBeCloseTo(liquidationPriceEntryBased(bybit), 9);
        const flat = tiersUnder({ maintenance: 'flat', basis: 'mark', triggerFee: fee }, table, notional);
        const okx = liquidationPriceFlat(s, qty, entry, margin, k.mmr, fee);
        expect(liquidationRoot(s, qty, entry, margin, fee, flat)).toBeCloseTo(okx, 9);
      }),
      RUNS,
    );
  });

  it('at the leverage that the cap allows has liquidation no nearer than the cap’s barrier', () => {
    fc.assert(
      fc.property(rule, position, tiers, real(0.003, 0.08), (venue, { s, qty, entry }, table, sigma) => {
        const notional = qty * entry;
        const read = tiersUnder(venue, table, notional);
        const terms = { side: s, notional, feeClose: venue.triggerFee, costEntry: 0.0005 };
        const cap = capFirstPassage(terms, read, sigma, 8, 3.9580785505143665);
        if (!(cap > 1 && cap < Infinity)) return;
        const wallet = notional / cap - 0.0005 * notional;
        const price = liquidationRoot(s, qty, entry, wallet, venue.triggerFee, read);
        const barrier = entry * Math.exp(-s * 3.9580785505143665 * sigma * Math.sqrt(8));
        expect(s * (barrier - price)).toBeGreaterThan(-1e-9 * entry);
      }),
      RUNS,
    );
  });

  it('leaves what the venue offers as it is, and Binance’s tiers the very same', () => {
    fc.assert(
      fc.property(rule, tiers, real(1, 5e6), (venue, table, notional) => {
        expect(capTier(tiersUnder(venue, table, notional), notional)).toBe(maxLeverageAt(table, notional));
        expect(tiersUnder(undefined, table, notional)).toBe(table);
        expect(tiersUnder({ maintenance: 'tiered', basis: 'mark', triggerFee: 0 }, table, notional)).toBe(
          table,
        );
      }),
      RUNS,
    );
  });

  it('that is flat asks for no less margin than tiers with amounts to deduct, so leverage is never more', () => {
    fc.assert(
      fc.property(position, tiers, real(0.003, 0.08), ({ s, qty, entry }, table, sigma) => {
        const notional = qty * entry;
        const terms = { side: s, notional, feeClose: 0.0005, costEntry: 0.0005 };
        const cap = (maintenance: MarginRule['maintenance']): number => {
          const venue = { maintenance, basis: 'entry', triggerFee: 0 } as const;
          return capFirstPassage(terms, tiersUnder(venue, table, notional), sigma, 8, 3.96);
        };
        expect(cap('flat')).toBeLessThanOrEqual(cap('tiered') * (1 + 1e-12));
      }),
      RUNS,
    );
  });
});
