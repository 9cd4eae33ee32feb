import type { BudgetConfig } from '../config/Config.ts';

const DAY_MS = 86_400_000;

/** What the owner sees of the day's budget. */
export interface BudgetView {
  readonly usedToday: number;
  readonly perDay: number;
  /** Estimated from the owner's own figure; null without one. */
  readonly cyclesToday: number | null;
}

/** Counts the canister's updates of one UTC day. What must be told is told all the same; the cadence asks for the rest. */
export class Budget {
  readonly #config: BudgetConfig;
  #day: number;
  #used: number;

  /** @param used updates of this day so far, as after a restart */
  constructor(config: BudgetConfig, nowMs: number, used = 0) {
    this.#config = config;
    this.#day = Math.floor(nowMs / DAY_MS);
    this.#used = used;
  }

  /** Counts `updates` made at this time. */
  spend(nowMs: number, updates: number): void {
    this.#turn(nowMs);
    this.#used += updates;
  }

  isLeft(nowMs: number): boolean {
    this.#turn(nowMs);
    return this.#used < this.#config.updatesPerDay;
  }

  view(nowMs: number): BudgetView {
    this.#turn(nowMs);
    const { updatesPerDay: perDay, cyclesPerUpdate } = this.#config;
    const cyclesToday = cyclesPerUpdate > 0 ? this.#used * cyclesPerUpdate : null;
    return { usedToday: this.#used, perDay, cyclesToday };
  }

  #turn(nowMs: number): void {
    const day = Math.floor(nowMs / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#used = 0;
  }
}
