import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, requireNode, ROOT } from './install.mjs';

requireNode();
ensureInstalled();

const bin = (name) => join(ROOT, 'node_modules', '.bin', name);
const wanted = process.argv.slice(2);
/** Options are vitest's own; anything else names what is wanted, and then nothing else is run. */
const isAll = wanted.every((word) => word.startsWith('--'));
const isAboutReports = (word) => /^--(reporter|outputFile)\b/.test(word);
const vitest = (...args) => [bin('vitest'), ['run', ...args]];

/**
 * Rooms whose tests leave the process as it was. So they may share one, in which a module is loaded once and not once a
 * file: half the work of these tests was loading. The others keep secrets in it, or replace its clock or modules, or drive
 * programs for minutes.
 */
const SHARING = [
  'proof/src/',
  'canisters/risk/test/',
  ...['exchange', 'ic', 'market', 'profile', 'wasm'].map((room) => `localnet/src/${room}/`),
  ...['alert', 'canister', 'cli', 'commands', 'config', 'control', 'doctor', 'execute', 'journal'].map(
    (room) => `agent/src/${room}/`,
  ),
  ...['metrics', 'observe', 'receipts', 'signal', 'stream', 'venue', 'venues', 'verify', 'view'].map(
    (room) => `agent/src/${room}/`,
  ),
];

/** What compares times runs by itself: two cores are few, and what else runs on them would be measured, too. */
const TIMED = ['agent/src/run/Overhead.test.ts', 'localnet/bench/Budgets.test.ts'];

/**
 * The engine's tests measure what they cover, with thresholds (package.json). A report that somebody asks for is put
 * together from what all parts leave, so that no test is run twice for it.
 */
function allTests() {
  const reporting = wanted.filter(isAboutReports);
  const options = wanted.filter((word) => !isAboutReports(word));
  const parts = join(ROOT, '.plimsoll', 'reports');
  rmSync(parts, { recursive: true, force: true });
  const leaving = (part) =>
    reporting.length === 0
      ? options
      : [
          ...options,
          '--reporter=default',
          '--reporter=blob',
          `--outputFile.blob=${join(parts, `${part}.json`)}`,
        ];
  const others = [...['engine/', ...SHARING].map((room) => `${room}**`), ...TIMED].flatMap((files) => [
    '--exclude',
    files,
  ]);
  const tests = [
    ['Engine, with its coverage', 'npm', ['run', '--silent', 'coverage', '--', ...leaving('engine')]],
    ['Tests that share processes', ...vitest('--no-isolate', ...SHARING, ...leaving('sharing'))],
    ['Tests with a process each', ...vitest(...others, ...leaving('others'))],
    ['Tests that measure time', ...vitest('--no-file-parallelism', ...TIMED, ...leaving('timed'))],
  ];
  // What the default reporter says has been said by then.
  const wantedReports = reporting.filter((word) => word !== '--reporter=default');
  if (wantedReports.length === 0) return tests;
  return [...tests, ['Report', ...vitest(`--merge-reports=${parts}`, ...wantedReports)]];
}

/** They use one core each. */
const checks = [
  ['Types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['Lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['Format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['Canister', process.execPath, ['scripts/build-canister.mjs']],
];
const AT_ONCE = 2;

/** Runs checks beside each other; each says what it says in one piece. @returns the names of those that failed */
async function together(steps) {
  console.log(`${steps.map(([name]) => name).join(', ')}: ${String(AT_ONCE)} at a time`);
  const failed = [];
  const waiting = [...steps];
  const runNext = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const [name, command, args] = step;
      const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (said += text));
      const [code] = await once(child, 'close');
      console.log(`\n${name}`);
      process.stdout.write(said);
      if (code !== 0) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runNext));
  return failed;
}

const failed = await together(checks);
for (const [name, command, args] of isAll ? allTests() : [['Tests', ...vitest(...wanted)]]) {
  console.log(`\n${name}`);
  if (spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' }).status !== 0) failed.push(name);
}
for (const name of failed) console.error(`\n${name}: failed`);
process.exit(failed.length > 0 ? 1 : 0);
