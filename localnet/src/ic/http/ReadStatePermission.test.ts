import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from './Bytes.ts';
import {
  delegation,
  post,
  rawKey,
  requestIdOf,
  signed,
  updateContent,
  type Content,
} from './testing/RawClient.ts';
import { startTestNetwork, type TestNetwork } from './testing/TestNetwork.ts';

let net: TestNetwork;
let callUrl: string;
let readUrl: string;
beforeAll(async () => {
  net = await startTestNetwork();
  const base = `${net.server.url}/api/v3/canister/${net.canisterId.toText()}`;
  [callUrl, readUrl] = [`${base}/call`, `${base}/read_state`];
});
afterAll(() => net.server.close());

const key = rawKey();
const content = (): Content => updateContent(net, { sender: key.sender });

describe('reading state', () => {
  const read = (paths: (string | Uint8Array)[][], by = key, fields: Content = {}) =>
    signed(
      {
        request_type: 'read_state',
        sender: by.sender,
        ingress_expiry: net.subnet.timeNs() + 200_000_000_000n,
        paths: paths.map((path) => path.map((label) => (typeof label === 'string' ? utf8(label) : label))),
        ...fields,
      },
      by,
    );
  const here = (): Uint8Array => net.canisterId.toUint8Array();

  it("of another user's request is refused with 403, of one's own or an unknown one is not", async () => {
    const mine = content();
    await post(callUrl, signed(mine, key));
    const path = ['request_status', requestIdOf(mine)];
    expect((await post(readUrl, read([path]))).status).toBe(200);
    const response = await post(readUrl, read([path], rawKey()));
    expect([response.status, response.text]).toEqual([403, expect.stringMatching(/Another user/)]);
    expect((await post(readUrl, read([['request_status', new Uint8Array(32)]], rawKey()))).status).toBe(200);
  });

  it('of a request outside the targets of a delegation is refused with 403', async () => {
    const mine = content();
    await post(callUrl, signed(mine, key));
    const session = rawKey();
    const reading = read([['request_status', requestIdOf(mine)]]).content;
    const through = (targets: Uint8Array[]) =>
      post(readUrl, {
        ...signed(reading, session),
        sender_pubkey: key.der,
        sender_delegation: [delegation(key, session, { targets })],
      });
    expect((await through([net.otherCanisterId.toUint8Array()])).status).toBe(403);
    expect((await through([here()])).status).toBe(200);
  });

  it('of private metadata is for controllers', async () => {
    const path = ['canister', here(), 'metadata', 'secret'];
    const response = await post(readUrl, read([path]));
    expect([response.status, response.text]).toEqual([403, expect.stringMatching(/private/)]);
    net.subnet.install(here(), {
      controllers: [key.sender],
      metadata: net.subnet.canister(here())!.metadata,
    });
    expect((await post(readUrl, read([path]))).status).toBe(200);
  });

  it.each<[string, () => (string | Uint8Array)[], number]>([
    ['everything', () => [], 404],
    ['all canisters', () => ['canister'], 404],
    ['a whole canister', () => ['canister', here()], 404],
    ['all metadata', () => ['canister', here(), 'metadata'], 404],
    ['certified data, which only the canister hands out', () => ['canister', here(), 'certified_data'], 404],
    ['below module_hash', () => ['canister', here(), 'module_hash', 'x'], 404],
    ['all requests', () => ['request_status'], 404],
    ['an unknown branch', () => ['streams'], 404],
    ['below the time', () => ['time', 'x'], 404],
    [
      'a canister other than the URL',
      () => ['canister', net.otherCanisterId.toUint8Array(), 'controllers'],
      400,
    ],
    ['a short request id', () => ['request_status', new Uint8Array(31)], 400],
    ['a label that is not text', () => [Uint8Array.of(0xff)], 400],
  ])('of %s is refused', async (_, path, status) => {
    expect((await post(readUrl, read([path()]))).status).toBe(status);
  });

  it('of two requests at once, or of too many paths, is refused', async () => {
    const two = [1, 2].map((n) => ['request_status', new Uint8Array(32).fill(n)]);
    expect((await post(readUrl, read(two))).status).toBe(400);
    expect((await post(readUrl, read(Array.from({ length: 1001 }, () => ['time'])))).status).toBe(400);
  });
});
