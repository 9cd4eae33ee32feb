/** Times of one thing done many times, in milliseconds. */
export interface Sample {
  readonly p50: number;
  readonly p95: number;
}

/** Order statistics of times. Throws `RangeError` for none. */
export function sampleOf(timesMs: readonly number[]): Sample {
  if (timesMs.length === 0) throw new RangeError('expected at least one time, got none');
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

/** Times each task `rounds` times in turn, so that a busy machine disturbs all alike; the first rounds do not count. */
export async function interleaved(
  tasks: readonly (() => Promise<unknown>)[],
  rounds: number,
  warmUp: number,
): Promise<Sample[]> {
  const times = tasks.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [i, task] of tasks.entries()) {
      const startMs = performance.now();
      await task();
      if (round >= 0) times[i]?.push(performance.now() - startMs);
    }
  }
  return times.map(sampleOf);
}
