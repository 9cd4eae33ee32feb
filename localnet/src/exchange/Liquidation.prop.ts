import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultTiers } from '../market/DefaultTiers.ts';
import { ONE_E8, toNumber } from '../market/E8.ts';
import { type MarginTier, tiersAt } from '../market/MarginTier.ts';
import { bankruptcyPriceE8, liquidationPriceE8, maintenanceMarginE8 } from './Liquidation.ts';
import { initialMarginE8 } from './Margin.ts';
import { notionalE8, type Position, unrealizedE8 } from './Position.ts';

const ICP = tiersAt(defaultTiers('ICPUSDT'), Date.UTC(2024, 7, 5));
const ETH = tiersAt(defaultTiers('ETHUSDT'), Date.UTC(2024, 7, 5));

function open(quantity: number, entry: number, leverage: number): Position {
  const entryCostE8 = BigInt(Math.abs(quantity)) * BigInt(entry) * ONE_E8;
  return {
    quantityE8: BigInt(quantity) * ONE_E8,
    entryCostE8,
    isolatedWalletE8: initialMarginE8(entryCostE8, leverage),
    updatedMs: 0,
  };
}

/** Whether margin balance no longer exceeds maintenance margin at a price. */
function isLiquidated(position: Position, tiers: readonly MarginTier[], priceE8: bigint): boolean {
  const balanceE8 = position.isolatedWalletE8 + unrealizedE8(position, priceE8);
  return balanceE8 <= maintenanceMarginE8(tiers, notionalE8(position, priceE8));
}

/** First liquidated price going down for a long, up for a short, by bisection on whole e8. */
function bisect(position: Position, tiers: readonly MarginTier[], safeE8: bigint, deadE8: bigint): bigint {
  let [safe, dead] = [safeE8, deadE8];
  while (safe - dead > 1n || dead - safe > 1n) {
    const middle = (safe + dead) / 2n;
    if (isLiquidated(position, tiers, middle)) dead = middle;
    else safe = middle;
  }
  return dead;
}

describe('the liquidation price', () => {
  test.each([
    ['ICP 100 @ 5, 5x long', open(100, 5, 5), ICP, 4.0404],
    ['ICP 3000 @ 5, 10x short', open(-3000, 5, 10), ICP, 5.3902],
    ['ETH 10 @ 3000, 20x long', open(10, 3000, 20), ETH, 2861.45],
    ['ETH 500 @ 3000, 20x short', open(-500, 3000, 20), ETH, 3131.55],
  ])('of %s is the one worked out elsewhere', (_, position, tiers, expected) => {
    const price = toNumber(liquidationPriceE8(position, position.isolatedWalletE8, tiers));
    expect(Math.abs(price / expected - 1)).toBeLessThan(1e-5);
  });

  test('is where margin balance meets maintenance margin, within what e8 can resolve', () => {
    const positions = fc.record({
      quantity: fc.integer({ min: 1, max: 400_000 }),
      long: fc.boolean(),
      entry: fc.integer({ min: 2, max: 40 }),
      leverage: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(positions, ({ quantity, long, entry, leverage }) => {
        const position = open(long ? quantity : -quantity, entry, leverage);
        const entryE8 = BigInt(entry) * ONE_E8;
        fc.pre(!isLiquidated(position, ICP, entryE8));
        const priceE8 = liquidationPriceE8(position, position.isolatedWalletE8, ICP);
        const deadE8 = long ? 0n : entryE8 * 20n;
        if (long && priceE8 === 0n) {
          expect(isLiquidated(position, ICP, 1000n)).toBe(false);
          return;
        }
        const found = bisect(position, ICP, entryE8, deadE8);
        const difference = priceE8 - found;
        // Balance and maintenance are each rounded by a unit of 1e-8 USDT, worth less than that per unit of quantity.
        expect(difference >= -4n && difference <= 4n).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('lies on the trader’s side of bankruptcy and nearer with less collateral', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.boolean(),
        fc.integer({ min: 2, max: 10 }),
        (size, long, leverage) => {
          const position = open(long ? size : -size, 10, leverage);
          const wallet = position.isolatedWalletE8;
          const priceE8 = liquidationPriceE8(position, wallet, ICP);
          const poorerE8 = liquidationPriceE8(position, wallet - wallet / 10n, ICP);
          const bankruptE8 = bankruptcyPriceE8(position, wallet);
          expect(long ? priceE8 > bankruptE8 : priceE8 < bankruptE8).toBe(true);
          expect(long ? poorerE8 > priceE8 : poorerE8 < priceE8).toBe(true);
        },
      ),
    );
  });

  test('does not exist for a flat position, nor for a long backed by its whole cost', () => {
    expect(liquidationPriceE8(open(0, 10, 1), 0n, ICP)).toBe(0n);
    const unlevered = open(10, 10, 1);
    expect(liquidationPriceE8(unlevered, unlevered.isolatedWalletE8, ICP)).toBe(0n);
  });
});
