import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, requireNode, ROOT } from './install.mjs';

requireNode();
ensureInstalled();

const bin = (name) => join(ROOT, 'node_modules', '.bin', name);
const wanted = process.argv.slice(2);
/** Options are vitest's own; anything else names what is wanted, and then nothing else is run. */
const isAll = wanted.every((word) => word.startsWith('--'));
/** The engine's tests measure what they cover, with thresholds (package.json); everything else runs beside them. */
const coverage = ['Engine, with its coverage', 'npm', ['run', '--silent', 'coverage']];
const tests = isAll
  ? // A report that somebody asks for is to have them all.
    [
      coverage,
      ['Tests', bin('vitest'), ['run', ...(wanted.length > 0 ? wanted : ['--exclude', 'engine/**'])]],
    ]
  : [['Tests', bin('vitest'), ['run', ...wanted]]];
const steps = [
  ['Types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['Lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['Format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['Canister', process.execPath, ['scripts/build-canister.mjs']],
  ...tests,
];

const failed = steps.filter(([name, command, args]) => {
  console.log(`\n${name}`);
  return spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' }).status !== 0;
});
for (const [name] of failed) console.error(`\n${name}: failed`);
process.exit(failed.length > 0 ? 1 : 0);
