// Certificates of a subnet under a delegation of the root's, as mainnet has them, with each part of them altered.
import { Principal } from '@icp-sdk/core/principal';
import { decode } from 'cborg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answerTree,
  certify,
  delegate,
  replied,
  selfDescribed,
  subnetKey,
  type Delegation,
  type SubnetKey,
  type Tree,
} from '../../../proof/test/MiniIc.ts';
import { CANISTER, openHarbour, ROOT, setSail, type Harbour } from './testing/Harbour.ts';
import { observationOf, WARM_UP } from './testing/Sea.ts';

const SUBNET = subnetKey('subnet');
const OTHER = subnetKey('other');
const ELSEWHERE = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 9, 0x20, 0, 7, 1, 1));

let harbour: Harbour;
beforeEach(async () => {
  harbour = await openHarbour({ timeoutMs: 60, pollIntervalMs: 20 });
  await setSail(harbour);
});
afterEach(() => harbour.remove());

interface Certified {
  readonly tree: Tree;
  readonly signature: Uint8Array;
  readonly delegation?: Delegation;
}

const read = (certificate: Uint8Array): Certified => decode(certificate.subarray(3)) as Certified;

function delegation(
  root: SubnetKey = ROOT,
  subnet: SubnetKey = SUBNET,
  holds: Principal = CANISTER,
): Delegation {
  return delegate(root, subnet, { ranges: [[holds, holds]], timeNs: BigInt(Date.now()) * 1_000_000n });
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at < 0 ? bytes.length + at : at]! ^= 1;
  return changed;
}

const WORD = delegation();

/** The same answer as a subnet certifies it. */
function bySubnet(certificate: Uint8Array, by: SubnetKey = SUBNET, word: Delegation = WORD): Uint8Array {
  return certify(read(certificate).tree, by, word);
}

/** A tree with the leaf under this label changed. */
function altered(tree: Tree, label: string): Tree {
  switch (tree[0]) {
    case 1:
      return [1, altered(tree[1], label), altered(tree[2], label)];
    case 2:
      return Buffer.from(tree[1]).toString('latin1') === label && tree[2][0] === 3
        ? [2, tree[1], [3, flipped(tree[2][1], 0)]]
        : [2, tree[1], altered(tree[2], label)];
    default:
      return tree;
  }
}

/** Another tree under the signature of what it was. */
function withTree(certificate: Uint8Array, change: (tree: Tree) => Tree): Uint8Array {
  const { tree, signature } = read(bySubnet(certificate));
  return selfDescribed({ tree: change(tree), signature, delegation: WORD });
}

const withDelegation = (certificate: Uint8Array, change: (word: Delegation) => Delegation): Uint8Array =>
  bySubnet(certificate, SUBNET, change(WORD));

const inside = (word: Delegation, change: (certified: Certified) => Certified): Delegation => ({
  ...word,
  certificate: selfDescribed(change(read(word.certificate))),
});

const FORGERIES: readonly (readonly [what: string, forge: (certificate: Uint8Array) => Uint8Array])[] = [
  ['the delegation left out', (c) => certify(read(c).tree, SUBNET)],
  [
    "the delegation's subnet altered",
    (c) => withDelegation(c, (d) => ({ ...d, subnet_id: flipped(d.subnet_id, 5) })),
  ],
  [
    "the delegation's signature altered",
    (c) => withDelegation(c, (d) => inside(d, (i) => ({ ...i, signature: flipped(i.signature, 9) }))),
  ],
  [
    "the delegation's public key altered",
    (c) => withDelegation(c, (d) => inside(d, (i) => ({ ...i, tree: altered(i.tree, 'public_key') }))),
  ],
  [
    "the delegation's time altered",
    (c) => withDelegation(c, (d) => inside(d, (i) => ({ ...i, tree: altered(i.tree, 'time') }))),
  ],
  ["the delegation's canisters are others", (c) => bySubnet(c, SUBNET, delegation(ROOT, SUBNET, ELSEWHERE))],
  ['a delegation by another root', (c) => bySubnet(c, SUBNET, delegation(OTHER, SUBNET))],
  ["another subnet's delegation", (c) => bySubnet(c, SUBNET, delegation(ROOT, OTHER))],
  [
    'a delegation that rests on a delegation',
    (c) =>
      withDelegation(c, () =>
        delegate(SUBNET, SUBNET, {
          ranges: [[CANISTER, CANISTER]],
          timeNs: BigInt(Date.now()) * 1_000_000n,
          delegation: WORD,
        }),
      ),
  ],
  ["another key's signature", (c) => bySubnet(c, OTHER)],
  ['the signature altered', (c) => flipped(bySubnet(c, SUBNET), 1 + bySubnet(c).indexOf(0x58, 8))],
  ['the reply altered', (c) => withTree(c, (tree) => altered(tree, 'reply'))],
  ['the status altered', (c) => withTree(c, (tree) => altered(tree, 'status'))],
  ['the time altered', (c) => withTree(c, (tree) => altered(tree, 'time'))],
  ['cut short', (c) => bySubnet(c).subarray(0, -1)],
  ['a byte too many', (c) => Buffer.concat([bySubnet(c), Uint8Array.of(0)])],
];

describe('an answer that a subnet certifies', () => {
  it('is accepted as it is, so that the refusals below have their one cause', async () => {
    const { agent, risk, nextId } = harbour;
    risk.interference = { certificate: (bytes) => bySubnet(bytes) };
    expect((await agent.observe(observationOf(nextId(), WARM_UP))).isRecord).toBe(true);
    expect(agent.refusals()).toEqual([]);
  });

  it.each(FORGERIES)('with %s is refused and counted, and the log stays as it was', async (_, forge) => {
    const { agent, risk, log, nextId } = harbour;
    const before = log.head;
    // Look-ups bring the same as the call did.
    let forged: Uint8Array | undefined;
    risk.interference = { certificate: (bytes) => (forged ??= Uint8Array.from(forge(bytes))) };
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject({
      name: /^(ProofError|FetchError)$/,
    });
    expect(log.head).toBe(before);
    expect(agent.refusals().length).toBeGreaterThan(0);
  });

  it("is not taken from another request's: that is as good as no answer", async () => {
    const { agent, risk, log, nextId } = harbour;
    const before = log.head;
    const other = answerTree(
      new Uint8Array(32).fill(7),
      replied(Uint8Array.of(1)),
      BigInt(Date.now()) * 1_000_000n,
    );
    const certificate = certify(other, SUBNET, WORD);
    risk.interference = { certificate: () => certificate };
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject({
      name: 'FetchError',
    });
    expect(log.head).toBe(before);
  });

  it.each([
    ['six minutes old', -360_000],
    ['six minutes ahead', 360_000],
  ])('%s is refused and counted', async (_, shiftMs) => {
    const { agent, risk, log, nextId } = harbour;
    const before = log.head;
    risk.nowMs += shiftMs;
    risk.interference = { certificate: (bytes) => bySubnet(bytes) };
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject({
      name: 'ProofError',
    });
    expect(log.head).toBe(before);
    expect(agent.refusals().length).toBeGreaterThan(0);
  });
});
