import {
  Actor,
  CanisterStatus,
  Certificate,
  HttpAgent,
  lookupResultToBuffer,
  polling,
  type Identity,
} from '@dfinity/agent';
import type { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { subnetKeysFromSeed } from '../../src/ic/http/SubnetKeys.ts';
import { certifiedCall } from './CertifiedCall.ts';
import { managementActor, needsControl, startReplica, type Replica, type Service } from './Replica.ts';
import { CANDID, SECRET, TRAP_MESSAGE, witnessCanister } from './WitnessCanister.ts';

const UNVERIFIED = /verification failed|Invalid signature|verify/i;
const NOTHING = new Uint8Array(0);
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

let net: Replica;
let canisterId: Principal;
beforeAll(async () => {
  net = await startReplica();
  canisterId = Principal.fromText(net.canisterId);
});
afterAll(() => net.close());

/** An agent of the published library with every check on; no retries, so that refusals show at once. */
function agent(identity?: Identity, rootKey = net.rootKey): HttpAgent {
  return HttpAgent.createSync({
    host: net.url,
    rootKey,
    retryTimes: 0,
    verifyQuerySignatures: true,
    ...(identity && { identity }),
  });
}

const witness: IDL.InterfaceFactory = ({ IDL: I }) =>
  I.Service({
    echo: I.Func([I.Text], [I.Text], []),
    echo_query: I.Func([I.Text], [I.Text], ['query']),
    fail: I.Func([], [], []),
    closed: I.Func([], [], []),
  });

describe('@dfinity/agent', () => {
  it('serves an actor: certified updates, queries with verified signatures, traps and refusals told', async () => {
    const actor = Actor.createActor<Service>(witness, { agent: agent(), canisterId });
    expect(await actor['echo']!('certified')).toBe('certified');
    expect(await actor['echo_query']!('signed')).toBe('signed');
    await expect(actor['fail']!()).rejects.toThrow(TRAP_MESSAGE);
    await expect(actor['closed']!()).rejects.toThrow(/IC0406|rejected the message/);
  });

  it('gets a signed reject from a query that traps', async () => {
    const answer = await agent().query(canisterId, { methodName: 'fail', arg: NOTHING });
    expect(answer).toMatchObject({ status: 'rejected', reject_code: 5, error_code: 'IC0503' });
  });

  it('refuses updates, queries and state under any other root key', async () => {
    const { root } = await subnetKeysFromSeed(utf8('another network'));
    const rootKey = root.publicKeyDer;
    const client = agent(undefined, rootKey);
    await expect(client.query(canisterId, { methodName: 'echo_query', arg: utf8('x') })).rejects.toThrow(
      UNVERIFIED,
    );
    await expect(client.syncTime(canisterId)).rejects.toThrow(UNVERIFIED);
    const { response } = await agent().call(canisterId, { methodName: 'echo', arg: NOTHING, callSync: true });
    const { certificate } = response.body as { certificate: Uint8Array };
    await expect(Certificate.create({ certificate, rootKey, canisterId })).rejects.toThrow(UNVERIFIED);
  });

  it('is answered 202 by a version 2 call and polls read_state to the certified reply', async () => {
    const client = agent(Ed25519KeyIdentity.generate());
    const { requestId, response } = await client.call(canisterId, {
      methodName: 'echo',
      arg: utf8('polled'),
      callSync: false,
    });
    expect(response.status).toBe(202);
    const { reply } = await polling.pollForResponse(client, canisterId, requestId);
    expect(reply).toEqual(utf8('polled'));
  });

  it('reads module hash, metadata and time, and absence, with certificates', async () => {
    const paths = ['controllers', 'module_hash', 'candid', 'time', 'subnet'] as const;
    const status = await CanisterStatus.request({ agent: agent(), canisterId, paths: [...paths] });
    expect(status.get('module_hash')).toBe(createHash('sha256').update(witnessCanister()).digest('hex'));
    expect(status.get('candid')).toBe(CANDID);
    if (net.controller !== undefined)
      expect(status.get('controllers')).toEqual([net.controller.getPrincipal()]);
    expect(Math.abs((status.get('time') as Date).getTime() - Date.now())).toBeLessThan(60_000);
    expect(status.get('subnet')).toHaveProperty('subnetId');
    const path = [utf8('canister'), canisterId.toUint8Array(), utf8('metadata'), utf8('nowhere')];
    const { certificate } = await agent().readState(canisterId, { paths: [path] });
    const verified = await Certificate.create({ certificate, rootKey: net.rootKey, canisterId });
    expect(verified.lookup_path(path).status).toBe('Absent');
  });

  it('reads private metadata as a controller and as nobody else', async (context) => {
    const controller = needsControl(net, context);
    const path = [utf8('canister'), canisterId.toUint8Array(), utf8('metadata'), utf8('secret')];
    const { certificate } = await agent(controller).readState(canisterId, { paths: [path] });
    const verified = await Certificate.create({ certificate, rootKey: net.rootKey, canisterId });
    expect(lookupResultToBuffer(verified.lookup_path(path))).toEqual(utf8(SECRET));
    await expect(agent().readState(canisterId, { paths: [path] })).rejects.toThrow(/403/);
  });

  it('verifies the data certificate that a canister hands out in a query', async () => {
    const data = Uint8Array.from(createHash('sha256').update(String(Math.random())).digest());
    await certifiedCall(net, agent(), 'certify', data);
    const answer = await agent().query(canisterId, { methodName: 'certified', arg: NOTHING });
    const { arg: certificate } = (answer as unknown as { reply: { arg: Uint8Array } }).reply;
    const verified = await Certificate.create({ certificate, rootKey: net.rootKey, canisterId });
    const path = ['canister', canisterId.toUint8Array(), 'certified_data'];
    expect(lookupResultToBuffer(verified.lookup_path(path))).toEqual(data);
  });

  it('recovers from a clock that is wrong by the hour', async () => {
    const hourMs = 3_600_000;
    vi.useFakeTimers({ now: Date.now() + hourMs, toFake: ['Date'] });
    try {
      const client = agent(Ed25519KeyIdentity.generate());
      await client.call(canisterId, { methodName: 'echo', arg: utf8('late'), callSync: true });
      expect(client.hasSyncedTime()).toBe(true);
      expect(client.getTimeDiffMsecs()).toBeLessThan(-hourMs + 60_000);
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts each update once, however many come at once', async () => {
    const client = agent(Ed25519KeyIdentity.generate());
    const counterOf = (reply: Uint8Array) => new DataView(reply.buffer, reply.byteOffset).getUint32(0, true);
    const first = counterOf(await certifiedCall(net, client, 'inc'));
    const replies = await Promise.all(Array.from({ length: 8 }, () => certifiedCall(net, client, 'inc')));
    expect(replies.map(counterOf).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 8 }, (_, i) => first + i + 1),
    );
  });

  it('creates, installs, upgrades, stops, starts and deletes a canister', async (context) => {
    const controller = needsControl(net, context);
    const aaaaa = managementActor(agent(controller), net.effectiveId);
    const created = await aaaaa['provisional_create_canister_with_cycles']!({ amount: [5_000_000_000_000n] });
    const { canister_id } = created as { readonly canister_id: Principal };
    const code = { canister_id, wasm_module: witnessCanister(), arg: NOTHING };
    const actor = Actor.createActor<Service>(witness, { agent: agent(), canisterId: canister_id });
    await expect(actor['echo_query']!('x')).rejects.toThrow(/IC0537|no Wasm module/i);
    await aaaaa['install_code']!({ ...code, mode: { install: null } });
    await expect(aaaaa['install_code']!({ ...code, mode: { install: null } })).rejects.toThrow(/IC0514/);
    await aaaaa['install_code']!({ ...code, mode: { upgrade: [] } });
    expect(await actor['echo_query']!('upgraded')).toBe('upgraded');
    await expect(
      managementActor(agent(Ed25519KeyIdentity.generate()), net.effectiveId)['stop_canister']!({
        canister_id,
      }),
    ).rejects.toThrow(/IC0512/);
    await aaaaa['stop_canister']!({ canister_id });
    await expect(actor['echo']!('x')).rejects.toThrow(/IC0508|is stopped/);
    expect(await aaaaa['canister_status']!({ canister_id })).toMatchObject({ status: { stopped: null } });
    await aaaaa['start_canister']!({ canister_id });
    expect(await actor['echo']!('started')).toBe('started');
    await expect(aaaaa['delete_canister']!({ canister_id })).rejects.toThrow(/IC0510/);
    await aaaaa['stop_canister']!({ canister_id });
    await aaaaa['delete_canister']!({ canister_id });
    await expect(actor['echo_query']!('x')).rejects.toThrow(/IC0301|not found/);
  });
});
