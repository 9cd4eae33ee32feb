import { KIND } from './ic/Execution.ts';
import type { LocalSubnet } from './ic/LocalSubnet.ts';

/** Instructions of the messages of one method, exact. */
export interface InstructionStatistics {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Counts instructions per update method, so that a demonstration can say what its calls cost. */
export class InstructionMeter {
  readonly #counts = new Map<string, number[]>();

  constructor(subnet: LocalSubnet) {
    subnet.onExecuted(({ kind, entry, instructions }) => {
      if (kind !== KIND.update) return;
      const counts = this.#counts.get(entry);
      if (counts === undefined) this.#counts.set(entry, [Number(instructions)]);
      else counts.push(Number(instructions));
    });
  }

  /** Zeros for a method that never ran. */
  of(method: string): InstructionStatistics {
    const sorted = [...(this.#counts.get(method) ?? [])].sort((a, b) => a - b);
    return {
      count: sorted.length,
      min: sorted[0] ?? 0,
      median: sorted[Math.floor(sorted.length / 2)] ?? 0,
      max: sorted.at(-1) ?? 0,
    };
  }

  /** Every method that ran. */
  all(): Record<string, InstructionStatistics> {
    return Object.fromEntries([...this.#counts.keys()].sort().map((method) => [method, this.of(method)]));
  }
}
