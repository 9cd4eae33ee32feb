import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_WANTED = [20, 19];

/** Ends the process with one line when this Node is too old to run anything here. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_WANTED[0] || (major === NODE_WANTED[0] && minor >= NODE_WANTED[1])) return;
  console.error(
    `plimsoll: expected Node ${NODE_WANTED.join('.')} or later, got ${process.versions.node}; install a newer Node`,
  );
  process.exit(1);
}

/** Installs what the lockfile says unless it is there already. */
export function ensureInstalled() {
  const lockfile = join(ROOT, 'package-lock.json');
  // npm writes this file last, so it is also missing after an installation that was cut short.
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return;
  console.error('Installing dependencies (npm ci), once …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(
    'plimsoll: npm ci failed; its own message stands above. Check the network and run the command again.',
  );
  process.exit(1);
}
