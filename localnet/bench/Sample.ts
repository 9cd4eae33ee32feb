/** Times of one thing done many times, in milliseconds. */
export interface Sample {
  /** A tenth took less: what the thing takes while the machine is not busy with something else. */
  readonly p10: number;
  readonly p50: number;
  readonly p95: number;
}

/** Order statistics of times. Throws `RangeError` for none. */
export function sampleOf(timesMs: readonly number[]): Sample {
  if (timesMs.length === 0) throw new RangeError('expected at least one time, got none');
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { p10: at(0.1), p50: at(0.5), p95: at(0.95) };
}

type Tasks = Readonly<Record<string, (round: number) => Promise<unknown>>>;

/** Times each task `rounds` times in turn, so that a busy machine disturbs all alike; a quarter more go before. */
export async function interleaved<T extends Tasks>(
  tasks: T,
  rounds: number,
): Promise<Record<keyof T, Sample>> {
  const times = new Map<string, number[]>(Object.keys(tasks).map((name) => [name, []]));
  for (let round = -Math.ceil(rounds / 4); round < rounds; round++) {
    for (const [name, task] of Object.entries(tasks)) {
      const startMs = performance.now();
      await task(round);
      if (round >= 0) times.get(name)?.push(performance.now() - startMs);
    }
  }
  const samples = [...times].map(([name, list]) => [name, sampleOf(list)]);
  return Object.fromEntries(samples) as Record<keyof T, Sample>;
}
