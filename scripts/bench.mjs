import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, requireNode, ROOT } from './install.mjs';

requireNode();
ensureInstalled();

const FOLDER = join(ROOT, 'bench');
/** A bench is a file of `bench/` that starts with a small letter; what it is made of starts with a capital. */
const names = readdirSync(FOLDER)
  .filter((file) => /^[a-z].*\.ts$/.test(file) && !/\.(test|prop)\.ts$/.test(file))
  .map((file) => file.replace(/\.ts$/, ''));
const [wanted, ...args] = process.argv.slice(2);
const chosen = wanted === undefined || wanted.startsWith('-') ? names : [wanted];
const rest = wanted?.startsWith('-') ? [wanted, ...args] : args;

for (const name of chosen) {
  const file = join(FOLDER, `${name}.ts`);
  if (!existsSync(file)) {
    console.error(
      `bench: expected one of ${names.join(', ')}, got "${name}"; npm run bench -- NAME [--json]`,
    );
    process.exit(2);
  }
  if (chosen.length > 1) console.log(`\n${name}`);
  const { status } = spawnSync(
    process.execPath,
    ['--stack-size=7600', '--expose-gc', '--import', 'tsx', file, ...rest],
    {
      cwd: ROOT,
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}
