import { parseE8 } from '../../market/E8.ts';
import { type MarginTier, parseTiers } from '../../market/MarginTier.ts';
import type { Exchange } from '../Exchange.ts';
import { deleverage, settleContract } from '../ForcedClose.ts';
import { endOrder } from '../Order.ts';
import { type Contract, contractOf, markE8 } from '../Venue.ts';

/** Changes of the venue itself; prices and sizes are decimal text. */
export type VenueFault =
  | { readonly kind: 'frozen-mark'; readonly symbol: string; readonly on: boolean }
  | { readonly kind: 'clock-skew'; readonly skewMs: number }
  | { readonly kind: 'delisting'; readonly symbol: string; readonly stage: 'announced' | 'settled' }
  | {
      readonly kind: 'symbol-rules';
      readonly symbol: string;
      readonly tickSize: string | undefined;
      readonly stepSize: string | undefined;
      readonly minNotional: string | undefined;
    }
  | { readonly kind: 'tiers'; readonly symbol: string; readonly tiers: readonly MarginTier[] }
  | { readonly kind: 'funding-interval'; readonly symbol: string; readonly hours: number }
  | { readonly kind: 'deleveraging'; readonly symbol: string; readonly quantity: string | undefined }
  | { readonly kind: 'socket-drop' }
  | { readonly kind: 'socket-half-open'; readonly on: boolean }
  | { readonly kind: 'book-gap'; readonly times: number }
  | { readonly kind: 'duplicate-events'; readonly times: number };

export const VENUE_FAULT_KINDS: readonly VenueFault['kind'][] = [
  'frozen-mark',
  'clock-skew',
  'delisting',
  'symbol-rules',
  'tiers',
  'funding-interval',
  'deleveraging',
  'socket-drop',
  'socket-half-open',
  'book-gap',
  'duplicate-events',
];

const HOUR_MS = 3_600_000;

/** Reads a margin table of the shapes that a tiers file may have. @throws RecordingError */
export function readTiers(json: unknown, symbol: string): readonly MarginTier[] {
  return parseTiers(json, 'tiers', symbol).at(-1)?.tiers ?? [];
}

/** Lets it happen now, on every account. @throws VenueError -1121 for an unknown symbol; then nothing has changed */
export function applyVenueFault(exchange: Exchange, fault: VenueFault): void {
  switch (fault.kind) {
    case 'clock-skew':
      exchange.clockSkewMs = fault.skewMs;
      return;
    case 'socket-drop':
      exchange.socketFaults.drop();
      return;
    case 'socket-half-open':
      exchange.socketFaults.halfOpen = fault.on;
      return;
    case 'book-gap':
      exchange.socketFaults.depthGaps += fault.times;
      return;
    case 'duplicate-events':
      exchange.socketFaults.duplicates += fault.times;
      return;
    default:
      for (const account of exchange.accounts)
        applyToContract(account, fault, contractOf(account.venue, fault.symbol));
  }
}

function applyToContract(
  { venue }: Exchange,
  fault: Extract<VenueFault, { readonly symbol: string }>,
  contract: Contract,
): void {
  switch (fault.kind) {
    case 'frozen-mark':
      contract.marks.frozenE8 = fault.on ? markE8(contract) : undefined;
      return;
    case 'delisting':
      if (fault.stage === 'settled') return settleContract(venue, contract);
      contract.status = 'SETTLING';
      for (const order of [...venue.book.openOrders.values()]) {
        const opens = order.symbol === fault.symbol && !order.reduceOnly;
        if (opens) endOrder(venue.book, order, 'CANCELED', venue.timeMs);
      }
      return;
    case 'symbol-rules': {
      const { rules } = contract;
      const amount = (text: string | undefined, present: bigint): bigint =>
        (text === undefined ? undefined : parseE8(text)) ?? present;
      contract.rules = {
        ...rules,
        tickE8: amount(fault.tickSize, rules.tickE8),
        stepE8: amount(fault.stepSize, rules.stepE8),
        minNotionalE8: amount(fault.minNotional, rules.minNotionalE8),
      };
      return;
    }
    case 'tiers':
      contract.tiers = fault.tiers;
      contract.tiersFixed = true;
      return;
    case 'funding-interval':
      contract.fundingIntervalMs = fault.hours * HOUR_MS;
      contract.intervalSinceMs = venue.timeMs;
      return;
    case 'deleveraging':
      deleverage(venue, contract, fault.quantity === undefined ? undefined : parseE8(fault.quantity));
  }
}
