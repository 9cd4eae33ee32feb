import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { beforeAll, describe, expect, it } from 'vitest';
import { azleFixture } from '../../test/AzleFixture.ts';
import { START_MS, testSubnet } from '../../test/TestCanister.ts';
import type { PrincipalBytes, QueryResult } from './Subnet.types.ts';

let wasm: Uint8Array;
beforeAll(() => {
  wasm = azleFixture('hello');
});

const ALICE = Uint8Array.of(7, 7, 7, 2);
const NOTE = [IDL.Text, IDL.Text];

const setUp = () => {
  const test = testSubnet();
  const id = test.deploy(wasm, IDL.encode([], []));
  const { subnet } = test;
  const decoded = (result: QueryResult, types: IDL.Type[]): unknown => {
    if (result.status === 'rejected') throw new Error(`${result.errorCode}: ${result.rejectMessage}`);
    return IDL.decode(types, result.reply)[0];
  };
  const query = (method: string, types: IDL.Type[], args: unknown[], returns: IDL.Type, on = id): unknown =>
    decoded(subnet.callQuery(on, method, IDL.encode(types, args), ALICE).result, [returns]);
  const update = (
    method: string,
    types: IDL.Type[] = [],
    args: unknown[] = [],
    returns: IDL.Type[] = [],
    on = id,
  ): unknown => decoded(subnet.callUpdate(on, method, IDL.encode(types, args), ALICE).result, returns);
  const count = (on = id) => query('count', [], [], IDL.Nat32, on);
  const read = (key: string, on = id) => query('read', [IDL.Text], [key], IDL.Opt(IDL.Text), on);
  return { ...test, id, query, update, count, read };
};
const principal = (id: PrincipalBytes) => Principal.fromUint8Array(id);

describe('an azle canister', () => {
  it('answers queries, and knows the caller and itself', () => {
    const { id, query } = setUp();
    expect(query('greet', [IDL.Text], ['Zürich ⛵'], IDL.Text)).toBe('hello, Zürich ⛵');
    expect(query('whoami', [], [], IDL.Text)).toBe(principal(ALICE).toText());
    expect((query('self', [], [], IDL.Principal) as Principal).toText()).toBe(principal(id).toText());
  });

  it('keeps what updates do and nothing of what queries do', () => {
    const { update, query, count } = setUp();
    expect(update('increment', [], [], [IDL.Nat32])).toBe(1);
    expect(query('countInVain', [], [], IDL.Nat32)).toBe(2);
    expect(count()).toBe(1);
    expect(update('increment', [], [], [IDL.Nat32])).toBe(2);
  });

  it('forgets its heap and keeps its StableBTreeMap over an upgrade', () => {
    const { subnet, id, update, count, read } = setUp();
    update('note', NOTE, ['key', 'value']);
    update('increment', [], [], [IDL.Nat32]);
    subnet.installCode(id, wasm, { mode: 'upgrade' });
    expect(read('key')).toEqual(['value']);
    expect(count()).toBe(0);
  });

  it.each([
    ['noteThenThrow', /thrown on purpose/],
    ['noteThenTrap', /trapped on purpose/],
  ])('undoes heap and map when a method fails: %s', (method, message) => {
    const { subnet, update, count, read } = setUp();
    update('note', NOTE, ['key', 'value']);
    const before = subnet.stateHash();
    expect(() => update(method, [IDL.Text], ['key'])).toThrow(message);
    expect(subnet.stateHash()).toBe(before);
    expect([count(), read('key')]).toEqual([0, ['value']]);
  });

  it('runs timers when they are due', () => {
    const { subnet, clock, update, query } = setUp();
    const ticked = () => query('ticked', [], [], IDL.Nat32);
    update('after', [IDL.Nat32], [10]);
    clock.advanceMs(9_000);
    subnet.run();
    expect(ticked()).toBe(0);
    clock.setMs(START_MS + 10_001);
    subnet.run();
    expect(ticked()).toBe(1);
  });

  it('calls another canister, sees its reject with the callee undone, and is undone itself when it throws later', () => {
    const { deploy, update, count } = setUp();
    const other = deploy(wasm, IDL.encode([], []));
    expect(update('ask', [IDL.Principal, IDL.Text], [principal(other), 'you'], [IDL.Text])).toBe(
      'hello, you',
    );
    const provoked = update('provoke', [IDL.Principal], [principal(other)], [IDL.Text]);
    expect(provoked).toMatch(/^5: .*thrown on purpose/);
    expect([count(), count(other)]).toEqual([1, 0]);
    expect(() => update('askThenThrow', [IDL.Principal], [principal(other)])).toThrow(
      /thrown after the reply/,
    );
    expect(count()).toBe(1);
  });

  it('sets certified data and gets the certificate in queries', () => {
    const { subnet, id, update, query } = setUp();
    const certificate = () => query('certificate', [], [], IDL.Opt(IDL.Vec(IDL.Nat8)));
    expect(certificate()).toEqual([]);
    update('certify', [IDL.Vec(IDL.Nat8)], [[1, 2, 3]]);
    expect(subnet.canister(id)?.certifiedData).toEqual(Uint8Array.of(1, 2, 3));
    subnet.setDataCertificateSource(() => Uint8Array.of(4, 5));
    expect(certificate()).toEqual([Uint8Array.of(4, 5)]);
  });

  it('inspects messages', () => {
    const { subnet, id } = setUp();
    const inspect = (method: string) =>
      subnet.inspect({
        requestId: new Uint8Array(32),
        sender: ALICE,
        canisterId: id,
        method,
        arg: IDL.encode([], []),
      });
    expect(inspect('increment')).toEqual({ accepted: true });
    expect(inspect('forbidden')).toMatchObject({
      accepted: false,
      rejectCode: 4,
      errorCode: 'IC0406',
    });
  });

  it('draws the same random numbers from the same seed', () => {
    const random = (seed: string) => {
      const { subnet, deploy } = testSubnet({ seed });
      const id = deploy(wasm, IDL.encode([], []));
      const { result } = subnet.callQuery(id, 'random', IDL.encode([], []));
      return { result, hash: subnet.stateHash() };
    };
    expect(random('a')).toEqual(random('a'));
    expect(random('a').result).not.toEqual(random('b').result);
  });

  it('recurses as deep as its own stack allows, and traps beyond', () => {
    const { query, count } = setUp();
    expect(query('recurse', [IDL.Nat32], [1500], IDL.Nat32)).toBe(1500);
    expect(() => query('recurse', [IDL.Nat32], [100_000], IDL.Nat32)).toThrow(/IC050[23]/);
    expect(count()).toBe(0);
  });

  it('ends at the instruction limit and stays usable', () => {
    const { subnet, id, update, count } = setUp();
    const called = subnet.callQuery(id, 'spin', IDL.encode([], []));
    expect(called.result).toMatchObject({ status: 'rejected', errorCode: 'IC0522' });
    expect(called.instructions).toBe(5_000_000_000n);
    expect(count()).toBe(0);
    expect(update('increment', [], [], [IDL.Nat32])).toBe(1);
  });
});
