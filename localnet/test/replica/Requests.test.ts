import { Certificate, lookupResultToBuffer } from '@dfinity/agent';
import { Principal } from '@dfinity/principal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANONYMOUS,
  post,
  rawKey,
  requestIdOf,
  signed,
  type Content,
  type RawResponse,
} from '../../src/ic/http/testing/RawClient.ts';
import { OTHER_CANISTER, startReplica, type Replica } from './Replica.ts';

/** Requests made by hand, as no well-behaved client makes them. */

const NOTHING = new Uint8Array(0);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const inSeconds = (seconds: number): bigint => BigInt(Date.now() + seconds * 1000) * 1_000_000n;

let net: Replica;
let canisterId: Uint8Array;
beforeAll(async () => {
  net = await startReplica();
  canisterId = Principal.fromText(net.canisterId).toUint8Array();
});
afterAll(() => net.close());

const url = (what: string, version = 'v3', id = net.canisterId): string =>
  `${net.url}/api/${version}/canister/${id}/${what}`;

const call = (method_name: string, fields: Content = {}): Content => ({
  request_type: 'call',
  canister_id: canisterId,
  method_name,
  arg: NOTHING,
  sender: ANONYMOUS,
  ingress_expiry: inSeconds(180),
  nonce: Uint8Array.from({ length: 16 }, () => Math.floor(Math.random() * 256)),
  ...fields,
});

async function counter(): Promise<number> {
  const { body } = await post(url('query', 'v2'), { content: call('read', { request_type: 'query' }) });
  const { arg } = body['reply'] as { readonly arg: Uint8Array };
  return new DataView(arg.buffer, arg.byteOffset).getUint32(0, true);
}

async function certifiedReply({ body }: RawResponse, content: Content): Promise<Uint8Array | undefined> {
  const verified = await Certificate.create({
    certificate: body['certificate'] as Uint8Array,
    rootKey: net.rootKey,
    canisterId: Principal.fromUint8Array(canisterId),
  });
  return lookupResultToBuffer(verified.lookup_path(['request_status', requestIdOf(content), 'reply']));
}

describe('a request', () => {
  it('that comes twice is carried out once and answered twice', async () => {
    const before = await counter();
    const content = call('inc');
    const first = await certifiedReply(await post(url('call'), { content }), content);
    const second = await certifiedReply(await post(url('call'), { content }), content);
    expect(first).toEqual(second);
    expect(await counter()).toBe(before + 1);
  });

  it('that has expired, or expires too late, is refused in the words that clients wait for', async () => {
    const before = await counter();
    for (const seconds of [-3600, 3600]) {
      const { status, text } = await post(url('call'), {
        content: call('inc', { ingress_expiry: inSeconds(seconds) }),
      });
      expect(status).toBe(400);
      expect(text).toMatch(/^Invalid request expiry: /);
    }
    expect(await counter()).toBe(before);
  });

  it.each([
    ['changed after signing', (content: Content) => ({ ...content, arg: utf8('changed') })],
    ['said to be from somebody else', (content: Content) => ({ ...content, sender: rawKey().sender })],
    ['said to be anonymous', (content: Content) => ({ ...content, sender: ANONYMOUS })],
  ])('%s is refused', async (_, change) => {
    const before = await counter();
    const key = rawKey();
    const content = call('inc', { sender: key.sender });
    const { status } = await post(url('call'), { ...signed(content, key), content: change(content) });
    expect(status).toBe(400);
    expect(await counter()).toBe(before);
  });

  it('without a signature is refused unless it is anonymous', async () => {
    const { status } = await post(url('call'), { content: call('inc', { sender: rawKey().sender }) });
    expect(status).toBe(400);
  });

  it('whose canister is not the one in the URL is refused', async () => {
    const { status } = await post(url('call', 'v3', OTHER_CANISTER), { content: call('inc') });
    expect(status).toBe(400);
  });

  it('that is no CBOR, or no envelope, is refused', async () => {
    for (const body of [utf8('hello'), Uint8Array.of(0xd9, 0xd9, 0xf7), Uint8Array.of(0xa0), NOTHING]) {
      expect((await post(url('call'), body)).status).toBe(400);
      expect((await post(url('query', 'v2'), body)).status).toBe(400);
      expect((await post(url('read_state', 'v2'), body)).status).toBe(400);
    }
  });

  it("tells its status to nobody but the one who made it, and another's certified data to nobody", async () => {
    const [owner, other] = [rawKey(), rawKey()];
    const content = call('inc', { sender: owner.sender });
    expect((await post(url('call'), signed(content, owner))).status).toBe(200);
    const read = (path: readonly Uint8Array[], key = other) =>
      post(
        url('read_state', 'v2'),
        signed(
          {
            request_type: 'read_state',
            sender: key.sender,
            ingress_expiry: inSeconds(180),
            paths: [path],
          },
          key,
        ),
      );
    const status = [utf8('request_status'), requestIdOf(content)];
    expect((await read(status, owner)).status).toBe(200);
    expect((await read(status)).status).toBe(403);
    expect((await read([utf8('canister'), canisterId, utf8('certified_data')])).status).toBe(404);
    expect((await read([utf8('nowhere')])).status).toBe(404);
  });

  it('refused at inspection is told so without a certificate', async () => {
    const { status, body } = await post(url('call'), { content: call('closed') });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'non_replicated_rejection', reject_code: 4, error_code: 'IC0406' });
  });

  it('for a method that is not there is rejected by name', async () => {
    const { body } = await post(url('query', 'v2'), { content: call('nowhere', { request_type: 'query' }) });
    expect(body).toMatchObject({ status: 'rejected', error_code: 'IC0536' });
  });

  it('that is a query called as an update is carried out, certified and not kept', async () => {
    const content = call('read');
    const reply = await certifiedReply(await post(url('call'), { content }), content);
    expect(reply).toHaveLength(4);
  });
});
