import { gzipSync } from 'node:zlib';
import { encode } from 'cborg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Principal } from '@icp-sdk/core/principal';
import { encodeBlob, encodeReceipt, requestIdOf, type Receipt } from '@plimsoll/proof';
import { decodeAnswer, decodeRecord, encodeAnswer, headInput } from '@plimsoll/engine';
import { decodeBlob, headHash } from '@plimsoll/proof';
import { answerTree, certify, replied, subnetKey, type SubnetKey } from '../../../proof/test/MiniIc.ts';
import { toHex } from '../canister/Bytes.ts';
import { CANISTER, openHarbour, ROOT, type Harbour } from '../canister/testing/Harbour.ts';
import { rerecorded } from '../canister/testing/Tampering.ts';
import {
  BUNDLE_VERSION,
  bundleOf,
  decodeBundle,
  encodeBundle,
  type Bundle,
  type BundleHeader,
} from '../receipts/Bundle.ts';
import { uncheckedReply } from '../receipts/UncheckedReply.ts';
import { receiptsOf, sail, VOYAGE } from './testing/Voyage.ts';
import { verifyBundle, type BundleResult } from './verifyBundle.ts';

let harbour: Harbour;
let header: BundleHeader;
let good: Uint8Array;
let receipts: { bytes: Uint8Array; receipt: Receipt }[];
/** Places of the receipts of `sail`. */
const AT = {
  register: 0,
  limits: 3,
  bar: 4,
  tick: 5,
  refusal: 6,
  intent: 7,
  newest: 9,
  lastTick: 10,
} as const;

beforeAll(async () => {
  harbour = await openHarbour();
  await sail(harbour);
  header = { createdBy: 'test 1', canisterId: CANISTER, owner: harbour.risk.owner };
  receipts = await receiptsOf(harbour);
  good = await bundleOf(harbour.log.store, header);
});
afterAll(() => harbour.remove());

const check = (bundle: Uint8Array | Bundle, everySignature = false): Promise<BundleResult> =>
  verifyBundle(bundle instanceof Uint8Array ? decodeBundle(bundle) : bundle, {
    rootKey: ROOT.der,
    everySignature,
  });

/** The good bundle with receipts changed. */
function altered(change: (list: Receipt[]) => void): Bundle {
  const list = receipts.map(({ receipt }) => receipt);
  change(list);
  return { ...decodeBundle(good), items: list.map((receipt) => ({ receipt })) };
}

const edited = (at: number, edit: (receipt: Receipt) => Receipt): Bundle =>
  altered((list) => {
    list[at] = edit(list[at]!);
  });

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed.set([changed.at(at)! ^ 1], at < 0 ? bytes.length + at : at);
  return changed;
}

/** The receipt with another answer, certified by `key`: by the root, a canister that lies; by another, a forger. */
function answering(receipt: Receipt, answer: Uint8Array, key: SubnetKey): Receipt {
  const tree = answerTree(
    requestIdOf(receipt.request),
    replied(encodeBlob(answer)),
    1_760_000_000_000_000_000n,
  );
  return { ...receipt, certificate: certify(tree, key) };
}

const receiptsIn = ({ items }: Bundle): Receipt[] =>
  items.flatMap((item) => ('receipt' in item ? [item.receipt] : []));

const frameOf = (receipt: Receipt): Uint8Array => decodeBlob(receipt.request.arg);

/** The receipt with one byte of its decision changed: the stop price of `encodeDecision`'s layout. */
function otherDecision(receipt: Receipt, key: SubnetKey): Receipt {
  const answer = decodeAnswer(decodeBlob(uncheckedReply(receipt)));
  const STOP_PRICE = 80;
  if (answer.kind === 'tick') {
    return answering(
      receipt,
      encodeAnswer({ ...answer, decision: flipped(answer.decision, STOP_PRICE) }),
      key,
    );
  }
  if (answer.kind !== 'record') throw new TypeError('No decision to change');
  const changed = rerecorded(answer, frameOf(receipt), ({ decision }) => ({
    decision: flipped(decision, STOP_PRICE),
  }));
  return answering(receipt, encodeAnswer(changed), key);
}

describe('a bundle', () => {
  it('holds the receipts byte for byte, its header, and what it proves', () => {
    const bundle = decodeBundle(good);
    expect(receiptsIn(bundle).map(encodeReceipt)).toEqual(receipts.map(({ bytes }) => bytes));
    expect(bundle).toMatchObject({ version: BUNDLE_VERSION, createdBy: 'test 1', owner: harbour.risk.owner });
    expect(bundle.canisterId.toText()).toBe(CANISTER.toText());
    expect(bundle.note).toContain('not that the inputs are true');
  });

  it('is the same bytes for the same receipts', async () => {
    expect(await bundleOf(harbour.log.store, header)).toEqual(good);
  });

  const packed = (fields: object): Uint8Array => new Uint8Array(gzipSync(encode(fields)));
  const fields = () => ({
    version: BUNDLE_VERSION,
    createdBy: '',
    canisterId: CANISTER.toUint8Array(),
    owner: harbour.risk.owner,
    note: '',
    items: [],
  });

  it.each([
    ['truncated', () => good.slice(0, good.length - 9)],
    ['truncated', () => good.slice(0, 40)],
    ['trailing', () => Uint8Array.from([...good, 1])],
    ['trailing', () => Uint8Array.from([...good, 0])],
    ['trailing', () => Uint8Array.from([...good, ...good])],
    ['truncated', () => good.slice(0, good.length - 1)],
    ['truncated', () => Uint8Array.of(0x1f, 0x8b)],
    ['malformed', () => flipped(good, -1)],
    ['malformed', () => flipped(good, -8)],
    ['malformed', () => flipped(good, 1_000)],
    ['malformed', () => new Uint8Array(gzipSync('not cbor'))],
    ['malformed', () => packed([1])],
    ['malformed', () => packed({ ...fields(), more: 1 })],
    ['malformed', () => packed({ ...fields(), owner: new Uint8Array(30) })],
    ['malformed', () => packed({ ...fields(), items: [{ receipt: Uint8Array.of(1) }] })],
    ['malformed', () => Uint8Array.of(0xa0)],
    ['version', () => packed({ ...fields(), version: 3 })],
  ])('that is broken is refused as %s', (leaf, bytes) => {
    let error: unknown;
    try {
      decodeBundle(bytes());
    } catch (cause) {
      error = cause;
    }
    expect(error).toMatchObject({ name: 'StoreError', leaf });
  });
});

it('larger than allowed is refused before it is unpacked whole', () => {
  expect(() => decodeBundle(good, 10_000)).toThrow(expect.objectContaining({ leaf: 'oversized' }) as Error);
  expect(decodeBundle(good, 1_000_000).items).toHaveLength(receipts.length);
});

describe('a good bundle', () => {
  it('is proven by the signatures that the chain leaves open, and every decision replays to the same bytes', async () => {
    const result = await check(good);
    expect(result).toMatchObject({ isProven: true, ...VOYAGE, head: toHex(harbour.risk.head) });
    expect(result).toMatchObject({ signatures: 1 + VOYAGE.ticks + VOYAGE.refusals });
  });

  it('is proven by every signature on request', async () => {
    expect(await check(good, true)).toMatchObject({ isProven: true, signatures: receipts.length });
  });

  it('may hold the same answer twice, as a call sent again leaves it', async () => {
    const twice = altered((list) => {
      list.splice(AT.bar, 0, list[AT.bar]!);
      list.push(list.at(-1)!);
    });
    expect(await check(twice)).toMatchObject({
      isProven: true,
      records: VOYAGE.records,
      ticks: VOYAGE.ticks + 1,
    });
  });

  it('is proven up to where it was cut', async () => {
    const cut = altered((list) => {
      list.length = AT.tick;
    });
    expect(await check(cut)).toMatchObject({ isProven: true, records: 5 });
  });
});

it('a bundle without one of its ticks is proven all the same: decisions rest on what is on record', async () => {
  const dropped = altered((list) => list.splice(AT.tick, 1));
  expect(await check(dropped)).toMatchObject({ isProven: true, ticks: 1 });
});

describe('a bundle is refuted when', () => {
  it.each(Object.entries(AT))('a byte of the frame of the %s receipt was changed', async (_, at) => {
    const bundle = edited(at, (receipt) => ({
      ...receipt,
      request: { ...receipt.request, arg: flipped(receipt.request.arg, -1) },
    }));
    expect(await check(bundle)).toMatchObject({ isProven: false, reason: 'no-reply', receipt: at });
  });

  it.each([AT.bar, AT.tick, AT.intent, AT.newest, AT.lastTick])(
    'somebody forged the decision of receipt %i',
    async (at) => {
      const bundle = edited(at, (receipt) => otherDecision(receipt, subnetKey('forger')));
      expect(await check(bundle)).toMatchObject({ isProven: false, reason: 'signature', receipt: at });
    },
  );

  it.each([AT.bar, AT.tick, AT.intent, AT.newest, AT.lastTick])(
    'the canister itself answered receipt %i otherwise than the engine',
    async (at) => {
      const sequence = decodeSequence(receipts[at]!.receipt);
      const bundle = edited(at, (receipt) => otherDecision(receipt, ROOT));
      const result = await check(bundle);
      expect(result).toMatchObject({ isProven: false, reason: 'decision-differs', receipt: at, sequence });
      expect(result).toMatchObject({ message: expect.stringContaining('stopPrice') as string });
    },
  );

  it('the record behind a certified one was changed without touching its decision', async () => {
    const bundle = edited(AT.bar, (receipt) => {
      const answer = decodeAnswer(decodeBlob(uncheckedReply(receipt)));
      if (answer.kind !== 'record') throw new TypeError('Not a record');
      const changed = rerecorded(answer, frameOf(receipt), ({ icTimeMs }) => ({ icTimeMs: icTimeMs + 1 }));
      return answering(receipt, encodeAnswer(changed), subnetKey('forger'));
    });
    expect(await check(bundle)).toMatchObject({
      isProven: false,
      reason: 'signature',
      receipt: AT.bar,
      sequence: 4,
    });
  });

  it.each([0, 1, 2, 3, 4, 7, 8])('the record at place %i was dropped', async (at) => {
    const result = await check(altered((list) => list.splice(at, 1)));
    expect(result).toMatchObject({ isProven: false, reason: 'sequence-gap' });
  });

  it.each([
    [0, 1],
    [3, 4],
    [4, 7],
    [8, 9],
  ])('the records at places %i and %i were swapped', async (one, other) => {
    const swapped = altered((list) => {
      [list[one], list[other]] = [list[other]!, list[one]!];
    });
    expect(await check(swapped)).toMatchObject({ isProven: false, reason: 'sequence-gap', receipt: one });
  });

  it('a tick stands where it was not given', async () => {
    const late = altered((list) => list.push(list[AT.tick]!));
    expect(await check(late)).toMatchObject({ reason: 'passed', receipt: receipts.length });
    const early = altered((list) => list.unshift(list[AT.tick]!));
    expect(await check(early)).toMatchObject({ reason: 'sequence-gap', receipt: 0 });
  });

  it('its owner, its canister or the root key is another', async () => {
    const bundle = decodeBundle(good);
    const other = Principal.selfAuthenticating(Uint8Array.of(1));
    expect(await check({ ...bundle, owner: other.toUint8Array() })).toMatchObject({ reason: 'wrong-owner' });
    expect(await check({ ...bundle, canisterId: other })).toMatchObject({
      reason: 'wrong-canister',
      receipt: 0,
    });
    const rootKey = subnetKey('other root').der;
    expect(await verifyBundle(bundle, { rootKey })).toMatchObject({ isProven: false, reason: 'signature' });
    expect(await verifyBundle(bundle, { rootKey: ROOT.der, canisterId: other })).toMatchObject({
      reason: 'wrong-canister',
    });
  });

  it('it holds no record', async () => {
    expect(await check(encodeBundle(header, []))).toMatchObject({
      isProven: false,
      reason: 'empty',
      sequence: -1,
    });
  });

  it('it was decided by another version of the engine', async () => {
    const bundle = edited(AT.bar, (receipt) => {
      const answer = decodeAnswer(decodeBlob(uncheckedReply(receipt)));
      if (answer.kind !== 'record') throw new TypeError('Not a record');
      const changed = rerecorded(answer, frameOf(receipt), () => ({ engineVersion: 9 }));
      return answering(receipt, encodeAnswer(changed), ROOT);
    });
    expect(await check(bundle)).toMatchObject({ reason: 'engine-version', receipt: AT.bar });
  });

  it('a certificate was damaged and every signature is asked for', async () => {
    const bundle = edited(AT.register, (receipt) => ({
      ...receipt,
      certificate: flipped(receipt.certificate, -3),
    }));
    expect(await check(bundle)).toMatchObject({ isProven: true });
    expect(await check(bundle, true)).toMatchObject({ isProven: false, reason: 'signature', receipt: 0 });
  });
});

function decodeSequence(receipt: Receipt): number {
  const answer = decodeAnswer(decodeBlob(uncheckedReply(receipt)));
  if (answer.kind === 'error') return -1;
  return answer.kind === 'tick' ? answer.sequence : decodeRecord(answer.record).sequence;
}

it('the head of a bundle is the BLAKE3 hash of its newest record and frame', async () => {
  const { receipt } = receipts[AT.newest]!;
  const answer = decodeAnswer(decodeBlob(uncheckedReply(receipt)));
  const result = await check(good);
  expect(answer.kind === 'record' && result.isProven && result.head).toBe(
    answer.kind === 'record' && toHex(headHash(headInput(answer.record, frameOf(receipt)))),
  );
});
