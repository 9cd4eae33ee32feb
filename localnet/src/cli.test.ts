import { HttpAgent, QueryResponseStatus } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import type { Principal } from '@dfinity/principal';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certifiedCall } from '../test/replica/CertifiedCall.ts';
import { managementActor, OTHER_CANISTER } from '../test/replica/Replica.ts';
import { witnessCanister } from '../test/replica/WitnessCanister.ts';
import { DEVIATIONS } from './ic/Deviations.ts';

const START = fileURLToPath(new URL('../start.mjs', import.meta.url));
const ANY_PORTS = ['--port', '0', '--exchange-port', '0', '--identity-port', '0'];

/** A second until it is saved, and time to do it. */
const SAVED_AFTER_MS = 1_700;
const LOOK_EVERY_MS = 100;

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localnet-cli-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
};

const writtenMs = (): number => statSync(join(folder, 'state.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** A machine that others use too may be late: the time to save is counted from the first writing after the change on. */
const savedSince = async (changedMs: number): Promise<void> => {
  let atMs = writtenMs();
  for (let restedMs = 0; atMs < changedMs || restedMs < SAVED_AFTER_MS; restedMs += LOOK_EVERY_MS) {
    await setTimeout(LOOK_EVERY_MS);
    if (writtenMs() === atMs) continue;
    atMs = writtenMs();
    restedMs = 0;
  }
};

/** Starts it and waits for as much output as `isReady` wants, or for its end. */
const start = async (args: readonly string[], isReady = (out: string) => out.endsWith('\n')) => {
  const child = spawn(process.execPath, ['--stack-size=7600', START, ...ANY_PORTS, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let [out, errors] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdout.setEncoding('utf8');
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: string) => {
      out += text;
      if (isReady(out)) resolve();
    });
  });
  await Promise.race([ready, once(child, 'close')]);
  return { child, out, errors };
};

interface Address {
  readonly icUrl: string;
  readonly rootKey: string;
  readonly exchangeUrl: string;
}

const agentOf = ({ icUrl, rootKey }: Address, seed = 1): HttpAgent =>
  HttpAgent.createSync({
    host: icUrl,
    rootKey: Buffer.from(rootKey, 'hex'),
    identity: Ed25519KeyIdentity.generate(new Uint8Array(32).fill(seed)),
  });

/** Puts the witness canister there by agent-js. */
const deployWitness = async (agent: HttpAgent): Promise<Principal> => {
  const management = managementActor(agent, OTHER_CANISTER);
  const created = await management['provisional_create_canister_with_cycles']!({ amount: [] });
  const { canister_id } = created as { readonly canister_id: Principal };
  const code = { mode: { install: null }, wasm_module: witnessCanister(), arg: IDL.encode([], []) };
  await management['install_code']!({ ...code, canister_id });
  return canister_id;
};

const countOf = async (agent: HttpAgent, canisterId: string): Promise<number> => {
  const reply = await agent.query(canisterId, { methodName: 'read', arg: new Uint8Array(0) });
  if (reply.status !== QueryResponseStatus.Replied) throw new Error(`expected a count, got ${reply.status}`);
  return Buffer.from(reply.reply.arg).readUInt32LE();
};

const timeOf = async ({ exchangeUrl }: Address, moveMs?: number): Promise<number> => {
  const path = moveMs === undefined ? 'clock' : `clock/advance?ms=${moveMs}`;
  const init = moveMs === undefined ? {} : { method: 'POST' };
  const reply = await fetch(`${exchangeUrl}/localnet/v1/${path}`, init);
  return ((await reply.json()) as { readonly timeMs: number }).timeMs;
};

describe('the command', () => {
  it('has help', async () => {
    const { out, errors } = await start(['--help'], (text) => text.includes('--pace'));
    expect(errors).toBe('');
    expect(out).toContain('default: 10000');
  });

  it('says in one line of JSON where everything is, and ends in order when asked to', async () => {
    const { child, out } = await start(['--json']);
    const address = JSON.parse(out) as Record<string, string>;
    expect(Object.keys(address)).toEqual(['icUrl', 'rootKey', 'exchangeUrl', 'identityUrl']);
    expect(address['rootKey']).toMatch(/^[0-9a-f]{266}$/);
    for (const [name, path] of [
      ['icUrl', '/api/v2/status'],
      ['exchangeUrl', '/fapi/v1/time'],
      ['identityUrl', '/'],
    ] as const) {
      expect((await fetch(`${address[name] ?? ''}${path}`)).status).toBe(200);
    }
    expect(await end(child, 'SIGTERM')).toBe(0);
  });

  it('says for people what to put into icp.yaml and what it does not do', async () => {
    const { out } = await start([], (text) => text.includes('Ctrl-C'));
    const url = /Internet Computer {3}(\S+)/.exec(out)?.[1] ?? '';
    const rootKey = /Root key\n([0-9a-f]{266})\n/.exec(out)?.[1] ?? '';
    expect(out).toContain(
      [
        'networks:',
        '  - name: local',
        '    mode: connected',
        `    url: ${url}`,
        `    root-key: ${rootKey}`,
      ].join('\n'),
    );
    const unbroken = out.replace(/\s+/g, ' ');
    for (const deviation of DEVIATIONS) expect(unbroken).toContain(`- ${deviation}`);
  });

  it('killed at any moment has lost at most the last second: canisters, what they hold, and a clock that was moved', async () => {
    const args = ['--json', '--state', folder, '--clock', 'manual'];
    const begin = async () => {
      const { child, out, errors } = await start(args);
      if (out === '')
        throw new Error(`expected an address, got exit ${child.exitCode ?? child.signalCode}: ${errors}`);
      const address = JSON.parse(out) as Address;
      return { child, address, agent: agentOf(address), rootKey: Buffer.from(address.rootKey, 'hex') };
    };
    const first = await begin();
    const canisterId = (await deployWitness(first.agent)).toText();
    const calledMs = Date.now();
    for (let i = 0; i < 3; i++) await certifiedCall({ ...first, canisterId }, first.agent, 'inc');
    // Saved twice: with what the canister holds, and then with a clock that was moved beside it.
    await savedSince(calledMs);
    const changedMs = Date.now();
    const movedMs = await timeOf(first.address, 60_000);
    await savedSince(changedMs);
    await end(first.child, 'SIGKILL');

    const second = await begin();
    expect(second.address.rootKey).toBe(first.address.rootKey);
    expect(await timeOf(second.address)).toBeGreaterThanOrEqual(movedMs);
    expect(await countOf(second.agent, canisterId)).toBe(3);
    // Killed while it serves and saves: what is there afterwards is a state that it was in.
    let [sent, answered] = [0, 0];
    const caller = async () => {
      const begunMs = writtenMs();
      while (writtenMs() === begunMs) {
        sent += 1;
        await certifiedCall({ ...second, canisterId }, second.agent, 'inc');
        answered += 1;
      }
      sent += 1;
      await certifiedCall({ ...second, canisterId }, second.agent, 'inc').catch(() => undefined);
    };
    const callers = [caller(), caller()];
    await Promise.race(callers);
    await end(second.child, 'SIGKILL');
    await Promise.allSettled(callers);
    const third = await begin();
    const count = await countOf(third.agent, canisterId);
    expect(answered).toBeGreaterThan(0);
    expect(count).toBeGreaterThan(3);
    expect(count).toBeLessThanOrEqual(3 + sent);
  }, 240_000);

  it('goes on from its state directory even after it was killed, and keeps a second one out', async () => {
    const args = ['--json', '--state', folder, '--seed', '5'];
    const first = await start(args);
    const second = await start(args);
    expect(second.errors).toMatch(/^localnet: state directory: expected a directory that no process uses/);
    expect(await end(second.child, 'SIGTERM')).toBe(1);
    await end(first.child, 'SIGKILL');
    const third = await start(args);
    expect((JSON.parse(third.out) as { rootKey: string }).rootKey).toBe(
      (JSON.parse(first.out) as { rootKey: string }).rootKey,
    );
  });
});
