import {
  encodeControl,
  encodeObservation,
  encodeReport,
  type Answer,
  type ControlKind,
} from '@plimsoll/engine';
import { AGENT } from './Cast.ts';
import { idOf, lookOf, START_MS, type Market } from './Market.ts';
import type { Risk } from './Risk.ts';

/** A control of one account, or of all where that is null. */
export function controlFrame(
  control: ControlKind,
  number: number,
  account: number | null = null,
): Uint8Array {
  return encodeControl({ id: idOf(number), control, account, market: null });
}

/** A report about the second record, of which the word alone says something. */
export function wordFrame(number: number): Uint8Array {
  return encodeReport({
    id: idOf(number),
    place: { account: 0, market: 0 },
    report: 'execution',
    decision: 1,
    timeMs: START_MS,
    side: 0,
    quantity: 0,
    price: 0,
    code: 'word',
  });
}

/** Has the bar of a market looked at. */
export function lookAt(risk: Risk, market: Market, index: number, sender: Uint8Array = AGENT): Answer {
  return risk.send('observe', encodeObservation(lookOf(market, index)), sender);
}
