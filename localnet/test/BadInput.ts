import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { utf8 } from '../src/ic/Bytes.ts';
import { IcServer } from '../src/ic/http/IcServer.ts';
import { subnetKeysFromSeed } from '../src/ic/http/SubnetKeys.ts';
import { delegation, rawKey, signed } from '../src/ic/http/testing/RawClient.ts';
import type { Content } from '../src/ic/http/testing/RawClient.ts';
import { LocalSubnet } from '../src/ic/LocalSubnet.ts';
import { FREE } from '../src/ic/PriceList.ts';
import { SMALL_CANISTER } from './SmallCanister.ts';
import { volleyAt, type BadRequest, type Volley } from './Volley.ts';

/** A served subnet that counts its own failures. */
export interface BadInputTarget {
  readonly subnet: LocalSubnet;
  readonly canisterId: Principal;
  readonly failures: unknown[];
  readonly volley: Volley;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;
const EXPIRY_NS = 240_000_000_000n;
const KINDS = ['query', 'call', 'read_state'] as const;
type Kind = (typeof KINDS)[number];
const VERSIONS = { query: ['v2', 'v3'], call: ['v2', 'v3', 'v4'], read_state: ['v2', 'v3'] } as const;
/** In CBOR; many of them are an array in an array in an array. */
const ARRAY_OF_ONE = 0x81;
const KEY = rawKey();
const SESSION = rawKey();

export async function startTarget(): Promise<BadInputTarget> {
  // Without prices: time passes, and storage would be charged.
  const subnet = new LocalSubnet({ prices: FREE });
  const id = subnet.createCanister();
  subnet.installCode(id, SMALL_CANISTER);
  const failures: unknown[] = [];
  const server = await IcServer.start({
    subnet,
    keys: await subnetKeysFromSeed(utf8('bad input')),
    maxBodyBytes: MAX_BODY_BYTES,
    onError: (error) => failures.push(error),
  });
  const volley = volleyAt(server.port);
  return {
    subnet,
    canisterId: Principal.fromUint8Array(id),
    failures,
    volley,
    close: async () => {
      volley.close();
      await server.close();
    },
  };
}

/**
 * Requests over all endpoints that change nothing even where one turns out to be in order: noise, CBOR of no meaning, and
 * good envelopes with something wrong in them.
 */
export function badRequests({ subnet, canisterId }: BadInputTarget): fc.Arbitrary<BadRequest> {
  const id = canisterId.toText();
  const kinds = fc.constantFrom(...KINDS);
  const near = kinds.chain((kind) =>
    fc.record({
      method: fc.constant('POST'),
      path: fc.constantFrom(...VERSIONS[kind]).map((version) => `/api/${version}/canister/${id}/${kind}`),
      body: fc.oneof(
        wrongEnvelope(subnet, canisterId.toUint8Array(), kind),
        damaged(fc.constant(kind).map(() => goodBody(subnet, canisterId, kind))),
      ),
    }),
  );
  const anyId = fc.constantFrom(id, 'aaaaa-aa', 'rkp4c-7iaaa-aaaaa-aaaca-cai', '2vxsx-fae', 'x', '%00', '');
  const far = fc.record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'OPTIONS'),
    path: fc.oneof(
      fc
        .tuple(fc.constantFrom('v2', 'v3', 'v4', 'v5'), fc.constantFrom('canister', 'subnet'), anyId, kinds)
        .map(([version, target, name, kind]) => `/api/${version}/${target}/${name}/${kind}`),
      fc.webPath(),
    ),
    body: fc.oneof(
      kinds.map((kind) => goodBody(subnet, canisterId, kind)),
      fc.constant(new Uint8Array(MAX_BODY_BYTES + 1)),
      fc.constant(new Uint8Array(MAX_BODY_BYTES).fill(ARRAY_OF_ONE)),
    ),
  });
  const noise = fc.record({
    method: fc.constant('POST'),
    path: kinds.map((kind) => `/api/v3/canister/${id}/${kind}`),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      cborValue.map((value) => encodeWithSelfDescribedTag(value)),
    ),
  });
  return fc.oneof(
    { weight: 6, arbitrary: near },
    { weight: 2, arbitrary: far },
    { weight: 2, arbitrary: noise },
  );
}

/** Anything that CBOR can carry, most of it no envelope. */
const { value: cborValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(fc.integer(), fc.maxSafeNat(), fc.string(), fc.boolean(), fc.constant(null)),
    fc.uint8Array({ maxLength: 40 }),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom('content', 'sender', 'arg', '__proto__', 'toString'), fc.string()),
      tie('value'),
      {
        maxKeys: 5,
      },
    ),
  ),
}));

function goodContent(subnet: LocalSubnet, canisterId: Uint8Array, kind: Kind): Content {
  const common = { request_type: kind, sender: KEY.sender, ingress_expiry: subnet.timeNs() + EXPIRY_NS };
  if (kind === 'read_state') return { ...common, paths: [[utf8('time')]] };
  return {
    ...common,
    canister_id: canisterId,
    method_name: kind === 'call' ? 'absent' : 'nothing',
    arg: IDL.encode([], []),
  };
}

function goodBody(subnet: LocalSubnet, canisterId: Principal, kind: Kind): Uint8Array {
  return encodeWithSelfDescribedTag(signed(goodContent(subnet, canisterId.toUint8Array(), kind), KEY));
}

/** A field of another type or value, a forged or missing signature, a delegation that leads nowhere. */
function wrongEnvelope(subnet: LocalSubnet, canisterId: Uint8Array, kind: Kind): fc.Arbitrary<Uint8Array> {
  const field = fc.constantFrom(
    'request_type',
    'sender',
    'ingress_expiry',
    'canister_id',
    'method_name',
    'arg',
    'paths',
    'nonce',
  );
  return fc
    .tuple(field, cborValue, fc.nat(5), fc.uint8Array({ maxLength: 80 }))
    .map(([name, value, fault, bytes]) => {
      const content = goodContent(subnet, canisterId, kind);
      const envelope = signed(content, KEY);
      switch (fault) {
        case 0: // signed all the same
          return signedIfPossible({ ...content, method_name: 'absent', [name]: value });
        case 1:
          return { ...envelope, content: { ...content, [name]: value, method_name: 'absent' } };
        case 2:
          return { ...envelope, sender_sig: bytes };
        case 3:
          return { ...envelope, sender_pubkey: bytes };
        case 4:
          return { content };
        default:
          return { ...envelope, sender_delegation: [{ ...delegation(SESSION, KEY), [name]: value }, value] };
      }
    })
    .map((envelope) => encodeWithSelfDescribedTag(envelope));
}

/** Some values cannot be hashed, and so not signed. */
function signedIfPossible(content: Content): Content {
  try {
    return signed(content, KEY);
  } catch {
    return { content, sender_pubkey: KEY.der, sender_sig: new Uint8Array(64) };
  }
}

/** Good bytes with some of them changed, cut off, repeated or inserted. */
function damaged(good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const damage = fc.tuple(fc.nat(3), fc.nat(10_000), fc.integer({ min: 1, max: 255 }));
  return fc.tuple(good, fc.array(damage, { minLength: 1, maxLength: 4 })).map(([bytes, damages]) => {
    let result = bytes;
    for (const [kind, where, by] of damages) {
      const at = where % (result.length + 1);
      if (kind === 0 && at < result.length) result = result.with(at, (result[at] ?? 0) ^ by);
      if (kind === 1) result = result.slice(0, at);
      if (kind === 2) result = Uint8Array.of(...result.subarray(0, at), by, ...result.subarray(at));
      if (kind === 3) result = Uint8Array.of(...result, ...result.subarray(at));
    }
    return result;
  });
}
