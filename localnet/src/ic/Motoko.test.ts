import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { beforeAll, describe, expect, it } from 'vitest';
import { azleFixture } from '../../test/AzleFixture.ts';
import { motokoFixture } from '../../test/MotokoFixture.ts';
import { testSubnet } from '../../test/TestCanister.ts';
import { manage } from './ManagementClient.ts';
import type { QueryResult } from './Subnet.types.ts';

let wasm: Uint8Array;
let hello: Uint8Array;
beforeAll(() => {
  wasm = motokoFixture('motoko');
  hello = azleFixture('hello');
});

const setUp = () => {
  const test = testSubnet();
  const { subnet, deploy } = test;
  const azle = deploy(hello, IDL.encode([], []));
  const initArg = IDL.encode([IDL.Text], [Principal.fromUint8Array(azle).toText()]);
  const id = deploy(wasm, initArg);
  const values = (result: QueryResult, types: IDL.Type[]): unknown[] => {
    if (result.status === 'rejected') throw new Error(`${result.errorCode}: ${result.rejectMessage}`);
    return IDL.decode(types, result.reply);
  };
  const update = (method: string, returns: IDL.Type[] = [], types: IDL.Type[] = [], args: unknown[] = []) =>
    values(subnet.callUpdate(id, method, IDL.encode(types, args)).result, returns);
  const query = (method: string, returns: IDL.Type[], types: IDL.Type[] = [], args: unknown[] = []) =>
    values(subnet.callQuery(id, method, IDL.encode(types, args)).result, returns);
  const counts = () => query('counts', [IDL.Nat, IDL.Nat]);
  const azleCount = () => values(subnet.callQuery(azle, 'count', IDL.encode([], [])).result, [IDL.Nat32])[0];
  return { ...test, id, azle, initArg, update, query, counts, azleCount, values };
};

describe('a Motoko canister', () => {
  it('keeps its variables over an upgrade, except the transient ones', () => {
    const { subnet, id, initArg, update, counts } = setUp();
    update('increment', [IDL.Nat]);
    update('increment', [IDL.Nat]);
    expect(counts()).toEqual([2n, 2n]);
    subnet.installCode(id, wasm, { mode: 'upgrade', arg: initArg });
    expect(counts()).toEqual([2n, 0n]);
    expect(update('increment', [IDL.Nat])).toEqual([3n]);
  });

  it('answers queries, also called as updates, which changes nothing and breaks nothing', () => {
    const { query, update, counts } = setUp();
    expect(query('countInVain', [IDL.Nat])).toEqual([1n]);
    expect(update('countInVain', [IDL.Nat])).toEqual([1n]);
    expect(update('countInVain', [IDL.Nat])).toEqual([1n]);
    expect(counts()).toEqual([0n, 0n]);
    expect(update('increment', [IDL.Nat])).toEqual([1n]);
  });

  it('is undone when it traps, its log kept', () => {
    const { subnet, id, update, counts } = setUp();
    const before = subnet.stateHash();
    expect(() => update('incrementThenTrap')).toThrow(/IC050[23].*(divide|arithmetic|trap)/i);
    expect(subnet.stateHash()).toBe(before);
    expect(counts()).toEqual([0n, 0n]);
    const logs = manage(subnet, 'fetch_canister_logs', {
      canister_id: Principal.fromUint8Array(id),
      filter: [],
    }) as { readonly canister_log_records: readonly { readonly content: Uint8Array }[] };
    const texts = logs.canister_log_records.map(({ content }) => new TextDecoder().decode(content));
    expect(texts).toEqual([expect.stringContaining('before the trap'), expect.stringMatching(/^\[TRAP\]/)]);
  });

  it('and an azle canister call each other', () => {
    const { subnet, azle, id, update, values } = setUp();
    expect(update('askOther', [IDL.Text], [IDL.Text], ['you'])).toEqual(['hello, you']);
    const arg = IDL.encode([IDL.Principal, IDL.Text], [Principal.fromUint8Array(id), 'you']);
    expect(values(subnet.callUpdate(azle, 'ask', arg).result, [IDL.Text])).toEqual(['motoko greets you']);
  });

  it('sees the reject of an azle canister that threw and was undone', () => {
    const { update, counts, azleCount } = setUp();
    const [message] = update('provoke', [IDL.Text]);
    expect(message).toMatch(/thrown on purpose/);
    expect([counts(), azleCount()]).toEqual([[1n, 0n], 0]);
  });

  it('keeps what it did before a call, and so does the callee, when it traps afterwards', () => {
    const { update, counts, azleCount } = setUp();
    expect(() => update('askThenTrap')).toThrow(/IC050[23]/);
    expect([counts(), azleCount()]).toEqual([[1n, 0n], 1]);
  });

  it('asks an azle canister in a composite query', () => {
    const { query, counts } = setUp();
    expect(query('askInQuery', [IDL.Text], [IDL.Text], ['you'])).toEqual(['hello, you']);
    expect(counts()).toEqual([0n, 0n]);
  });

  it('has timers, and heartbeats once a second', () => {
    const { subnet, clock, update, query } = setUp();
    const passed = () => query('passed', [IDL.Nat, IDL.Nat]) as [bigint, bigint];
    update('after', [], [IDL.Nat64], [10n]);
    const [, beats] = passed();
    for (let second = 0; second < 9; second++) {
      clock.advanceMs(1_000);
      subnet.run();
    }
    const [none, nine] = passed();
    expect([none, nine - beats >= 8n && nine - beats <= 10n]).toEqual([0n, true]);
    clock.advanceMs(2_000);
    subnet.run();
    expect(passed()[0]).toBe(1n);
  });
});
