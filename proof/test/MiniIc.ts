// A network in miniature for tests: real BLS keys, real state trees, real certificates, no sockets.
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { Principal } from '@icp-sdk/core/principal';
import { encode } from 'cborg';
import { createHash } from 'node:crypto';
import { fromHex } from '../src/Bytes.ts';
import { encodeLeb128 } from '../src/Leb128.ts';

export type Tree =
  | readonly [0]
  | readonly [1, Tree, Tree]
  | readonly [2, Uint8Array, Tree]
  | readonly [3, Uint8Array]
  | readonly [4, Uint8Array];

export interface SubnetKey {
  readonly secret: Uint8Array;
  readonly der: Uint8Array;
}

const utf8 = new TextEncoder();
const bls = bls12_381.shortSignatures;
const DER_PREFIX = '308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100';

export const bytes = (text: string): Uint8Array => utf8.encode(text);
export const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((p) => [...p]));
const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(
    createHash('sha256')
      .update(join(...parts))
      .digest(),
  );
const separator = (name: string): Uint8Array => join(Uint8Array.of(name.length), bytes(name));

/** A BLS key that is the same for the same name. */
export function subnetKey(name: string): SubnetKey {
  const seed = createHash('sha384').update(name).digest();
  const { secretKey } = bls.keygen(Uint8Array.from(seed));
  return { secret: secretKey, der: join(fromHex(DER_PREFIX)!, bls.getPublicKey(secretKey).toBytes()) };
}

export const subnetIdOf = (key: SubnetKey): Principal => Principal.selfAuthenticating(key.der);

export function rootHash(tree: Tree): Uint8Array {
  switch (tree[0]) {
    case 0:
      return sha256(separator('ic-hashtree-empty'));
    case 1:
      return sha256(separator('ic-hashtree-fork'), rootHash(tree[1]), rootHash(tree[2]));
    case 2:
      return sha256(separator('ic-hashtree-labeled'), tree[1], rootHash(tree[2]));
    case 3:
      return sha256(separator('ic-hashtree-leaf'), tree[1]);
    case 4:
      return tree[1];
  }
}

export const leaf = (content: Uint8Array): Tree => [3, content];
export const pruned = (tree: Tree): Tree => [4, rootHash(tree)];

/** A node with labelled children, in the order of their labels, forked evenly. */
export function node(children: readonly (readonly [string | Uint8Array, Tree])[]): Tree {
  const labelled = children
    .map(([label, tree]) => [typeof label === 'string' ? bytes(label) : label, tree] as const)
    .sort(([a], [b]) => Buffer.compare(a, b))
    .map(([label, tree]): Tree => [2, label, tree]);
  const fork = (trees: readonly Tree[]): Tree => {
    const [first, ...others] = trees;
    if (first === undefined) return [0];
    if (others.length === 0) return first;
    const middle = Math.ceil(trees.length / 2);
    return [1, fork(trees.slice(0, middle)), fork(trees.slice(middle))];
  };
  return fork(labelled);
}

export interface Delegation {
  readonly subnet_id: Uint8Array;
  readonly certificate: Uint8Array;
}

export function selfDescribed(value: unknown): Uint8Array {
  return join(Uint8Array.of(0xd9, 0xd9, 0xf7), encode(value, { mapSorter: () => 0 }));
}

/** Signs a state tree as the network does. */
export function certify(tree: Tree, key: SubnetKey, delegation?: Delegation): Uint8Array {
  const message = join(separator('ic-state-root'), rootHash(tree));
  const signature = bls.sign(bls.hash(message), key.secret).toBytes();
  return selfDescribed({ tree, signature, ...(delegation === undefined ? {} : { delegation }) });
}

export interface DelegationOptions {
  readonly ranges: readonly (readonly [Principal, Principal])[];
  readonly timeNs: bigint;
  /** `sharded`: `/canister_ranges/<subnet>/<first id>`; `flat`: `/subnet/<subnet>/canister_ranges`. */
  readonly form?: 'sharded' | 'flat';
  readonly delegation?: Delegation;
}

/** The root's word that a subnet with this key speaks for these canisters. */
export function delegate(root: SubnetKey, subnet: SubnetKey, options: DelegationOptions): Delegation {
  const { ranges, timeNs, form = 'sharded', delegation } = options;
  const subnetId = subnetIdOf(subnet).toUint8Array();
  const encoded = leaf(selfDescribed(ranges.map(([lo, hi]) => [lo.toUint8Array(), hi.toUint8Array()])));
  const first = ranges[0]?.[0].toUint8Array() ?? new Uint8Array();
  const publicKey = ['public_key', leaf(subnet.der)] as const;
  const tree = node([
    ['time', leaf(encodeLeb128(timeNs))],
    ...(form === 'flat'
      ? ([['subnet', node([[subnetId, node([['canister_ranges', encoded], publicKey])]])]] as const)
      : ([
          ['canister_ranges', node([[subnetId, node([[first, encoded]])]])],
          ['subnet', node([[subnetId, node([publicKey])]])],
        ] as const)),
  ]);
  return { subnet_id: subnetId, certificate: certify(tree, root, delegation) };
}

/** A state tree as a call is answered with: time, one request's status, everything else pruned. */
export function answerTree(requestId: Uint8Array, status: Tree, timeNs: bigint): Tree {
  return node([
    ['canister', pruned(leaf(bytes('elsewhere')))],
    ['request_status', node([[requestId, status]])],
    ['time', leaf(encodeLeb128(timeNs))],
  ]);
}

export const replied = (reply: Uint8Array): Tree =>
  node([
    ['reply', leaf(reply)],
    ['status', leaf(bytes('replied'))],
  ]);

export const rejected = (code: number, message: string, errorCode?: string): Tree =>
  node([
    ['reject_code', leaf(encodeLeb128(BigInt(code)))],
    ['reject_message', leaf(bytes(message))],
    ['status', leaf(bytes('rejected'))],
    ...(errorCode === undefined ? [] : ([['error_code', leaf(bytes(errorCode))]] as const)),
  ]);

export const statusOnly = (status: string): Tree => node([['status', leaf(bytes(status))]]);
