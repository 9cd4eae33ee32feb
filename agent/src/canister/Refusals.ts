/** How often answers were not accepted, by reason. */
export interface Refusal {
  readonly reason: string;
  readonly count: number;
}

/** Counts since the process began. */
export class Refusals {
  readonly #counts = new Map<string, number>();

  add(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** Most frequent first, then by name. */
  list(): readonly Refusal[] {
    return [...this.#counts]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  }
}
