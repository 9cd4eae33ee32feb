import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { buildCanister, type CanisterBuild } from '../../../scripts/build-canister.mjs';
import { hasIcp, IcpCommand } from './IcpCommand.ts';
import { startReplica, type Replica } from './Replica.ts';
import { witnessCanister } from './WitnessCanister.ts';

/** The icp CLI, unmodified, with the repository's `icp.yaml`: the life of the risk canister from birth to death. */

/** What the commands below spend, generously. */
const CYCLES_NEEDED = 5_000_000_000_000n;

let net: Replica;
let icp: IcpCommand;
let build: CanisterBuild;
let canPay: boolean;

if (!hasIcp)
  console.warn('Skipped: expected the icp command among the installed packages; it comes for Linux on x64.');

beforeAll(async () => {
  if (!hasIcp) return;
  build = await buildCanister();
  net = await startReplica();
  const { IC_URL, IC_IDENTITY_PEM: pem } = process.env;
  icp = await IcpCommand.start(net.url, net.rootKey, pem);
  if (IC_URL !== undefined && pem === undefined) {
    // Networks that `icp network start` begins let the anonymous principal give away cycles.
    const { stdout: principal } = await icp.run('identity', 'principal');
    const gift = String(2n * CYCLES_NEEDED);
    await icp.attempt('cycles', 'transfer', gift, principal.trim(), '--identity', 'anonymous');
  }
  const { stdout } = await icp.attempt('cycles', 'balance');
  canPay = BigInt(/Balance: ([\d_]+)/.exec(stdout)?.[1]?.replaceAll('_', '') ?? 0) >= CYCLES_NEEDED;
});
afterAll(async () => {
  await icp?.close();
  await net?.close();
});

function needsCycles(context: TestContext): void {
  context.skip(!canPay, 'name a key whose cycles-ledger account holds 5 T cycles in IC_IDENTITY_PEM');
}

const status = async (): Promise<Record<string, unknown>> =>
  JSON.parse((await icp.run('canister', 'status', 'risk', '--json')).stdout) as Record<string, unknown>;

describe.skipIf(!hasIcp)('the icp command', () => {
  it('deploys the risk canister by the repository’s icp.yaml, twice', async (context) => {
    needsCycles(context);
    const first = await icp.run('deploy');
    await icp.run('canister', 'stop', 'risk');
    await icp.run('canister', 'delete', 'risk');
    const second = await icp.run('deploy');
    expect(await status()).toMatchObject({ status: 'Running', module_hash: `0x${build.sha256}` });
    // Reported alone: how long it takes depends on what else the machine does. `npm run bench -- localnet` has the budget.
    console.log(`icp deploy: ${Math.round(Math.min(first.durationMs, second.durationMs))} ms`);
  });

  it('calls it by the types of its own interface', async (context) => {
    needsCycles(context);
    const { stdout } = await icp.run('canister', 'call', 'risk', 'build_info', '()', '--query');
    expect(stdout).toMatch(/record \{.*engine_version = \d+ : nat16/s);
    const head = await icp.run('canister', 'call', 'risk', 'head', '(principal "aaaaa-aa")', '--query');
    expect(head.stdout).toContain('(null)');
    const wrong = await icp.attempt('canister', 'call', 'risk', 'head', '("text")', '--query');
    expect(wrong.code).not.toBe(0);
  });

  it('reads its interface from the state tree', async (context) => {
    needsCycles(context);
    const { stdout } = await icp.run('canister', 'metadata', 'risk', 'candid:service');
    expect(stdout).toContain('observe : (blob) -> (blob)');
  });

  it('upgrades and reinstalls it, by deploy and in chunks', async (context) => {
    needsCycles(context);
    await icp.run('deploy');
    await icp.run('deploy', '--mode', 'upgrade', '-y');
    await icp.run('deploy', '--mode', 'reinstall', '-y');
    // Unzipped it is larger than a message, so it goes up in parts.
    await icp.run('canister', 'install', 'risk', '--mode', 'reinstall', '-y', '--wasm', build.wasmPath);
    expect((await status())['module_hash']).not.toBe(`0x${build.sha256}`);
    await icp.run('canister', 'install', 'risk', '--mode', 'upgrade', '-y', '--wasm', build.wasmPath);
  });

  it('changes its settings and shows them', async (context) => {
    needsCycles(context);
    const update = [
      '--freezing-threshold',
      '40d',
      '--log-visibility',
      'public',
      '--add-environment-variable',
      'A=b',
    ];
    await icp.run('canister', 'settings', 'update', 'risk', ...update);
    const { stdout } = await icp.run('canister', 'settings', 'show', 'risk');
    expect(stdout).toMatch(/Freezing threshold: 3_456_000/);
    expect(stdout).toMatch(/Log visibility: Public/);
    expect(stdout).toMatch(/A: b/);
  });

  it('shows what a canister printed', async (context) => {
    needsCycles(context);
    const wasm = join(icp.project, 'witness.wasm');
    await writeFile(wasm, witnessCanister());
    await icp.run('canister', 'install', 'risk', '--mode', 'reinstall', '-y', '--wasm', wasm);
    const print = ['canister', 'call', 'risk', 'print', Buffer.from('said once').toString('hex')];
    await icp.run(...print, '--args-format', 'hex', '--output', 'hex');
    const { stdout } = await icp.run('canister', 'logs', 'risk');
    expect(stdout).toContain('said once');
  });

  it('tops it up', async (context) => {
    needsCycles(context);
    const cycles = async () => BigInt(String((await status())['cycles']).replaceAll('_', ''));
    const before = await cycles();
    await icp.run('canister', 'top-up', 'risk', '--amount', '1t');
    const gained = (await cycles()) - before;
    // Less by what the canister paid for its storage meanwhile.
    expect(gained).toBeGreaterThan(990_000_000_000n);
    expect(gained).toBeLessThanOrEqual(1_000_000_000_000n);
  });

  it('stops and starts it', async (context) => {
    needsCycles(context);
    await icp.run('canister', 'stop', 'risk');
    expect((await status())['status']).toBe('Stopped');
    const refused = await icp.attempt('canister', 'call', 'risk', 'inc', '()');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('IC0508');
    await icp.run('canister', 'start', 'risk');
    expect((await status())['status']).toBe('Running');
  });

  it('deletes it and gets its cycles back', async (context) => {
    needsCycles(context);
    await icp.run('canister', 'stop', 'risk');
    const { stdout, stderr } = await icp.run('canister', 'delete', 'risk');
    expect(stdout + stderr).toMatch(/Recovered \d+ cycles/);
    expect((await icp.attempt('canister', 'status', 'risk')).code).not.toBe(0);
  });

  it('is told when an account cannot pay', async (context) => {
    context.skip(
      process.env['IC_URL'] !== undefined,
      'only a localnet says what an account holds beforehand',
    );
    const { code, stderr, stdout } = await icp.attempt('canister', 'create', 'risk', '--cycles', '9999t');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/Insufficient cycles/);
  });
});
