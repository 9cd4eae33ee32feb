import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { DEFAULT_LIMITS } from '@plimsoll/engine';
import { createIdentityFile } from '../../agent/src/canister/IdentityFile.ts';
import { createHttpAgent } from '../../agent/src/canister/Network.ts';
import { OwnerLog } from '../../agent/src/canister/OwnerLog.ts';
import { RiskCanister } from '../../agent/src/canister/RiskCanister.ts';
import { ReceiptStore } from '../../agent/src/receipts/ReceiptStore.ts';
import { buildCanister } from '../build-canister.mjs';
import { deploy } from './Deployment.ts';
import { LocalnetProcess } from './LocalnetProcess.ts';

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const RUNS = join(ROOT, '.plimsoll', 'runs');
/** Pace of the synthetic market, so that a person can follow it. */
const DEMO_BARS_PER_SECOND = 12;
const DEMO_ENTER_EVERY = '6h';
const GRANT_MS = 30 * 86_400_000;
/** The exchange on this machine knows one account; its key opens nothing anywhere else. */
const LOCAL_KEY = { PLIMSOLL_API_KEY: 'localnet', PLIMSOLL_API_SECRET: 'localnet-secret' };

interface Options {
  readonly headless?: true;
  readonly market?: string;
  readonly leader?: string;
  readonly funding?: string;
  readonly tiers?: string;
  readonly from?: string;
  readonly to?: string;
  readonly side: string;
  readonly enterEvery?: string;
  readonly entries?: string;
  readonly notional: number;
  readonly equity: number;
  readonly seed: number;
  readonly json?: string;
  readonly stopSlippage: string;
  readonly port: number;
  readonly exchangePort: number;
}

function above0(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity))
    throw new InvalidArgumentError(`expected a number above 0, got "${text}"`);
  return value;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new InvalidArgumentError(`expected a whole number of 0 or more, got "${text}"`);
  }
  return value;
}

/** Options that another process takes under the same name. */
function passedOn(options: Readonly<Record<string, string | number | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}

function localnetArgs(options: Options): string[] {
  const { market, leader, funding, tiers, from, to, seed, equity, port, exchangePort, stopSlippage } =
    options;
  return passedOn({
    market,
    leader,
    funding,
    tiers,
    from,
    to,
    seed,
    equity,
    port,
    'exchange-port': exchangePort,
    'stop-slippage': stopSlippage,
  });
}

interface Deployed {
  readonly canister: string;
  readonly owner: string;
  readonly identityFile: string;
}

/** Deploys the canister, registers an owner with the default limits, and grants a new agent key. */
async function prepare(localnet: LocalnetProcess, wasmPath: string, stateDir: string): Promise<Deployed> {
  const { icUrl, rootKey } = localnet.address;
  const network = { host: icUrl, rootKey: Uint8Array.from(Buffer.from(rootKey, 'hex')) };
  const ownerIdentity = Ed25519KeyIdentity.generate();
  const agent = createHttpAgent(network, ownerIdentity);
  const canisterId = await deploy(agent, wasmPath);
  const owner = ownerIdentity.getPrincipal();
  const store = await ReceiptStore.open(join(stateDir, 'receipts'));
  const log = await OwnerLog.open({
    owner: owner.toUint8Array(),
    canisterId,
    rootKey: network.rootKey,
    store,
  });
  const canister = new RiskCanister({ agent, canisterId, rootKey: network.rootKey, log });
  await canister.register(DEFAULT_LIMITS);
  const identityFile = join(stateDir, 'agent.pem');
  const agentIdentity = await createIdentityFile(identityFile);
  await canister.grant({
    agent: agentIdentity.getPrincipal().toUint8Array(),
    expiresMs: Date.now() + GRANT_MS,
  });
  return { canister: canisterId.toText(), owner: owner.toText(), identityFile };
}

async function runAgent(
  localnet: LocalnetProcess,
  deployed: Deployed,
  stateDir: string,
  options: Options,
): Promise<number> {
  const { icUrl, rootKey, exchangeUrl } = localnet.address;
  const isDemo = options.market === undefined;
  const paced = isDemo && options.headless !== true;
  const args = passedOn({
    'ic-url': icUrl,
    'root-key': rootKey,
    canister: deployed.canister,
    owner: deployed.owner,
    identity: deployed.identityFile,
    'exchange-url': exchangeUrl,
    state: stateDir,
    side: options.side,
    'enter-every': options.enterEvery ?? (isDemo ? DEMO_ENTER_EVERY : undefined),
    entries: options.entries,
    notional: options.notional,
    json: options.json,
    'bars-per-second': paced ? DEMO_BARS_PER_SECOND : undefined,
  });
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(ROOT, 'agent', 'src', 'cli.ts'),
      'replay',
      ...args,
      ...(options.headless ? ['--headless'] : []),
    ],
    { stdio: 'inherit', env: { ...process.env, ...LOCAL_KEY } },
  );
  // Ctrl-C reaches the agent by itself: it finishes what it is at, writes its account and ends.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const onTerm = (): void => void child.kill('SIGTERM');
  process.on('SIGTERM', onTerm);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', ignore);
  process.off('SIGTERM', onTerm);
  return code ?? 1;
}

async function main(options: Options): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const what =
    options.market === undefined
      ? `a SYNTHETIC market, seed ${options.seed}`
      : `a recording, ${options.market}`;
  say(`${pc.bold('Plimsoll')}  replaying ${what}, on this machine alone`);
  await mkdir(RUNS, { recursive: true });
  // Bad input shows before anything slow begins: localnet reads and checks the market while the canister is built.
  const [build, localnet] = await Promise.allSettled([
    buildCanister(),
    LocalnetProcess.start(ROOT, localnetArgs(options)),
  ]);
  if (localnet.status === 'rejected') throw localnet.reason;
  const stateDir = await mkdtemp(join(RUNS, `${new Date().toISOString().slice(0, 19).replace(/:/g, '-')}-`));
  try {
    if (build.status === 'rejected') throw build.reason;
    const { icUrl, exchangeUrl } = localnet.value.address;
    const deployed = await prepare(localnet.value, build.value.gzPath, stateDir);
    say(`canister ${deployed.canister}, module ${build.value.sha256.slice(0, 16)}…, on ${icUrl}`);
    say(`owner ${deployed.owner} registered, agent granted`);
    say(`exchange ${exchangeUrl}, simulated, spoken to by the unmodified ccxt client`);
    return await runAgent(localnet.value, deployed, stateDir, options);
  } catch (error) {
    await rm(stateDir, { recursive: true, force: true });
    throw error;
  } finally {
    await localnet.value.stop();
  }
}

const program = new Command('npm start --')
  .description('Play a market through canister, agent and exchange on this machine')
  .option('--headless', 'lines instead of a live view, as fast as possible')
  .option('--market <csv>', 'five-minute candles to play; without it a synthetic market')
  .option('--leader <csv>', "the leader's candles")
  .option('--funding <csv>', 'funding settlements of the market')
  .option('--tiers <json>', 'margin tiers')
  .option('--from <date>', 'first bar to play, UTC')
  .option('--to <date>', 'stop before this bar, UTC')
  .addOption(
    new Option('--side <side>', 'entries to wish for').choices(['long', 'short', 'both']).default('long'),
  )
  .option(
    '--enter-every <span>',
    'a wish at the first bar and after every such span: 45m, 12h, 1d (default 24h; synthetic 6h)',
  )
  .option('--entries <csv>', 'wishes at given bars instead: timestamp_ms,side')
  .option('--notional <usdt>', 'USDT wished for per entry', above0, 1_000)
  .option('--equity <usdt>', 'USDT on the account', above0, 1_000)
  .option('--seed <n>', 'of the synthetic market and the local network', whole, 1)
  .option('--json <file>', 'write the summary there (docs/replay.md says what is in it)')
  .addOption(
    new Option('--stop-slippage <kind>', 'fill of triggered stops')
      .choices(['model', 'none'])
      .default('model'),
  )
  .option('--port <n>', 'port of the local Internet Computer; 0 takes any', whole, 0)
  .option('--exchange-port <n>', 'port of the local exchange; 0 takes any', whole, 0)
  .addHelpText(
    'after',
    '\nExample:\n  npm start -- --headless --market ICP.csv.gz --leader ETH.csv.gz --funding F.csv.gz \\\n    --from 2024-08-02 --to 2024-08-07 --enter-every 12h --json out.json',
  )
  .action(async (options: Options) => {
    try {
      process.exitCode = await main(options);
    } catch (error) {
      process.stderr.write(
        `plimsoll: ${(error instanceof Error ? error.message : String(error)).replace(/^localnet: /, '')}\n`,
      );
      process.exitCode = 1;
    }
  });

await program.parseAsync();
