import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, updateContent, type Content, type RawResponse } from './testing/RawClient.ts';
import { startTestNetwork, type TestNetwork } from './testing/TestNetwork.ts';

let net: TestNetwork;
let callUrl: string;
beforeAll(async () => {
  net = await startTestNetwork();
  callUrl = `${net.server.url}/api/v3/canister/${net.canisterId.toText()}/call`;
});
afterAll(() => net.server.close());

async function expectRefused(sent: Promise<RawResponse>, status: number, text: RegExp): Promise<void> {
  const response = await sent;
  expect([response.status, response.text]).toEqual([status, expect.stringMatching(text)]);
}

describe('the effective canister id in the URL', () => {
  const install = (fields: Record<string, [IDL.Type, unknown]>): Uint8Array =>
    IDL.encode(
      [IDL.Record(Object.fromEntries(Object.entries(fields).map(([name, [type]]) => [name, type])))],
      [Object.fromEntries(Object.entries(fields).map(([name, [, value]]) => [name, value]))],
    );
  const management = (method_name: string, arg: Uint8Array): Content =>
    updateContent(net, { canister_id: new Uint8Array(0), method_name, arg });
  const send = (request: Content) => post(callUrl, { content: request });

  it('must be the canister that is called', async () => {
    const elsewhere = updateContent(net, { canister_id: net.otherCanisterId.toUint8Array() });
    await expectRefused(send(elsewhere), 400, /effective canister id/);
  });

  it('must be the canister that a management call acts on', async () => {
    const wasm: [IDL.Type, unknown] = [IDL.Vec(IDL.Nat8), new Uint8Array(100)];
    const principal = (id: Principal): [IDL.Type, unknown] => [IDL.Principal, id];
    const { canisterId: here, otherCanisterId: there } = net;
    const to = (id: Principal): Uint8Array => install({ canister_id: principal(id), wasm_module: wasm });
    expect((await send(management('install_code', to(here)))).status).toBe(200);
    await expectRefused(send(management('install_code', to(there))), 400, /effective canister id/);
    const chunked = (id: Principal): Uint8Array =>
      install({ target_canister: principal(id), store_canister: [IDL.Opt(IDL.Principal), [there]] });
    expect((await send(management('install_chunked_code', chunked(here)))).status).toBe(200);
    await expectRefused(
      send(management('install_chunked_code', chunked(there))),
      400,
      /effective canister id/,
    );
  });

  it('may be any when a canister is created', async () => {
    const arg = install({ specified_id: [IDL.Opt(IDL.Principal), [net.otherCanisterId]] });
    const sent = await send(management('provisional_create_canister_with_cycles', arg));
    expect(sent.status).toBe(200);
  });

  it('must be a principal', async () => {
    await expectRefused(
      post(callUrl.replace(net.canisterId.toText(), 'xyz'), { content: updateContent(net) }),
      400,
      /principal/,
    );
  });
});
