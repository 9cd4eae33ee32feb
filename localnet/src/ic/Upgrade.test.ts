import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import type { FunctionSource, IndexOf } from '../../test/Assembler.ts';
import {
  NO_ARGUMENT,
  canister,
  put,
  reply,
  replyOf,
  sys,
  takeArgument,
  testSubnet,
  word,
} from '../../test/TestCanister.ts';
import { manage } from './ManagementClient.ts';
import { ManagementError } from './Reject.ts';
import { Principal } from '@dfinity/principal';

/** `stable[0] = value`, by way of the heap. */
const putStable = (indexOf: IndexOf, value: number) =>
  code(put(500, op.i32(value)), op.i64(0), op.i64(500), op.i64(4), sys(indexOf, 'stable64_write'));

const state: FunctionSource = {
  name: 'canister_query state',
  body: (indexOf) =>
    code(op.i64(4), op.i64(0), op.i64(4), sys(indexOf, 'stable64_read'), reply(indexOf, 0, 8)),
};

const init: FunctionSource = {
  name: 'canister_init',
  body: (indexOf) =>
    code(
      takeArgument(indexOf, 0),
      op.i64(1),
      sys(indexOf, 'stable64_grow'),
      op.drop,
      putStable(indexOf, 11),
      code(op.i64(-1), sys(indexOf, 'global_timer_set'), op.drop),
      code(op.i32(500), op.i32(1), sys(indexOf, 'certified_data_set')),
    ),
};

/** Like `state`, but the heap word tells the version. */
const version = (number: number, ...more: FunctionSource[]) =>
  canister([init, state, ...more], { data: [{ offset: 0, bytes: Uint8Array.of(number) }] });

const preUpgrade: FunctionSource = {
  name: 'canister_pre_upgrade',
  body: (indexOf) => code(put(0, op.i32(99)), putStable(indexOf, 22)),
};
const first = version(1, preUpgrade);

const setUp = (wasm = first) => {
  const { subnet, deploy } = testSubnet();
  const id = deploy(wasm, Uint8Array.of(42, 0, 0, 0));
  const seen = () => {
    const bytes = replyOf(subnet.callQuery(id, 'state', NO_ARGUMENT));
    return { heap: word(bytes), stable: word(bytes, 1) };
  };
  const upgrade = (next: Uint8Array) => {
    subnet.installCode(id, next, { mode: 'upgrade', arg: NO_ARGUMENT });
  };
  return { subnet, id, seen, upgrade };
};

describe('installing', () => {
  it('gives the argument to init', () => {
    expect(setUp().seen()).toEqual({ heap: 42, stable: 11 });
  });

  it('that traps in init leaves the canister empty', () => {
    const { subnet } = testSubnet();
    const id = subnet.createCanister();
    const before = subnet.stateHash();
    const wasm = canister([
      {
        name: 'canister_init',
        body: (indexOf) => code(op.i64(1), sys(indexOf, 'stable64_grow'), op.unreachable),
      },
    ]);
    expect(() => subnet.installCode(id, wasm)).toThrow(ManagementError);
    expect(subnet.canister(id)?.moduleHash).toBeUndefined();
    expect(subnet.stateHash()).toBe(before);
  });

  it('over existing code is refused; reinstalling clears heap, stable memory and certified data', () => {
    const { subnet, id, seen } = setUp();
    expect(() => subnet.installCode(id, first)).toThrow(/already/);
    const bare = canister([
      {
        ...state,
        body: (indexOf) =>
          code(op.i32(4), sys(indexOf, 'stable64_size'), op.i64Store(), reply(indexOf, 0, 8)),
      },
    ]);
    subnet.installCode(id, bare, { mode: 'reinstall' });
    expect(seen()).toEqual({ heap: 0, stable: 0 });
    expect(subnet.canister(id)?.certifiedData).toHaveLength(0);
  });

  it('runs the start function before init, where only few system calls are allowed', () => {
    const start: FunctionSource = {
      name: 'start',
      exported: false,
      body: (indexOf) => code(sys(indexOf, 'time'), op.drop),
    };
    const { subnet } = testSubnet();
    const id = subnet.createCanister();
    expect(() => subnet.installCode(id, canister([start], { start: 'start' }))).toThrow(
      /"ic0_time" cannot be executed in start mode/,
    );
    const good = canister(
      [
        { ...start, body: put(8, op.i32(1)) },
        { name: 'canister_init', body: code(op.i32(12), op.i32(8), op.i32Load(), op.i32Store()) },
        { name: 'canister_query state', body: (indexOf) => reply(indexOf, 8, 8) },
      ],
      { start: 'start' },
    );
    subnet.installCode(id, good);
    expect(word(replyOf(subnet.callQuery(id, 'state', NO_ARGUMENT)), 1)).toBe(1);
  });

  it('of a module that imports what is not emulated is refused with its name', () => {
    const { subnet } = testSubnet();
    const id = subnet.createCanister();
    const wasm = canister([], { imports: [{ name: 'mint_cycles128' }] });
    expect(() => subnet.installCode(id, wasm)).toThrow(/ic0\.mint_cycles128 is not emulated/);
  });
});

describe('an upgrade', () => {
  it('keeps stable memory as pre_upgrade left it, starts a new heap, stops the timer and keeps certified data', () => {
    const { subnet, id, seen, upgrade } = setUp();
    upgrade(version(2));
    expect(seen()).toEqual({ heap: 2, stable: 22 });
    expect(subnet.canister(id)?.certifiedData).toEqual(Uint8Array.of(11));
  });

  it.each([
    [
      'pre_upgrade',
      version(1, {
        name: 'canister_pre_upgrade',
        body: (indexOf) => code(put(0, op.i32(99)), putStable(indexOf, 22), op.unreachable),
      }),
      version(2),
    ],
    [
      'post_upgrade',
      first,
      version(2, {
        name: 'canister_post_upgrade',
        body: (indexOf) =>
          code(putStable(indexOf, 33), op.i64(1), sys(indexOf, 'stable64_grow'), op.drop, op.unreachable),
      }),
    ],
    [
      'the start function',
      first,
      canister([{ name: 's', exported: false, body: op.unreachable }], { start: 's' }),
    ],
  ])('is all or nothing: a trap in %s undoes what every stage did', (_, from, to) => {
    const { subnet, seen, upgrade } = setUp(from);
    const before = subnet.stateHash();
    expect(() => {
      upgrade(to);
    }).toThrow(/trapped/);
    expect(subnet.stateHash()).toBe(before);
    expect(seen()).toEqual({ heap: 42, stable: 11 });
  });

  it('to a broken module changes nothing', () => {
    const { subnet, upgrade } = setUp();
    const before = subnet.stateHash();
    expect(() => {
      upgrade(Uint8Array.of(1, 2, 3));
    }).toThrow(/expected a WebAssembly module/);
    expect(subnet.stateHash()).toBe(before);
  });

  it('can leave out pre_upgrade, so that a canister whose pre_upgrade traps can be saved', () => {
    const stuck = version(1, { name: 'canister_pre_upgrade', body: op.unreachable });
    const { subnet, id, seen, upgrade } = setUp(stuck);
    expect(() => {
      upgrade(version(2));
    }).toThrow(/trapped/);
    const options = { skip_pre_upgrade: [true], wasm_memory_persistence: [] };
    const argument = {
      mode: { upgrade: [options] },
      canister_id: Principal.fromUint8Array(id),
      wasm_module: version(3),
      arg: NO_ARGUMENT,
      sender_canister_version: [],
    };
    manage(subnet, 'install_code', argument);
    expect(seen()).toEqual({ heap: 3, stable: 11 });
  });

  it('with a heap to keep is refused rather than done otherwise', () => {
    const { subnet, id } = setUp();
    const options = { skip_pre_upgrade: [], wasm_memory_persistence: [{ keep: null }] };
    const argument = {
      mode: { upgrade: [options] },
      canister_id: Principal.fromUint8Array(id),
      wasm_module: version(3),
      arg: NO_ARGUMENT,
      sender_canister_version: [],
    };
    expect(() => manage(subnet, 'install_code', argument)).toThrow(/keeping the heap/);
  });
});
