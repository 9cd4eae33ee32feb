/** What stands between a plan and its entry. Each has a code of its own and is lifted by whoever put it there. */
export type BarCode =
  | 'starting'
  | 'unhealthy'
  | 'advisory'
  | 'halted'
  | 'canister-silent'
  | 'venue-silent'
  | 'settings-differ'
  | 'liquidation-disagrees'
  | 'price-jump'
  | 'not-trading'
  | 'contract-changed'
  | 'clock-drift'
  | 'key-refused'
  | 'key-unfit'
  | 'no-grant'
  | 'second-agent'
  | 'stopping';

/** Unknown is not safe: while any of these stands there is no new risk. Exits never ask. */
export class EntryBars {
  readonly #bars = new Map<BarCode, string>();

  set(code: BarCode, message: string): void {
    this.#bars.set(code, message);
  }

  lift(code: BarCode): void {
    this.#bars.delete(code);
  }

  /** Puts up or lifts. */
  toggle(code: BarCode, isUp: boolean, message: string): void {
    if (isUp) this.set(code, message);
    else this.lift(code);
  }

  has(code: BarCode): boolean {
    return this.#bars.has(code);
  }

  /** The first one put up, null when there is none. */
  get first(): string | null {
    return this.list()[0]?.message ?? null;
  }

  list(): readonly { readonly code: BarCode; readonly message: string }[] {
    return [...this.#bars].map(([code, message]) => ({ code, message }));
  }
}
