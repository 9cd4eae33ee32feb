import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { DEFAULT_LIMITS, type Limits } from '@plimsoll/engine';
import { readIdentityFile } from '../../agent/src/canister/IdentityFile.ts';
import { createHttpAgent } from '../../agent/src/canister/Network.ts';
import { firstLine } from '../../agent/src/cli/firstLine.ts';
import { OwnerLog } from '../../agent/src/canister/OwnerLog.ts';
import { RiskCanister } from '../../agent/src/canister/RiskCanister.ts';
import { ReceiptStore } from '../../agent/src/receipts/ReceiptStore.ts';
import { ReplayControl } from '../../agent/src/replay/Control.ts';
import { marketClockOf } from '../../agent/src/replay/MarketClock.ts';
import { buildCanister } from '../build-canister.mjs';
import { deploy, openRegistration } from './Deployment.ts';
import { LocalnetProcess } from './LocalnetProcess.ts';

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const PLIMSOLL = join(ROOT, 'agent', 'bin', 'plimsoll.mjs');
/** Where runs leave what they keep, unless told otherwise. */
const RUNS = join(ROOT, '.plimsoll', 'runs');
const GRANT_MS = 90 * 86_400_000;
/** The exchange on this machine knows one account; its key opens nothing anywhere else. */
const LOCAL_KEY = { PLIMSOLL_API_KEY: 'localnet', PLIMSOLL_API_SECRET: 'localnet-secret' };

/** Options of a process under their names; those without a value are left out. */
export type Flags = Readonly<Record<string, string | number | undefined>>;

function argsOf(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}

interface Deployed {
  readonly canister: string;
  readonly owner: string;
  readonly identityFile: string;
}

/** 32 bytes that follow from the seed, so that the same replay has the same keys and leaves the same record. */
function drawn(seed: string, what: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(`plimsoll demo ${what} ${seed}`).digest());
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS#8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The owner of a demo, who signs for nobody else. */
export function ownerIdentity(seed = '1'): Ed25519KeyIdentity {
  return Ed25519KeyIdentity.generate(drawn(seed, 'owner'));
}

/** The agent's key where the agent looks for it. It is as public as the seed, and opens nothing anywhere else. */
async function writeAgentKey(path: string, key: Uint8Array): Promise<void> {
  const der = Buffer.concat([ED25519_PKCS8, key]);
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  });
  await writeFile(path, pem, { mode: 0o600, flag: 'wx' });
}

/** What keys are drawn from, and what the owner begins with. */
interface Beginning {
  readonly seed: string;
  readonly limits: Limits;
}

/** Deploys the canister, registers an owner, and grants the agent's key. */
async function prepare(
  localnet: LocalnetProcess,
  wasmPath: string,
  stateDir: string,
  beginning: Beginning,
): Promise<Deployed> {
  const clock = await marketClockOf(new ReplayControl(localnet.address.exchangeUrl));
  try {
    return await register(localnet, wasmPath, stateDir, beginning);
  } finally {
    clock?.release();
  }
}

async function register(
  localnet: LocalnetProcess,
  wasmPath: string,
  stateDir: string,
  { seed, limits }: Beginning,
): Promise<Deployed> {
  const { icUrl, rootKey } = localnet.address;
  const network = { host: icUrl, rootKey: Uint8Array.from(Buffer.from(rootKey, 'hex')) };
  const identity = ownerIdentity(seed);
  const agent = createHttpAgent(network, identity);
  const canisterId = await deploy(agent, wasmPath);
  await openRegistration(agent, canisterId);
  const owner = identity.getPrincipal();
  const store = await ReceiptStore.open(join(stateDir, 'receipts'));
  const log = await OwnerLog.open({
    owner: owner.toUint8Array(),
    canisterId,
    rootKey: network.rootKey,
    store,
  });
  const canister = new RiskCanister({ agent, canisterId, rootKey: network.rootKey, log });
  await canister.register(limits);
  const identityFile = join(stateDir, 'agent.pem');
  await writeAgentKey(identityFile, drawn(seed, 'agent'));
  await writeFile(join(stateDir, 'account.salt'), drawn(seed, 'salt'), { mode: 0o600 });
  const agentIdentity = await readIdentityFile(identityFile);
  await canister.grant({
    agent: agentIdentity.getPrincipal().toUint8Array(),
    expiresMs: Date.now() + GRANT_MS,
  });
  return { canister: canisterId.toText(), owner: owner.toText(), identityFile };
}

/** A local network with the canister deployed, an owner registered and an agent granted. */
export interface Demo {
  readonly localnet: LocalnetProcess;
  readonly deployed: Deployed;
  readonly moduleHash: string;
  /** Where the agent keeps its journal, key and receipts. */
  readonly stateDir: string;
}

/**
 * Builds the canister and starts everything that the agent needs.
 * @param localnet options of localnet: the market to play, its window, ports
 * @param runs folder in which this run gets a folder of its own
 * @param limits what the owner begins with
 * @throws LocalnetFailed, or what the build says; nothing is left running or half written
 */
export async function startDemo(
  localnet: Flags,
  runs: string = RUNS,
  limits: Limits = DEFAULT_LIMITS,
): Promise<Demo> {
  // Bad input shows before anything slow ends: localnet reads and checks the market while the canister is built.
  const [build, started] = await Promise.allSettled([
    buildCanister(),
    LocalnetProcess.start(ROOT, argsOf({ 'identity-port': 0, clock: 'market', ...localnet })),
  ]);
  if (started.status === 'rejected') throw started.reason;
  await mkdir(runs, { recursive: true });
  const stateDir = await mkdtemp(join(runs, `${new Date().toISOString().slice(0, 19).replace(/:/g, '-')}-`));
  try {
    if (build.status === 'rejected') throw build.reason;
    const seed = String(localnet['seed'] ?? 1);
    const deployed = await prepare(started.value, build.value.gzPath, stateDir, { seed, limits });
    return { localnet: started.value, deployed, moduleHash: build.value.sha256, stateDir };
  } catch (error) {
    await started.value.stop();
    await rm(stateDir, { recursive: true, force: true });
    throw error;
  }
}

/**
 * The agent in a process of its own, replaying the market of a demo.
 * @param replay options of `plimsoll replay` beside those that say where everything is
 */
export function spawnAgent(
  { localnet, deployed, stateDir }: Demo,
  replay: Flags,
  isHeadless: boolean,
  stdio: 'inherit' | 'pipe',
): ChildProcess {
  const { icUrl, rootKey, exchangeUrl } = localnet.address;
  const args = argsOf({
    'ic-url': icUrl,
    'root-key': rootKey,
    canister: deployed.canister,
    owner: deployed.owner,
    identity: deployed.identityFile,
    'exchange-url': exchangeUrl,
    state: stateDir,
    ...replay,
  });
  const start = firstLine(PLIMSOLL);
  return spawn(
    process.execPath,
    [
      // Without its bounds garbage is left lying until the process is twice the size.
      ...start.options,
      PLIMSOLL,
      'replay',
      ...args,
      ...(isHeadless ? ['--headless'] : []),
    ],
    { stdio, env: { ...process.env, ...start.environment, ...LOCAL_KEY } },
  );
}
