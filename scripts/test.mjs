import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, requireNode, ROOT } from './install.mjs';

requireNode();
ensureInstalled();

const bin = (name) => join(ROOT, 'node_modules', '.bin', name);
const wanted = process.argv.slice(2);
/** The engine's own tests measure what they cover, with thresholds (package.json); everything else runs beside them. */
const tests =
  wanted.length > 0
    ? [['Tests', bin('vitest'), ['run', ...wanted]]]
    : [
        ['Engine, with its coverage', 'npm', ['run', '--silent', 'coverage']],
        ['Tests', bin('vitest'), ['run', '--exclude', 'engine/**']],
      ];
const steps = [
  ['Types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['Lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['Format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['Canister', process.execPath, ['scripts/build-canister.mjs']],
  ...tests,
];

for (const [name, command, args] of steps) {
  console.log(`\n${name}`);
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\n${name}: failed`);
    process.exit(status ?? 1);
  }
}
