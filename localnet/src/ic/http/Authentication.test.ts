import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from './Bytes.ts';
import { selfAuthenticatingId } from './SubnetKeys.ts';
import {
  ANONYMOUS,
  delegation,
  post,
  rawKey,
  signed,
  updateContent,
  type Content,
} from './testing/RawClient.ts';
import { startTestNetwork, type TestNetwork } from './testing/TestNetwork.ts';

let net: TestNetwork;
let callUrl: string;
let queryUrl: string;
beforeAll(async () => {
  net = await startTestNetwork();
  const base = `${net.server.url}/api/v3/canister/${net.canisterId.toText()}`;
  [callUrl, queryUrl] = [`${base}/call`, `${base}/query`];
});
afterAll(() => net.server.close());

const key = rawKey();
const inSeconds = (seconds: number): bigint => net.subnet.timeNs() + BigInt(seconds) * 1_000_000_000n;
const content = (fields: Content = {}): Content => updateContent(net, { sender: key.sender, ...fields });

/** Every refusal must leave the counter alone. */
let counterBefore: number;
beforeEach(() => {
  net.subnet.tick();
  counterBefore = net.subnet.counter;
});
async function expectRefused(sent: ReturnType<typeof post>, status: number, text: RegExp): Promise<void> {
  const response = await sent;
  expect([response.status, response.text]).toEqual([status, expect.stringMatching(text)]);
  net.subnet.tick();
  expect(net.subnet.counter).toBe(counterBefore);
}

describe('an update', () => {
  it('with a true signature runs', async () => {
    expect((await post(callUrl, signed(content(), key))).status).toBe(200);
    expect(net.subnet.counter).toBe(counterBefore + 1);
  });

  it.each<[string, Content]>([
    ['method', { method_name: 'read' }],
    ['argument', { arg: Uint8Array.of(1) }],
    ['expiry', { ingress_expiry: 1_900_000_000_000_000_000n }],
    ['nonce', { nonce: utf8('other') }],
    ['canister', { canister_id: new Uint8Array(0) }],
    ['content by a field nobody knows', { sender_info: { info: utf8('x') } }],
  ])('changed after signing in its %s is refused', async (_, change) => {
    const envelope = signed(content({ ingress_expiry: inSeconds(200) }), key);
    const tampered = { ...envelope, content: { ...envelope.content, ...change } };
    await expectRefused(post(callUrl, tampered), 400, /^Invalid (signature|request expiry)/);
  });

  it('with unknown fields under its signature runs', async () => {
    const response = await post(
      callUrl,
      signed(content({ sender_info: { info: utf8('x'), n: [1, 2n ** 40n] } }), key),
    );
    expect(response.status).toBe(200);
  });

  it('signed by another key, claiming another sender, or unsigned is refused', async () => {
    const thief = rawKey();
    await expectRefused(
      post(callUrl, { ...signed(content(), thief), sender_pubkey: key.der }),
      400,
      /^Invalid signature/,
    );
    await expectRefused(post(callUrl, signed(content(), thief)), 400, /does not match the public key/);
    await expectRefused(post(callUrl, { content: content() }), 400, /^Missing signature/);
    const garbage = { ...signed(content(), key), sender_sig: new Uint8Array(3) };
    await expectRefused(post(callUrl, garbage), 400, /^Invalid signature/);
  });

  it('whose key is of a kind that is not emulated is refused with the reason', async () => {
    const envelope = { ...signed(content(), key), sender_pubkey: utf8('not DER') };
    await expectRefused(post(callUrl, envelope), 400, /does not match the public key/);
    const der = net.server.rootKey;
    const claimed = content({ sender: selfAuthenticatingId(der) });
    const bls = { content: claimed, sender_pubkey: der, sender_sig: new Uint8Array(48) };
    await expectRefused(post(callUrl, bls), 400, /^Invalid public key/);
  });

  it('from the anonymous sender must be bare', async () => {
    const anonymous = content({ sender: ANONYMOUS });
    await expectRefused(post(callUrl, signed(anonymous, key)), 400, /anonymous request must carry no/);
    expect((await post(callUrl, { content: anonymous })).status).toBe(200);
  });

  it('expired, or expiring too far ahead, is refused in the words clients look for', async () => {
    for (const seconds of [-1, 331, 3600]) {
      const late = content({ ingress_expiry: inSeconds(seconds) });
      await expectRefused(post(callUrl, signed(late, key)), 400, /^Invalid request expiry: /);
    }
    const anonymous = content({ sender: ANONYMOUS, ingress_expiry: inSeconds(-1) });
    await expectRefused(post(callUrl, { content: anonymous }), 400, /^Invalid request expiry: /);
    expect((await post(callUrl, signed(content({ ingress_expiry: inSeconds(329) }), key))).status).toBe(200);
  });

  it('sent again runs once, even after its status is forgotten', async () => {
    const envelope = signed(content(), key);
    const responses = await Promise.all([post(callUrl, envelope), post(callUrl, envelope)]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    net.subnet.forget();
    await post(callUrl.replace('v3', 'v2'), envelope);
    net.subnet.tick();
    expect(net.subnet.counter).toBe(counterBefore + 1);
  });

  it.each<[string, Content]>([
    ['a missing method', { method_name: undefined }],
    ['an argument of text', { arg: 'text' }],
    ['a principal of thirty bytes', { canister_id: new Uint8Array(30) }],
    ['a nonce of 33 bytes', { nonce: new Uint8Array(33) }],
    ['a negative expiry', { ingress_expiry: -1 }],
    ['another request type', { request_type: 'query' }],
    ['a boolean', { flag: true }],
  ])('with %s is malformed', async (_, change) => {
    const malformed = Object.fromEntries(
      Object.entries(content({ sender: ANONYMOUS, ...change })).filter(([, value]) => value !== undefined),
    );
    await expectRefused(post(callUrl, { content: malformed }), 400, /^(Expected|The nonce|Cannot hash)/);
  });

  it('that is no CBOR, or no map, is malformed', async () => {
    await expectRefused(post(callUrl, new Uint8Array(0)), 400, /CBOR/);
    await expectRefused(post(callUrl, utf8('hello')), 400, /CBOR|Expected envelope/);
    await expectRefused(post(callUrl, encodeWithSelfDescribedTag([1])), 400, /Expected envelope to be a map/);
    await expectRefused(post(callUrl, new Uint8Array(200_000).fill(0x81)), 400, /CBOR/);
  });

  it('cannot borrow fields its signature does not cover', async () => {
    const rest = content({ sender: ANONYMOUS });
    delete rest['method_name'];
    const sneaky = encodeWithSelfDescribedTag({
      content: { ...rest, ['__proto__x']: { method_name: 'inc' } },
    });
    await expectRefused(post(callUrl, withRealProto(sneaky)), 400, /Expected content.method_name/);
  });

  it('cannot pass a map for a byte string', async () => {
    const arg = { ['__proto__x']: new Uint8Array(8) };
    // No sender can sign it: it has no hash of its own.
    const sneaky = encodeWithSelfDescribedTag({ content: { ...content({ sender: ANONYMOUS }), arg } });
    await expectRefused(
      post(callUrl, withRealProto(sneaky)),
      400,
      /Expected content.arg to be a byte string/,
    );
  });
});

/** Shortens the key `__proto__x` to the real `__proto__`, which a decoder may take for the prototype. */
function withRealProto(bytes: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes).indexOf('__proto__x');
  const key = Buffer.concat([Buffer.from([0x69]), Buffer.from('__proto__')]);
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, at - 1), key, bytes.subarray(at + 10)]));
}

describe('a delegated update', () => {
  const [middle, session] = [rawKey(), rawKey()];
  const send = (chain: Content[], signer = session, fields: Content = {}) =>
    post(callUrl, { ...signed(content(fields), signer), sender_pubkey: key.der, sender_delegation: chain });

  it('over a true chain runs', async () => {
    expect((await send([delegation(key, middle), delegation(middle, session)])).status).toBe(200);
  });

  it('over a chain broken, reordered, cyclic, expired, or too long is refused', async () => {
    const [first, second] = [delegation(key, middle), delegation(middle, session)];
    await expectRefused(send([second]), 400, /did not sign it/);
    await expectRefused(send([second, first]), 400, /did not sign it/);
    await expectRefused(send([first]), 400, /^Invalid signature/);
    await expectRefused(
      send([first, delegation(middle, key), delegation(key, session)]),
      400,
      /twice in the chain/,
    );
    await expectRefused(
      send([delegation(key, session, { expiration: inSeconds(-1) })]),
      400,
      /^Invalid delegation expiry/,
    );
    const altered = {
      ...first,
      delegation: { ...(first['delegation'] as Content), expiration: inSeconds(9999) },
    };
    await expectRefused(send([altered, second]), 400, /did not sign it/);
    const keys = [key, ...Array.from({ length: 21 }, rawKey)];
    const chain = keys.slice(1).map((to, i) => delegation(keys[i]!, to));
    await expectRefused(send(chain, keys.at(-1)!), 400, /at most 20/);
    expect((await send(chain.slice(0, 20), keys[20]!)).status).toBe(200);
  });

  it('is held to the targets that all links allow', async () => {
    const here = [net.canisterId.toUint8Array()];
    const there = [net.otherCanisterId.toUint8Array()];
    const narrowing = (a: Uint8Array[], b: Uint8Array[]) =>
      send([delegation(key, middle, { targets: a }), delegation(middle, session, { targets: b })]);
    await expectRefused(narrowing(here, there), 400, /not among the targets/);
    await expectRefused(narrowing([], here), 400, /not among the targets/);
    expect((await narrowing([...here, ...there], here)).status).toBe(200);
  });
});

describe('a query', () => {
  const query = (fields: Content = {}): Content =>
    content({ request_type: 'query', method_name: 'echo', ...fields });

  it('is authenticated like an update', async () => {
    expect((await post(queryUrl, signed(query(), key))).status).toBe(200);
    await expectRefused(
      post(queryUrl, { ...signed(query(), key), sender_sig: new Uint8Array(64) }),
      400,
      /^Invalid signature/,
    );
    await expectRefused(
      post(queryUrl, signed(query({ ingress_expiry: inSeconds(-1) }), key)),
      400,
      /^Invalid request expiry: /,
    );
  });

  it('from the anonymous sender may have any expiry, so that a client can learn the time', async () => {
    expect((await post(queryUrl, { content: query({ sender: ANONYMOUS, ingress_expiry: 0 }) })).status).toBe(
      200,
    );
  });
});
