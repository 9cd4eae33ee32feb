import type { BarCode, EntryBars } from './EntryBars.ts';

/** Whether somebody we depend on answers, and since when not. While silent there is no new risk. */
export class Contact {
  readonly #bars: EntryBars;
  readonly #code: BarCode;
  readonly #alarmMs: number;
  #sinceMs: number | null = null;
  #heardMs: number | null = null;
  #isAlarmed = false;

  /** @param alarmMs after this long the owner is told */
  constructor(bars: EntryBars, code: BarCode, alarmMs: number) {
    this.#bars = bars;
    this.#code = code;
    this.#alarmMs = alarmMs;
  }

  /** How long it has been silent, milliseconds of the steady clock; null while it answers. */
  get silentMs(): number | null {
    return this.#sinceMs === null ? null : performance.now() - this.#sinceMs;
  }

  /** Since it answered last, milliseconds of the steady clock; null before the first time. */
  get agoMs(): number | null {
    return this.#heardMs === null ? null : performance.now() - this.#heardMs;
  }

  /** It gave no answer. @returns whether the silence has just become long enough to alarm the owner */
  lost(why: string): boolean {
    this.#sinceMs ??= performance.now();
    this.#bars.set(this.#code, why);
    if (this.#isAlarmed || (this.silentMs ?? 0) < this.#alarmMs) return false;
    this.#isAlarmed = true;
    return true;
  }

  /** It answered. @returns whether the owner had been alarmed of its silence */
  heard(): boolean {
    const wasAlarmed = this.#isAlarmed;
    this.#heardMs = performance.now();
    this.#sinceMs = null;
    this.#isAlarmed = false;
    this.#bars.lift(this.#code);
    return wasAlarmed;
  }
}
