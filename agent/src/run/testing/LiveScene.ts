// A local network in a process of its own and the command `plimsoll` in others, as a trader would run them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpAgent } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import type { Limits } from '@plimsoll/engine';
import { ownerIdentity, startDemo, type Demo, type Flags } from '../../../../scripts/demo/Demo.ts';
import { createIdentityFile } from '../../canister/IdentityFile.ts';
import { createHttpAgent } from '../../canister/Network.ts';
import { OwnerLog } from '../../canister/OwnerLog.ts';
import { RiskCanister } from '../../canister/RiskCanister.ts';
import { firstLine } from '../../cli/firstLine.ts';
import { configText } from '../../config/ConfigText.ts';
import { askAgent } from '../../control/askAgent.ts';
import type { Mode } from '../../config/Config.ts';
import { ReceiptStore } from '../../receipts/ReceiptStore.ts';
import { ReplayControl } from '../../replay/Control.ts';
import { marketClockOf } from '../../replay/MarketClock.ts';
import type { RunStatus } from '../RunStatus.ts';

const PLIMSOLL = resolve(fileURLToPath(new URL('../../../bin/plimsoll.mjs', import.meta.url)));
const START = firstLine(PLIMSOLL);
const KEYS = { PLIMSOLL_API_KEY: 'localnet', PLIMSOLL_API_SECRET: 'localnet-secret' };

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A market that stands still until it is advanced, a canister, and a configuration for the agent beside them. */
export class LiveScene {
  readonly demo: Demo;
  readonly config: string;
  readonly #folder: string;
  readonly #children = new Set<ChildProcess>();
  #acts = 0;
  /** What the agents have written so far. */
  output = '';

  private constructor(demo: Demo, folder: string, config: string) {
    this.demo = demo;
    this.#folder = folder;
    this.config = config;
  }

  static async open(localnet: Flags = {}, limits?: Limits): Promise<LiveScene> {
    const folder = await mkdtemp(join(tmpdir(), 'plm-live-'));
    const demo = await startDemo({ port: 0, 'exchange-port': 0, equity: 1_000, ...localnet }, folder, limits);
    const { localnet: process, deployed, stateDir } = demo;
    const text = configText({
      urls: [process.address.icUrl],
      rootKey: process.address.rootKey,
      canister: deployed.canister,
      owner: deployed.owner,
      venueKind: 'localnet',
      venueUrl: process.address.exchangeUrl,
      page: 'http://127.0.0.1:5173/',
    })
      .replace('state: ./state', `state: ${stateDir}`)
      .replace('jitterSeconds: 5', 'jitterSeconds: 0');
    const config = join(folder, 'plimsoll.yaml');
    await writeFile(config, text);
    return new LiveScene(demo, folder, config);
  }

  /** Changes the configuration; agents started from now on read it. */
  async configure(change: (text: string) => string): Promise<void> {
    await writeFile(this.config, change(await readFile(this.config, 'utf8')));
  }

  get state(): string {
    return this.demo.stateDir;
  }

  get exchangeUrl(): string {
    return this.demo.localnet.address.exchangeUrl;
  }

  /** Starts an agent; it runs until it is stopped or killed. */
  start(
    mode: Mode,
    environment: Readonly<Record<string, string>> = {},
    config: string = this.config,
  ): ChildProcess {
    const args = ['run', '--mode', mode, '--config', config, '--headless'];
    if (mode === 'live') args.push('--real-orders');
    const child = this.#spawn(args, environment);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    return child;
  }

  /** Runs a one-shot command to its end. */
  command(...args: readonly string[]): Promise<Ran> {
    return this.commandWith({}, ...args);
  }

  async commandWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
    const child = this.#spawn([...args, '--config', this.config], environment);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  async status(): Promise<RunStatus | null> {
    const reply = await askAgent(this.state, { do: 'status' }, 5_000);
    return reply?.ok === true ? reply.status : null;
  }

  /** Waits until the agent's status is as wanted. */
  async until(what: string, isSo: (status: RunStatus) => boolean, timeoutMs = 60_000): Promise<RunStatus> {
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      const status = await this.status();
      if (status !== null && isSo(status)) return status;
      if (performance.now() > endMs)
        throw new Error(
          `${what} did not come about; ${JSON.stringify(status)?.slice(0, 1500)}\n${this.output.slice(-3000)}`,
        );
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async advance(to: 'point' | 'open'): Promise<{ readonly timeMs: number }> {
    const response = await fetch(`${this.exchangeUrl}/localnet/v1/market/advance`, {
      method: 'POST',
      body: JSON.stringify({ to }),
      headers: { 'content-type': 'application/json' },
    });
    return (await response.json()) as { readonly timeMs: number };
  }

  async fault(fields: Readonly<Record<string, string>>): Promise<void> {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${this.exchangeUrl}/localnet/v1/faults`, { method: 'POST', body });
    if (!response.ok) throw new Error(await response.text());
  }

  async endFaults(): Promise<void> {
    await fetch(`${this.exchangeUrl}/localnet/v1/faults`, { method: 'DELETE' });
  }

  /** Acts as the owner, in the time of the market. */
  async asOwner<T>(work: (port: RiskCanister, agent: HttpAgent) => Promise<T>): Promise<T> {
    const clock = await marketClockOf(new ReplayControl(this.exchangeUrl));
    const { icUrl, rootKey: hex } = this.demo.localnet.address;
    const rootKey = Uint8Array.from(Buffer.from(hex, 'hex'));
    try {
      const identity = ownerIdentity();
      const agent = createHttpAgent({ host: icUrl, rootKey }, identity);
      const canisterId = Principal.fromText(this.demo.deployed.canister);
      const store = await ReceiptStore.open(join(this.#folder, `owner-${String(this.#acts++)}`));
      const owner = identity.getPrincipal().toUint8Array();
      const log = await OwnerLog.open({ owner, canisterId, rootKey, store });
      return await work(new RiskCanister({ agent, canisterId, rootKey, log, pollIntervalMs: 50 }), agent);
    } finally {
      clock?.release();
    }
  }

  /** Another agent of the same owner's, with a key and a state of its own. @returns its configuration */
  async secondAgent(): Promise<string> {
    const state = join(this.#folder, 'second');
    await mkdir(state, { recursive: true });
    const identity = await createIdentityFile(join(state, 'agent.pem'));
    await copyFile(join(this.state, 'account.salt'), join(state, 'account.salt'));
    const agent = identity.getPrincipal().toUint8Array();
    await this.asOwner((port) => port.grant({ agent, expiresMs: Date.now() + 20 * 86_400_000 }));
    const config = join(this.#folder, 'second.yaml');
    const text = await readFile(this.config, 'utf8');
    await writeFile(config, text.replace(`state: ${this.state}`, `state: ${state}`));
    return config;
  }

  /** Waits for an agent that ends by itself. */
  async ended(child: ChildProcess): Promise<number | null> {
    if (child.exitCode !== null) return child.exitCode;
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Signals an agent and waits for its end. */
  async end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await ended)[0];
  }

  async close(): Promise<void> {
    for (const child of this.#children) await this.end(child, 'SIGKILL');
    await this.demo.localnet.stop();
    if (existsSync(this.#folder)) await rm(this.#folder, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, [...START.options, PLIMSOLL, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...START.environment, ...KEYS, NO_COLOR: '1', ...environment },
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }
}
