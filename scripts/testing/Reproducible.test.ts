import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildCanister } from '../build-canister.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
/** What the module is made of. */
const SOURCES = [
  'engine',
  'canisters',
  'bench/canister/wrap.mjs',
  'scripts/build-canister.mjs',
  'scripts/canister-source.mjs',
  'scripts/checks.mjs',
  'scripts/installed.mjs',
  'scripts/interpreter',
  'scripts/lowered.mjs',
  'scripts/native',
  'scripts/optimised.mjs',
  'dfx.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

const elsewhere = mkdtempSync(join(tmpdir(), 'plimsoll-clean-build-'));
afterAll(() => {
  rmSync(elsewhere, { recursive: true, force: true });
});

it('a clean build in another folder gives the same module, to the last byte', async () => {
  // With its history, for the module names the commit it is of; and with what is not committed yet.
  execFileSync('git', ['clone', '--quiet', ROOT, elsewhere]);
  for (const source of SOURCES) {
    cpSync(join(ROOT, source), join(elsewhere, source), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'));
  const script = `import { buildCanister } from './scripts/build-canister.mjs';
      console.log(JSON.stringify(await buildCanister()));`;
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: elsewhere,
    encoding: 'utf8',
  });
  const there = JSON.parse(told.trim().split('\n').at(-1)!) as { sha256: string; built: boolean };
  expect(there.built).toBe(true);
  expect((await buildCanister()).sha256).toBe(there.sha256);
}, 300_000);

it('the module of the newest published commit has the published hash', async ({ skip }) => {
  const text = readFileSync(join(ROOT, 'docs', 'deploy.md'), 'utf8');
  const [newest] = text.matchAll(/^\| `([0-9a-f]{40})` \| `([0-9a-f]{64})` \|$/gm);
  const { commit, sha256 } = await buildCanister();
  if (newest![1] !== commit) skip(`the module of ${newest![1]!} is published; this one is of ${commit}`);
  expect(sha256).toBe(newest![2]);
}, 300_000);
