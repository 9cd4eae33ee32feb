import type { AdapterState } from './Directory.ts';

/** A figure, where it is from and when. `value` null: the venue, or ccxt, does not tell it. */
export interface Figure {
  readonly value: number | null;
  /** The call of ccxt it comes from. */
  readonly source: string;
  /** Wall time at which the answer was there. */
  readonly readMs: number;
}

/** Fractions of mid within which the book is summed. */
export const BANDS = [0.001, 0.005, 0.01, 0.02] as const;

/** Resting notional within a band on each side, USDT. */
export interface BandDepth {
  readonly within: number;
  readonly bids: Figure;
  readonly asks: Figure;
  /** The levels that the venue showed end inside the band: there is at least so much. */
  readonly isAtLeast: boolean;
}

/** Protective orders, as ccxt's `has` and `features` describe the venue; null is not told. */
export interface Protection {
  /** A market order that a price sets off. */
  readonly stopMarket: boolean | null;
  /** Set off by the mark price, which one trade cannot move. */
  readonly byMark: boolean | null;
  readonly reduceOnly: boolean | null;
  readonly takeProfit: boolean | null;
  /** Stop and take-profit sent along with the entry. */
  readonly attached: boolean | null;
  readonly trailing: boolean | null;
}

export interface VenueReading {
  readonly venue: string;
  readonly outcome: 'read';
  /** ccxt's symbol of the perpetual. */
  readonly symbol: string;
  readonly adapter: AdapterState;
  readonly midPrice: Figure;
  /** Fraction of mid. */
  readonly spread: Figure;
  readonly depth: readonly BandDepth[];
  /**
   * Average slippage, a fraction of mid, of entering with the owner's size, and of leaving through half of the book;
   * null where the levels shown do not suffice.
   */
  readonly entrySlip: Figure;
  readonly exitSlip: Figure;
  /** Fractions of notional, of the venue's first tier. */
  readonly takerFee: Figure;
  readonly makerFee: Figure;
  /** Of the interval that runs; paid by longs when positive. */
  readonly fundingRate: Figure;
  readonly fundingHours: Figure;
  readonly openInterestUsdt: Figure;
  /** Median time of a public call from this machine, milliseconds. */
  readonly latencyMs: Figure;
  readonly protection: Protection;
}

/** A venue that gave no figures, and why. */
export interface VenueAbsence {
  readonly venue: string;
  readonly outcome: 'unreachable' | 'not-listed';
  readonly adapter: AdapterState;
  readonly problem: string;
  readonly readMs: number;
}

export type VenueLine = VenueReading | VenueAbsence;
