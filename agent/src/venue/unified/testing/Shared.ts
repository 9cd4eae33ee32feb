import { clientOrderIdOf } from '../../../execute/ClientOrderId.ts';
import type { UnifiedOptions } from '../openUnified.ts';

/** What the offline tests of both venues begin with. */
export const NOW = Date.UTC(2026, 0, 1);
export const ID = clientOrderIdOf({ planId: new Uint8Array(16), role: 'stop', version: 3 });
export const STOP = {
  type: 'stop',
  clientOrderId: ID,
  side: 'sell',
  quantity: 3,
  triggerPrice: 4.5,
} as const;

/** A venue behind a wire of the test's own, with a key that opens nothing. */
export function optionsFor(venue: UnifiedOptions['venue'], baseUrl: string): UnifiedOptions {
  return {
    venue,
    symbol: venue === 'okx' ? 'ICP-USDT-SWAP' : 'ICPUSDT',
    apiKey: `${venue}-key-of-mine`,
    secret: `${venue}-secret-of-mine`,
    passphrase: venue === 'okx' ? 'okx-passphrase-of-mine' : null,
    baseUrl,
  };
}
