/* Compares the engine with a folder of reference vectors: npm run vectors -- [DIR]. The recordings lie in DIR/../data. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ADAPTERS, INPUT_FILES } from './Adapters.ts';
import { createCheck, type Check } from './Check.ts';
import { readFolder } from './Folder.ts';
import { tradeLists } from './TradeLists.ts';
import { VECTORS, loader } from './Vector.ts';

const SHOWN = 5;
const TRADE_TOLERANCE = 1e-10;

let failed = false;

function report(name: string, tolerance: number, run: (check: Check) => void): void {
  const check = createCheck(tolerance);
  try {
    run(check);
  } catch (error) {
    failed = true;
    console.log(`${name.padEnd(40)} FAIL: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  const passed = check.failures.length === 0 && check.compared > 0;
  failed ||= !passed;
  const verdict = passed ? 'pass' : `FAIL (${String(check.failures.length)})`;
  const worst = `worst ${check.worst.toExponential(1)}${check.worst > 0 ? ` at ${check.worstAt}` : ''}`;
  console.log(`${name.padEnd(40)} ${String(check.compared).padStart(6)} compared, ${worst}: ${verdict}`);
  for (const failure of check.failures.slice(0, SHOWN)) console.log(`  ${failure}`);
}

const directory = process.argv[2] ?? VECTORS;
const folder = readFolder(directory);
if ('problem' in folder) {
  console.error(`${folder.problem} Name a folder of vectors: npm run vectors -- DIR`);
  process.exit(2);
}
const data = join(directory, '..', 'data');
const load = loader(directory);
for (const { name, problem } of folder.incomplete) {
  console.log(`${name.padEnd(40)} FAIL: ${problem}`);
  failed = true;
}
for (const name of folder.files) {
  if (INPUT_FILES.includes(name)) continue;
  const adapter = ADAPTERS[name];
  if (adapter === undefined) {
    console.log(`${name.padEnd(40)} FAIL: no comparison is written for it`);
    failed = true;
  } else report(name, adapter.tolerance, (check) => adapter.run(check, load));
}
const lists = tradeLists(directory, data);
for (const { name, run } of lists) report(name, TRADE_TOLERANCE, run);
if (lists.length === 0) {
  const why = existsSync(data) ? 'there are none' : `the recordings are not in ${data}`;
  console.log(`evaluation/: no trade lists compared, ${why}`);
}
process.exitCode = failed ? 1 : 0;
