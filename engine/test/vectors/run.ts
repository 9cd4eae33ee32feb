/* Compares the engine with a folder of reference vectors: npm run vectors -- [DIR]. The recordings lie in DIR/../data. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ADAPTERS, INPUT_FILES } from './Adapters.ts';
import { createCheck, type Check } from './Check.ts';
import { tradeLists } from './TradeLists.ts';
import { VECTORS, loader } from './Vector.ts';

const SHOWN = 5;
const TRADE_TOLERANCE = 1e-10;

let failed = false;

function report(name: string, tolerance: number, run: (check: Check) => void): void {
  const check = createCheck(tolerance);
  run(check);
  const passed = check.failures.length === 0 && check.compared > 0;
  failed ||= !passed;
  const verdict = passed ? 'pass' : `FAIL (${String(check.failures.length)})`;
  const worst = `worst ${check.worst.toExponential(1)}${check.worst > 0 ? ` at ${check.worstAt}` : ''}`;
  console.log(`${name.padEnd(40)} ${String(check.compared).padStart(6)} compared, ${worst}: ${verdict}`);
  for (const failure of check.failures.slice(0, SHOWN)) console.log(`  ${failure}`);
}

const directory = process.argv[2] ?? VECTORS;
if (!existsSync(directory)) {
  console.error(
    `expected a folder of vectors, got ${directory}, which does not exist. Name one: npm run vectors -- DIR`,
  );
  process.exit(2);
}
const data = join(directory, '..', 'data');
const load = loader(directory);
for (const name of readdirSync(directory).sort()) {
  if (!name.endsWith('.json') || INPUT_FILES.includes(name)) continue;
  const adapter = ADAPTERS[name];
  if (adapter === undefined) {
    console.log(`${name.padEnd(40)} FAIL: no comparison is written for it`);
    failed = true;
  } else report(name, adapter.tolerance, (check) => adapter.run(check, load));
}
const lists = tradeLists(directory, data);
for (const { name, run } of lists) report(name, TRADE_TOLERANCE, run);
if (lists.length === 0) {
  console.log(`evaluation/: not run, for it takes trade lists and the recordings in ${data}`);
}
process.exitCode = failed ? 1 : 0;
