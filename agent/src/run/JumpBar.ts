import type { Severity } from '../journal/Rows.ts';
import type { Jump } from '../observe/Jump.ts';
import type { EntryBars } from './EntryBars.ts';

/** What a person is told of a jump that waits. */
export function jumpText(symbol: string, { barMs, fromPrice, toPrice }: Jump): string {
  const time = new Date(barMs).toISOString().slice(0, 16).replace('T', ' ');
  return `The close of ${symbol} in the bar of ${time} UTC jumped from ${String(fromPrice)} to ${String(toPrice)}: the canister waits for a next bar near it, or for the owner's word (plimsoll confirm prints the link).`;
}

/** While a jump waits nothing is decided, so nothing is entered; the resident stop and the plan's own exits go on. */
export function barByJump(jump: Jump | null, { symbol, bars, say }: JumpBarOptions): void {
  if (jump === null) return bars.lift('price-jump');
  const text = jumpText(symbol, jump);
  bars.set('price-jump', text);
  say('alarm', 'price-jump', text);
}

export interface JumpBarOptions {
  readonly symbol: string;
  readonly bars: EntryBars;
  readonly say: (severity: Severity, code: string, message: string) => void;
}
