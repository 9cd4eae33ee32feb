/** Where the subnet takes its time from. */
export interface Clock {
  /** Nanoseconds since the epoch. */
  nowNs(): bigint;
}

/** The machine's wall clock. */
export const wallClock: Clock = {
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
};

/** Follows whatever tells whole milliseconds since the epoch. */
export function clockOfMs(nowMs: () => number): Clock {
  return { nowNs: () => BigInt(nowMs()) * 1_000_000n };
}

/** A clock that stands still until it is told otherwise. */
export class ManualClock implements Clock {
  #nowNs: bigint;

  /** @param startMs milliseconds since the epoch. */
  constructor(startMs: number) {
    this.#nowNs = BigInt(startMs) * 1_000_000n;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  /** Moves to a time in milliseconds since the epoch; the subnet's time never goes back even if this does. */
  setMs(timeMs: number): void {
    this.#nowNs = BigInt(timeMs) * 1_000_000n;
  }

  advanceMs(durationMs: number): void {
    this.#nowNs += BigInt(durationMs) * 1_000_000n;
  }
}
