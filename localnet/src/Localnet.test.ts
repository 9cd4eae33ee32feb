import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Actor, HttpAgent } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { azleFixture } from '../test/AzleFixture.ts';
import { startLocalnet } from './Localnet.ts';
import type { Localnet, LocalnetOptions } from './Localnet.ts';
import { createSynthetic } from './market/Synthetic.ts';

let stateDirectory: string;
const running: Localnet[] = [];
beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'localnet-'));
});
afterEach(async () => {
  for (const localnet of running.splice(0)) await localnet.close();
  rmSync(stateDirectory, { recursive: true, force: true });
});

/** Creating names no canister yet, so any one will do in the address. */
const ANY = Principal.fromText('rwlgt-iiaaa-aaaaa-aaaaa-cai');
const recording = createSynthetic({ seed: 1 });

const start = async (options: Partial<LocalnetOptions> = {}): Promise<Localnet> => {
  const localnet = await startLocalnet({
    recording,
    fromMs: recording.market.bars[2_880]?.timeMs ?? 0,
    walletE8: 10_000n * 10n ** 8n,
    seed: 'localnet test',
    port: 0,
    exchangePort: 0,
    stopSlippage: 'model',
    ...options,
  });
  running.push(localnet);
  return localnet;
};

const service: IDL.InterfaceFactory = ({ IDL: I }) =>
  I.Service({
    increment: I.Func([], [I.Nat32], []),
    count: I.Func([], [I.Nat32], ['query']),
    after: I.Func([I.Nat32], [], []),
    ticked: I.Func([], [I.Nat32], ['query']),
  });
type Service = Record<'increment' | 'count' | 'ticked', () => Promise<number>> & {
  after(seconds: number): Promise<void>;
};

const management: IDL.InterfaceFactory = ({ IDL: I }) =>
  I.Service({
    provisional_create_canister_with_cycles: I.Func(
      [I.Record({ amount: I.Opt(I.Nat) })],
      [I.Record({ canister_id: I.Principal })],
      [],
    ),
    install_code: I.Func(
      [
        I.Record({
          mode: I.Variant({ install: I.Null }),
          canister_id: I.Principal,
          wasm_module: I.Vec(I.Nat8),
          arg: I.Vec(I.Nat8),
        }),
      ],
      [],
      [],
    ),
  });
interface Management {
  provisional_create_canister_with_cycles(arg: { amount: [] }): Promise<{ canister_id: Principal }>;
  install_code(arg: object): Promise<void>;
}

const agentOf = ({ icUrl, rootKey }: Localnet) =>
  HttpAgent.create({
    host: icUrl,
    rootKey: Buffer.from(rootKey, 'hex'),
    identity: Ed25519KeyIdentity.generate(new Uint8Array(32).fill(1)),
  });

const deploy = async (localnet: Localnet): Promise<Principal> => {
  const agent = await agentOf(localnet);
  const by = (effectiveCanisterId: Principal) =>
    Actor.createActor<Record<keyof Management, never>>(management, {
      agent,
      canisterId: 'aaaaa-aa',
      effectiveCanisterId,
    }) as unknown as Management;
  const { canister_id } = await by(ANY).provisional_create_canister_with_cycles({ amount: [] });
  await by(canister_id).install_code({
    mode: { install: null },
    canister_id,
    wasm_module: azleFixture('hello'),
    arg: IDL.encode([], []),
  });
  return canister_id;
};

const actorOf = async (localnet: Localnet, canisterId: Principal): Promise<Service> =>
  Actor.createActor<Service>(service, { agent: await agentOf(localnet), canisterId });

describe('a localnet', () => {
  it('with a state directory is, after a restart, the one it was: same keys, canisters and heap', async () => {
    const first = await start({ stateDirectory });
    const id = await deploy(first);
    expect(await (await actorOf(first, id)).increment()).toBe(1);
    await running.pop()?.close();

    const second = await start({ stateDirectory });
    expect(second.rootKey).toBe(first.rootKey);
    const actor = await actorOf(second, id);
    expect(await actor.count()).toBe(1);
    expect(await actor.increment()).toBe(2);
  });

  it('refuses a state directory that another uses or that has other keys, and leaves nothing running', async () => {
    await start({ stateDirectory });
    await expect(start({ stateDirectory })).rejects.toThrow(/expected a directory that no process uses/);
    await running.pop()?.close();
    await expect(start({ stateDirectory, seed: 'another' })).rejects.toThrow(
      /expected the seed localnet test that the keys in .* come from, got another; start with that seed/,
    );
    await start({ stateDirectory });
  });

  it('with a manual clock runs timers when the clock is moved, over HTTP too', async () => {
    const localnet = await start({ clock: 'manual' });
    const actor = await actorOf(localnet, await deploy(localnet));
    await actor.after(60);
    const advance = (ms: string) =>
      fetch(`${localnet.exchangeUrl}/localnet/v1/clock/advance?ms=${ms}`, { method: 'POST' });
    const before = localnet.advanceClock(59_000);
    expect(await actor.ticked()).toBe(0);
    const moved = await advance('1001');
    expect([moved.status, await moved.json()]).toEqual([200, { timeMs: before + 1001 }]);
    expect(await actor.ticked()).toBe(1);
    for (const wrong of ['', '-1', '1.5', '1e3', '999999999999999']) {
      expect((await advance(wrong)).status).toBe(400);
    }
  });

  it('with the market’s clock is always at the market’s time when the exchange tells it', async () => {
    const localnet = await start({ clock: 'market' });
    const ask = async (path: string, body?: object) => {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const response = await fetch(`${localnet.exchangeUrl}/localnet/v1/${path}`, init);
      return (await response.json()) as { timeMs: number; kind?: string };
    };
    for (const to of ['point', 'open', 'point', 'open']) {
      const { timeMs } = await ask('market/advance', { to });
      expect(await ask('clock')).toEqual({ kind: 'market', timeMs });
    }
    expect(() => localnet.advanceClock(1)).toThrow(/start with --clock manual to move it/);
  });

  it('does not let the real clock be moved', async () => {
    const localnet = await start();
    expect(() => localnet.advanceClock(1)).toThrow(/start with --clock manual to move it/);
  });
});
