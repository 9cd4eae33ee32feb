/* Compares the engine with a folder of reference vectors. */
import { join } from 'node:path';
import { INPUT_FILES } from './Adapters.ts';
import { compareFile } from './Comparison.ts';
import { createCheck, type Check } from './Check.ts';
import { readFolder } from './Folder.ts';
import { tradeLists } from './TradeLists.ts';
import { DATA, VECTORS, loader } from './Vector.ts';

const USAGE = `npm run vectors -- [DIR]   (without DIR: ${VECTORS})

Compares every file of DIR with the engine, one line each: how many numbers, the largest relative error, pass or FAIL.
A parameter that the engine has fixed, or a number that nothing compares, fails by name. Trade lists in DIR/evaluation
are made again on the recordings in DIR/../data, or else on those in ${DATA}; where neither
has them the lists fail as not checked. Exit code: 0 all pass, 1 something fails, 2 nothing to compare.`;

const SHOWN = 5;
const TRADE_TOLERANCE = 1e-10;

let failed = false;

function fail(name: string, why: string): void {
  failed = true;
  console.log(`${name.padEnd(40)} FAIL: ${why}`);
}

function report(name: string, compare: () => Check): void {
  let check: Check;
  try {
    check = compare();
  } catch (error) {
    fail(name, error instanceof Error ? error.message : String(error));
    return;
  }
  const passed = check.failures.length === 0 && check.compared > 0;
  failed ||= !passed;
  const verdict = passed ? 'pass' : `FAIL (${String(check.failures.length)})`;
  const worst = `worst ${check.worst.toExponential(1)}${check.worst > 0 ? ` at ${check.worstAt}` : ''}`;
  console.log(`${name.padEnd(40)} ${String(check.compared).padStart(6)} compared, ${worst}: ${verdict}`);
  for (const failure of check.failures.slice(0, SHOWN)) console.log(`  ${failure}`);
}

const [directory = VECTORS] = process.argv.slice(2);
if (directory === '--help' || directory === '-h') {
  console.log(USAGE);
  process.exit(0);
}
const folder = readFolder(directory);
if ('problem' in folder) {
  console.error(`${folder.problem} Name a folder of vectors: npm run vectors -- DIR`);
  process.exit(2);
}
const load = loader(directory);
for (const { name, problem } of folder.incomplete) fail(name, problem);
for (const name of folder.files) {
  if (!INPUT_FILES.includes(name)) report(name, () => compareFile(name, load));
}
const lists = tradeLists(directory, [join(directory, '..', 'data'), DATA]);
for (const { name, run } of lists) {
  report(name, () => {
    const check = createCheck(TRADE_TOLERANCE);
    run(check);
    return check;
  });
}
if (lists.length === 0) console.log('evaluation/: there are no trade lists');
process.exitCode = failed ? 1 : 0;
