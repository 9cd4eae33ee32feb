/** A campaign of bad requests: `node --import tsx --expose-gc localnet/bench/badInput.ts [--count N] [--seed N]`. */
import fc from 'fast-check';
import { badRequests, startTarget } from '../test/BadInput.ts';

const BATCH = 1_000;
const PARALLEL = 8;
/** The heap may differ by this much between the end of the first tenth and the end. */
const FLAT_BYTES = 32 * 1024 * 1024;

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? fallback : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name}: expected a whole number from 1, got ${process.argv[at + 1] ?? 'none'}`);
  return value;
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const [count, seed] = [option('--count', 1_000_000), option('--seed', 1)];
const target = await startTarget();
const before = target.subnet.stateHash();
const statuses = new Map<number, number>();
const startMs = performance.now();
let firstBytes = usedBytes();
let done = 0;
while (done < count) {
  const size = Math.min(BATCH, count - done);
  const batch = fc.sample(badRequests(target), { numRuns: size, seed: seed + done });
  const next = batch.values();
  const worker = async () => {
    for (const bad of next) {
      const { status } = await target.send(bad);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  done += size;
  if (done <= Math.max(BATCH, count / 10)) firstBytes = usedBytes();
}
const seconds = (performance.now() - startMs) / 1000;
const grownBytes = usedBytes() - firstBytes;
const unexpected = [...statuses.keys()].filter((status) => status >= 500 || status === 0);
const isUnchanged = target.subnet.stateHash() === before;
console.log(
  JSON.stringify({
    requests: done,
    seconds: Math.round(seconds),
    statuses: Object.fromEntries([...statuses].sort(([a], [b]) => a - b)),
    failures: target.failures.length,
    grownBytes,
    isUnchanged,
  }),
);
await target.close();
if (!isUnchanged || grownBytes > FLAT_BYTES || unexpected.length > 0 || target.failures.length > 0) {
  console.error('expected no failures, no change and flat memory', target.failures.slice(0, 3));
  process.exitCode = 1;
}
