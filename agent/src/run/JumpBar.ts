import type { Severity } from '../journal/Rows.ts';
import type { Jump } from '../observe/Jump.ts';
import type { PriceText } from '../view/prices.ts';
import type { EntryBars } from './EntryBars.ts';

/** What a person is told of a jump that waits. */
export function jumpText(symbol: string, { barMs, fromPrice, toPrice }: Jump, price: PriceText): string {
  const time = new Date(barMs).toISOString().slice(0, 16).replace('T', ' ');
  return `The close of ${symbol} in the bar of ${time} UTC jumped from ${price(fromPrice)} to ${price(toPrice)}: the canister waits for a next bar near it, or for the owner's word (plimsoll confirm prints the link).`;
}

/** While a jump waits nothing is decided, so nothing is entered; the resident stop and the plan's own exits go on. */
export function barByJump(jump: Jump | null, { symbol, price, bars, say }: JumpBarOptions): void {
  if (jump === null) return bars.lift('price-jump');
  const text = jumpText(symbol, jump, price);
  bars.set('price-jump', text);
  say('alarm', 'price-jump', text);
}

export interface JumpBarOptions {
  readonly symbol: string;
  readonly price: PriceText;
  readonly bars: EntryBars;
  readonly say: (severity: Severity, code: string, message: string) => void;
}
