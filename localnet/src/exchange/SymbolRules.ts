import { formatE8, multiplyDown, multiplyUp, ONE_E8, parseE8 } from '../market/E8.ts';
import type { Side } from './Position.ts';
import { refusals } from './VenueError.ts';

/** The venue's filters for one perpetual. */
export interface SymbolRules {
  readonly symbol: string;
  readonly baseAsset: string;
  readonly tickE8: bigint;
  readonly stepE8: bigint;
  readonly minNotionalE8: bigint;
  readonly maxQuantityE8: bigint;
}

export const QUOTE_ASSET = 'USDT';
/** Open orders of a symbol, and open conditional orders of all symbols together. */
export const MAX_OPEN_ORDERS = 200;
/** How far a price may lie on the taker's side of mark (PERCENT_PRICE), and mark and last apart under `priceProtect`. */
export const PERCENT_PRICE_E8 = 15_000_000n;
export const TRIGGER_PROTECT_E8 = 15_000_000n;
/** The venue's fee on what it liquidates. */
export const LIQUIDATION_FEE_E8 = 1_250_000n;

const KNOWN: readonly SymbolRules[] = [
  {
    symbol: 'ICPUSDT',
    baseAsset: 'ICP',
    tickE8: ONE_E8 / 1000n,
    stepE8: ONE_E8,
    minNotionalE8: 5n * ONE_E8,
    maxQuantityE8: 1_000_000n * ONE_E8,
  },
  {
    symbol: 'ETHUSDT',
    baseAsset: 'ETH',
    tickE8: ONE_E8 / 100n,
    stepE8: ONE_E8 / 1000n,
    minNotionalE8: 20n * ONE_E8,
    maxQuantityE8: 10_000n * ONE_E8,
  },
];

/** Filters of a symbol; a symbol not known here trades by ICPUSDT's. @throws RangeError when it is not quoted in USDT. */
export function rulesOf(symbol: string): SymbolRules {
  const known = KNOWN.find((rules) => rules.symbol === symbol);
  if (known !== undefined) return known;
  const baseAsset = /^([A-Z0-9]{1,20})USDT$/.exec(symbol)?.[1];
  const [fallback] = KNOWN;
  if (baseAsset === undefined || fallback === undefined) {
    throw new RangeError(
      `expected a symbol quoted in USDT such as ICPUSDT, got "${symbol}"; name the perpetual's id`,
    );
  }
  return { ...fallback, symbol, baseAsset };
}

/** Price text on the tick grid. @throws VenueError -1102, -1111, -4001, -4014 */
export function checkedPrice(rules: SymbolRules, text: string, name: string): bigint {
  if (parseE8(text, 'truncate') === undefined) throw refusals.missing(name);
  const priceE8 = parseE8(text);
  if (priceE8 === undefined) throw refusals.precision();
  if (priceE8 <= 0n) throw refusals.priceTooSmall();
  if (priceE8 % rules.tickE8 !== 0n) throw refusals.tick();
  return priceE8;
}

/** Quantity text on the step grid. @throws VenueError -1102, -1111, -4003, -4005 */
export function checkedQuantity(rules: SymbolRules, text: string): bigint {
  if (parseE8(text, 'truncate') === undefined) throw refusals.missing('quantity');
  const quantityE8 = parseE8(text);
  if (quantityE8 === undefined || quantityE8 % rules.stepE8 !== 0n) throw refusals.precision();
  if (quantityE8 <= 0n) throw refusals.quantityTooSmall();
  if (quantityE8 > rules.maxQuantityE8) throw refusals.quantityTooLarge();
  return quantityE8;
}

/** Refuses a limit price too far on the taker's side of mark (PERCENT_PRICE). @throws VenueError -4016, -4024 */
export function requirePercentPrice(side: Side, priceE8: bigint, markE8: bigint): void {
  const [highestE8, lowestE8] = percentBoundsE8(markE8);
  if (side === 'BUY' && priceE8 > highestE8) throw refusals.priceTooHigh(formatE8(highestE8));
  if (side === 'SELL' && priceE8 < lowestE8) throw refusals.priceTooLow(formatE8(lowestE8));
}

/** Highest price a buyer and lowest price a seller may trade at. */
export function percentBoundsE8(markE8: bigint): readonly [highestE8: bigint, lowestE8: bigint] {
  return [multiplyDown(markE8, ONE_E8 + PERCENT_PRICE_E8), multiplyUp(markE8, ONE_E8 - PERCENT_PRICE_E8)];
}

/** Refuses an order below the smallest notional. @throws VenueError -4164 */
export function requireMinNotional(rules: SymbolRules, quantityE8: bigint, priceE8: bigint): void {
  if (multiplyDown(quantityE8, priceE8) < rules.minNotionalE8)
    throw refusals.minNotional(formatE8(rules.minNotionalE8));
}
