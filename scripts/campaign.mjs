import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, requireNode, ROOT } from './install.mjs';

requireNode();
ensureInstalled();

/*
 * What takes longer than `npm test` may: more cases, all recorded bars, mutation. It prints its seed and the commit
 * that was tried, and writes what came of it to docs/campaign.json, which is committed.
 */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
const RESULTS = join(ROOT, 'docs', 'campaign.json');
const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
const prettier = join(ROOT, 'node_modules', '.bin', 'prettier');
const stryker = join(ROOT, 'node_modules', '.bin', 'stryker');
const env = { FC_SEED: String(seed), EXACTNESS_SEED: String(seed), CAMPAIGN_SEED: String(seed) };
const MEMORY = ['scripts/bench.mjs', 'engine', '--memory', '--json'];

const STEPS = {
  properties: { command: vitest, args: ['run', 'engine'], env: { FC_RUNS: '20000' } },
  robustness: {
    command: vitest,
    args: ['run', 'engine/src/Robustness.prop.ts'],
    env: { CAMPAIGN: '1000000' },
  },
  exactness: { command: vitest, args: ['run', 'scripts/exactness'], env: { EXACTNESS_BARS: '50000' } },
  balances: {
    command: vitest,
    args: ['run', 'localnet/src/exchange/Money.prop.ts'],
    env: { MONEY_OPERATIONS: '1000000' },
  },
  'venue-input': {
    command: vitest,
    args: ['run', 'localnet/src/exchange/BadInput.prop.ts'],
    env: { BAD_INPUT_REQUESTS: '1000000' },
  },
  'network-input': {
    command: vitest,
    args: ['run', 'localnet/src/ic/BadInput.prop.ts'],
    env: { BAD_INPUT_REQUESTS: '1000000' },
  },
  'identity-input': {
    command: vitest,
    args: ['run', 'localnet/src/identity/BadInput.prop.ts'],
    env: { BAD_INPUT_REQUESTS: '1000000' },
  },
  'canister-input': {
    command: vitest,
    args: ['run', 'canisters/risk/test/Malformed.prop.ts'],
    env: { CANISTER_MESSAGES: '100000' },
  },
  'canister-ladder': {
    command: vitest,
    args: ['run', 'canisters/risk/test/Ladder.test.ts'],
    env: { LADDER_WHOLE: '1' },
  },
  // The five days around the crash of August 2024, by all that `npm start` starts.
  replay: { command: vitest, args: ['run', 'scripts/demo/Replay.test.ts'], env: { REPLAY_WHOLE: '1' } },
  kills: { command: vitest, args: ['run', 'agent/src/run/Kill.test.ts'], env: { KILL_RUNS: '300' } },
  faults: {
    command: vitest,
    args: ['run', 'agent/src/execute/VenueFaults.test.ts', 'agent/src/run/Storm.test.ts'],
    env: { FAULT_RUNS: '120' },
  },
  // Thirty days of market time beside a running agent: its memory, its journal.
  soak: { command: vitest, args: ['run', 'agent/src/run/Soak.test.ts'], env: { SOAK_DAYS: '30' } },
  // 10,000 owners, 100,000 records: an upgrade keeps every byte and proof, a look costs what it did.
  'canister-scale': {
    command: vitest,
    args: ['run', 'canisters/risk/test/Scale.test.ts'],
    env: { SCALE_OWNERS: '10000', SCALE_RECORDS_EACH: '9', SCALE_DESKS: '1000' },
  },
  // As many owners as one canister takes.
  'canister-owners': {
    command: vitest,
    args: ['run', 'canisters/risk/test/Scale.test.ts'],
    env: { SCALE_OWNERS: '100000', SCALE_RECORDS_EACH: '0', SCALE_DESKS: '20', SCALE_NARROW: '1' },
  },
  // One owner's log: no call slows with its length.
  'canister-log': {
    command: vitest,
    args: ['run', 'canisters/risk/test/LongLog.test.ts'],
    env: { LOG_RECORDS: process.env.LOG_RECORDS ?? '1000000' },
  },
  memory: { command: process.execPath, args: MEMORY, env: {} },
  mutation: { command: stryker, args: ['run'], env: {} },
};

/** What was written so far: by other campaigns too, which may have ended while this one ran. */
function readResults() {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    // The first campaign has no results before it.
    return {};
  }
}

const figuresPath = (name) => join(ROOT, '.plimsoll', `campaign-${name}-figures.json`);

/** What a test wrote to CAMPAIGN_FIGURES, where it measures more than that it passes. */
function measured(name) {
  try {
    return JSON.parse(readFileSync(figuresPath(name), 'utf8'));
  } catch {
    return {};
  }
}

/** The numbers that a step is judged by. */
function figures(name, stdout) {
  if (name === 'memory') return JSON.parse(stdout.slice(stdout.indexOf('{')));
  if (name !== 'mutation') {
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(
      readFileSync(join(ROOT, '.plimsoll', `campaign-${name}.json`), 'utf8'),
    );
    return { passed, failed, ...measured(name) };
  }
  const { files } = JSON.parse(readFileSync(join(ROOT, '.plimsoll', 'mutation.json'), 'utf8'));
  const count = {};
  for (const { mutants } of Object.values(files)) {
    for (const { status } of mutants) count[status] = (count[status] ?? 0) + 1;
  }
  return count;
}

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(STEPS);
const unknown = names.find((name) => !(name in STEPS));
if (unknown !== undefined) {
  console.error(`campaign: expected ${Object.keys(STEPS).join(', ')}, got "${unknown}"`);
  process.exit(2);
}
console.log(`seed ${seed}, commit ${commit}`);
mkdirSync(join(ROOT, '.plimsoll'), { recursive: true });
let isGood = true;
for (const name of names) {
  const { command, args, env: more } = STEPS[name];
  const report =
    command === vitest
      ? ['--reporter=default', '--reporter=json', `--outputFile=.plimsoll/campaign-${name}.json`]
      : [];
  rmSync(figuresPath(name), { force: true });
  const startedMs = Date.now();
  const { status, stdout } = spawnSync(command, [...args, ...report], {
    cwd: ROOT,
    stdio: ['inherit', name === 'memory' ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    env: { ...process.env, ...env, CAMPAIGN_FIGURES: figuresPath(name), ...more },
  });
  const minutes = Math.round((Date.now() - startedMs) / 6_000) / 10;
  const results = readResults();
  const said = figures(name, stdout);
  // Tests that leave themselves out, because what they need is absent, end well and have shown nothing.
  if (said.passed === 0)
    console.error(`campaign: ${name}: expected tests to pass, none did; is ../shared there?`);
  const isShown = status === 0 && said.passed !== 0;
  isGood &&= isShown;
  results[name] = { commit, seed, isGood: isShown, minutes, ...said };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  spawnSync(prettier, ['--log-level', 'warn', '--write', RESULTS], { cwd: ROOT, stdio: 'inherit' });
}
console.log(JSON.stringify(readResults(), null, 2));
process.exit(isGood ? 0 : 1);
