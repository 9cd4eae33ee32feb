import { decode } from '@dfinity/cbor';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256, utf8 } from './Bytes.ts';
import { encodeTree, hashOf, type HashTree } from './HashTree.ts';
import { StateTree } from './StateTree.ts';
import { subnetKeysFromSeed, type SubnetKeys } from './SubnetKeys.ts';
import { FakeSubnet, fakeCanisterId } from './testing/FakeSubnet.ts';
import { strictLookup, type WireTree } from './testing/StrictLookup.ts';

let keys: SubnetKeys;
beforeAll(async () => {
  keys = await subnetKeysFromSeed(utf8('state tree'));
});

const requestId = (n: number): Uint8Array => Uint8Array.from(sha256(utf8(`request ${n}`)));
const submit = (subnet: FakeSubnet, n: number, method = 'echo', arg = utf8(`${n}`)): void =>
  subnet.submit({
    requestId: requestId(n),
    sender: Uint8Array.of(4),
    canisterId: fakeCanisterId(0),
    method,
    arg,
  });

function at(tree: HashTree, ...path: (string | Uint8Array)[]): unknown {
  const wire = decode(encodeTree(tree)) as unknown as WireTree;
  return strictLookup(
    wire,
    path.map((label) => (typeof label === 'string' ? utf8(label) : label)),
  );
}

describe('the state tree', () => {
  it('kept up to date through any changes equals one built afresh', () => {
    const subnet = new FakeSubnet();
    const kept = new StateTree(subnet, keys);
    const expectEqual = (): void =>
      expect(hashOf(kept.current())).toEqual(hashOf(new StateTree(subnet, keys).current()));
    expectEqual();
    subnet.install(fakeCanisterId(0), { controllers: [Uint8Array.of(7)] });
    subnet.install(fakeCanisterId(1));
    expectEqual();
    for (let n = 0; n < 300; n++) submit(subnet, n, ['echo', 'slow', 'fail'][n % 3]);
    expectEqual();
    subnet.tick();
    expectEqual();
    subnet.finish(requestId(1));
    expectEqual();
    submit(subnet, 300, 'certify', utf8('data'));
    subnet.tick();
    expectEqual();
    subnet.uninstall(fakeCanisterId(1));
    subnet.forget();
    submit(subnet, 301);
    expectEqual();
    expect(at(kept.current(), 'canister', fakeCanisterId(1), 'controllers')).toBe('absent');
    expect(at(kept.current(), 'request_status', requestId(300), 'status')).toBe('absent');
    expect(at(kept.current(), 'canister', fakeCanisterId(0), 'certified_data')).toEqual({
      found: utf8('data'),
    });
  });

  it('shows each status of a request with the fields that belong to it', () => {
    const subnet = new FakeSubnet();
    subnet.install(fakeCanisterId(0));
    const state = new StateTree(subnet, keys);
    submit(subnet, 0);
    submit(subnet, 1, 'fail');
    submit(subnet, 2, 'slow');
    const field = (n: number, name: string): unknown =>
      at(state.current(), 'request_status', requestId(n), name);
    expect(field(0, 'status')).toEqual({ found: utf8('received') });
    subnet.tick();
    expect(field(0, 'status')).toEqual({ found: utf8('replied') });
    expect(field(0, 'reply')).toEqual({ found: utf8('0') });
    expect(field(0, 'reject_code')).toBe('absent');
    expect(field(1, 'status')).toEqual({ found: utf8('rejected') });
    expect(field(1, 'reject_code')).toEqual({ found: Uint8Array.of(5) });
    expect(field(1, 'reject_message')).toEqual({ found: utf8('it trapped') });
    expect(field(1, 'error_code')).toEqual({ found: utf8('IC0503') });
    expect(field(1, 'reply')).toBe('absent');
    expect(field(2, 'status')).toEqual({ found: utf8('processing') });
  });

  it('says that this subnet holds every canister id, the management canister included', () => {
    const state = new StateTree(new FakeSubnet(), keys).current();
    const plain = at(state, 'subnet', keys.subnetId, 'canister_ranges') as { found: Uint8Array };
    const sharded = at(state, 'canister_ranges', keys.subnetId, new Uint8Array(0)) as { found: Uint8Array };
    expect(sharded.found).toEqual(plain.found);
    expect([...plain.found.subarray(0, 3)]).toEqual([0xd9, 0xd9, 0xf7]);
    const [[first, last]] = decode(plain.found) as unknown as [[Uint8Array, Uint8Array]];
    expect(first).toHaveLength(0);
    expect(Buffer.compare(last, fakeCanisterId(Number.MAX_SAFE_INTEGER))).toBe(1);
  });
});
