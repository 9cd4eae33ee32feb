import type { Instrument } from '@plimsoll/engine';

/** A price as a person is told it. */
export type PriceText = (price: number) => string;

/** The engine carries no more. */
const MOST_DECIMALS = 8;

/** Decimals that a market's prices are told with: those of its tick. */
export function priceDecimals({
  tickNumerator,
  tickDenominator,
}: Pick<Instrument, 'tickNumerator' | 'tickDenominator'>): number {
  let decimals = 0;
  while (decimals < MOST_DECIMALS && (tickNumerator * 10 ** decimals) % tickDenominator !== 0) decimals++;
  return decimals;
}

/**
 * Prices with so many decimals, none left out, so that they stand below one another. A price between two ticks (a mark, a
 * mean of fills, a liquidation price) is rounded to the nearest.
 * @param decimals null while the tick is not known: then all that a price has, up to 6
 */
export function pricesWith(decimals: number | null): PriceText {
  return (price) => (decimals === null ? String(Number(price.toFixed(6))) : price.toFixed(decimals));
}

/** Prices of this market; of one not known yet, as they are. */
export function pricesOf(
  instrument: Pick<Instrument, 'tickNumerator' | 'tickDenominator'> | null,
): PriceText {
  return pricesWith(instrument === null ? null : priceDecimals(instrument));
}
