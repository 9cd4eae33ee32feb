import type { Bar, BookSummary } from '@plimsoll/engine';

/** What a venue's streams tell as it happens. Times are the venue's market time unless a name says otherwise. */
export type StreamEvent =
  | {
      readonly kind: 'mark';
      readonly symbol: string;
      readonly timeMs: number;
      readonly markPrice: number;
      readonly fundingRate: number | null;
      readonly fundingMs: number | null;
    }
  /** A bar has closed; it is final. */
  | { readonly kind: 'bar'; readonly symbol: string; readonly bar: Bar }
  /** The price of the bar in progress. */
  | { readonly kind: 'last'; readonly symbol: string; readonly timeMs: number; readonly lastPrice: number }
  | { readonly kind: 'book'; readonly book: BookSummary }
  /** A forced order: `side` is that of the position that was closed. */
  | { readonly kind: 'print'; readonly side: 1 | -1; readonly notionalUsdt: number; readonly timeMs: number }
  /** Something about the account has changed; the venue is asked what. */
  | { readonly kind: 'account'; readonly what: AccountChange }
  /** The connection was lost, or fell silent, and is made again. */
  | { readonly kind: 'lost'; readonly why: string };

export type AccountChange =
  'fill' | 'order' | 'position' | 'settings' | 'margin-call' | 'liquidation' | 'deleveraging';

export interface VenueStream {
  /** Follows the venue until closed. Never throws: what is lost is told and made again. */
  readonly follow: (onEvent: (event: StreamEvent) => void) => void;
  readonly close: () => Promise<void>;
}
