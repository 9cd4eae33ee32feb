/* Compares the engine with the reference vectors: npx tsx engine/test/vectors/run.ts [DIR] */
import { readdirSync } from 'node:fs';
import { ADAPTERS, INPUT_FILES } from './Adapters.ts';
import { createCheck } from './Check.ts';
import { VECTORS, loader } from './Vector.ts';

const SHOWN = 5;
const directory = process.argv[2] ?? VECTORS;
const load = loader(directory);
let failed = false;
for (const name of readdirSync(directory).sort()) {
  if (!name.endsWith('.json') || INPUT_FILES.includes(name)) continue;
  const adapter = ADAPTERS[name];
  if (adapter === undefined) {
    console.log(`${name.padEnd(28)} not run`);
    continue;
  }
  const check = createCheck(adapter.tolerance);
  adapter.run(check, load);
  const passed = check.failures.length === 0 && check.compared > 0;
  failed ||= !passed;
  const worst = check.worst.toExponential(1);
  const verdict = passed ? 'pass' : `FAIL (${check.failures.length})`;
  console.log(
    `${name.padEnd(28)} ${String(check.compared).padStart(6)} compared, worst ${worst} at ${check.worstAt}: ${verdict}`,
  );
  for (const failure of check.failures.slice(0, SHOWN)) console.log(`  ${failure}`);
}
process.exitCode = failed ? 1 : 0;
