import { BAR_MS, type Bar, type BookSummary } from '@plimsoll/engine';
import type { StreamEvent } from './VenueStream.ts';

/** What the stream said last of one symbol's mark, and when it was heard by this machine's steady clock. */
export interface HeardMark {
  readonly timeMs: number;
  readonly markPrice: number;
  readonly fundingRate: number | null;
  readonly fundingMs: number | null;
  readonly heardMs: number;
}

/** Forced orders printed, USDT of positions that were long and short. */
export interface Prints {
  readonly longUsdt: number;
  readonly shortUsdt: number;
}

/** Bars kept of each symbol: more than one observation carries. */
const MAX_BARS = 24;

/**
 * The market as the streams have told it so far. Everything in it may be stale: whoever reads it asks how old it is and
 * goes to the venue itself where that is too old.
 */
export class LiveMarket {
  readonly #now: () => number;
  readonly #marks = new Map<string, HeardMark>();
  readonly #bars = new Map<string, Bar[]>();
  #book: { readonly book: BookSummary; readonly heardMs: number } | null = null;
  #long = 0;
  #short = 0;

  /** @param now a steady clock, milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  take(event: StreamEvent): void {
    switch (event.kind) {
      case 'mark':
        this.#marks.set(event.symbol, { ...event, heardMs: this.#now() });
        return;
      case 'bar':
        this.#takeBar(event.symbol, event.bar);
        return;
      case 'book':
        this.#book = { book: event.book, heardMs: this.#now() };
        return;
      case 'print':
        if (event.side > 0) this.#long += event.notionalUsdt;
        else this.#short += event.notionalUsdt;
        return;
      case 'lost':
        // Bars may have closed unheard, and a book may have moved on.
        this.#bars.clear();
        this.#book = null;
    }
  }

  #takeBar(symbol: string, bar: Bar): void {
    const bars = this.#bars.get(symbol) ?? [];
    const last = bars.at(-1);
    // A repeated event replaces what it repeats; after a gap what came before is of no use.
    if (last?.timeMs === bar.timeMs) bars.pop();
    else if (last !== undefined && bar.timeMs !== last.timeMs + BAR_MS) bars.length = 0;
    bars.push(bar);
    if (bars.length > MAX_BARS) bars.shift();
    this.#bars.set(symbol, bars);
  }

  mark(symbol: string): HeardMark | null {
    return this.#marks.get(symbol) ?? null;
  }

  /** The mark, unless it was heard longer ago than this. */
  freshMark(symbol: string, maxAgeMs: number): HeardMark | null {
    const mark = this.mark(symbol);
    return mark !== null && this.#now() - mark.heardMs <= maxAgeMs ? mark : null;
  }

  freshBook(maxAgeMs: number): BookSummary | null {
    const book = this.#book;
    return book !== null && this.#now() - book.heardMs <= maxAgeMs ? book.book : null;
  }

  /** Closed bars that open from `fromMs` to `toMs`, both included; null unless all of them were heard. */
  bars(symbol: string, fromMs: number, toMs: number): readonly Bar[] | null {
    if (toMs < fromMs) return [];
    const bars = (this.#bars.get(symbol) ?? []).filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
    return bars.length === (toMs - fromMs) / BAR_MS + 1 ? bars : null;
  }

  /** Forgets the bars heard of a symbol: the venue says otherwise. */
  distrust(symbol: string): void {
    this.#bars.delete(symbol);
  }

  get prints(): Prints {
    return { longUsdt: this.#long, shortUsdt: this.#short };
  }

  /** These prints have been told. */
  toldPrints({ longUsdt, shortUsdt }: Prints): void {
    this.#long = Math.max(0, this.#long - longUsdt);
    this.#short = Math.max(0, this.#short - shortUsdt);
  }
}
