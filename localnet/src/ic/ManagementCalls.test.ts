import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import { canister, replyOf, sys, takeArgument, testSubnet } from '../../test/TestCanister.ts';
import { canisterIdAt } from './CanisterId.ts';
import { ARGUMENTS, RESULTS } from './ManagementTypes.ts';
import type { ManagementMethod } from './ManagementTypes.ts';
import { FREE } from './PriceList.ts';

const ATTACHED = 5000n;
const NAME_BYTES = 16;

/**
 * Calls a method of the management canister and replies with its answer. The argument: 16 bytes that end in the method's
 * name and begin with the offset at which it starts, then the payload.
 */
const forwarder = canister(
  [
    {
      name: 'canister_update forward',
      body: (indexOf) =>
        code(
          takeArgument(indexOf, 100),
          code(op.i32(0), op.i32(0), op.i32(100), [0x2d, 0, 0], op.i32(100), op.i32Add),
          code(op.i32(NAME_BYTES + 100), op.i32(100), [0x2d, 0, 0], op.i32(100), op.i32Add, op.i32Sub),
          code(op.i32(0), op.i32(0), op.i32(1), op.i32(0), sys(indexOf, 'call_new')),
          code(op.i32(100 + NAME_BYTES), sys(indexOf, 'msg_arg_data_size'), op.i32(NAME_BYTES), op.i32Sub),
          sys(indexOf, 'call_data_append'),
          code(op.i64(0), op.i64(Number(ATTACHED)), sys(indexOf, 'call_cycles_add128')),
          code(sys(indexOf, 'call_perform'), op.drop),
        ),
    },
    {
      name: 'onReply',
      exported: false,
      params: ['i32'],
      body: (indexOf) =>
        code(
          takeArgument(indexOf, 1000),
          code(op.i32(1000), sys(indexOf, 'msg_arg_data_size'), sys(indexOf, 'msg_reply_data_append')),
          sys(indexOf, 'msg_reply'),
        ),
    },
    {
      name: 'onReject',
      exported: false,
      params: ['i32'],
      body: (indexOf) => code(op.i32(0), op.i32(0), sys(indexOf, 'msg_reject')),
    },
  ],
  { table: ['onReply', 'onReject'] },
);

const setUp = (prices = FREE) => {
  const { subnet, deploy } = testSubnet({ prices });
  const id = deploy(forwarder);
  const forward = (method: ManagementMethod, argument?: unknown): unknown => {
    const types: IDL.Type[] = ARGUMENTS[method];
    const payload = IDL.encode(types, types.length === 0 ? [] : [argument]);
    const name = new TextEncoder().encode(method.padStart(NAME_BYTES));
    name[0] = NAME_BYTES - method.length;
    const bytes = replyOf(subnet.callUpdate(id, 'forward', Uint8Array.from([...name, ...payload])));
    const type = RESULTS[method];
    return type === undefined ? undefined : IDL.decode([type], bytes)[0];
  };
  const balance = (of = id) => subnet.resources(of)?.cycles ?? 0n;
  return { subnet, id, forward, balance };
};

describe('a canister calling the management canister', () => {
  it('creates a canister that it controls, with the cycles it attached', () => {
    const { subnet, id, forward, balance } = setUp();
    const before = balance();
    const { canister_id } = forward('create_canister', { settings: [], sender_canister_version: [] }) as {
      canister_id: Principal;
    };
    const created = canister_id.toUint8Array();
    expect(created).toEqual(canisterIdAt(1));
    expect(subnet.canister(created)?.controllers).toEqual([id]);
    expect([balance(created), balance()]).toEqual([ATTACHED, before - ATTACHED]);
  });

  it('leaves the new canister what it attached less the fee, and gets all back when that is too little', () => {
    const argument = { settings: [], sender_canister_version: [] };
    const { forward, balance } = setUp({ ...FREE, createCanister: ATTACHED - 3n });
    forward('create_canister', argument);
    expect(balance(canisterIdAt(1))).toBe(3n);
    const dearer = setUp({ ...FREE, createCanister: ATTACHED + 1n });
    const before = dearer.balance();
    expect(() => dearer.forward('create_canister', argument)).toThrow();
    expect(dearer.balance()).toBe(before);
  });

  it('deposits cycles into another', () => {
    const { subnet, forward, balance } = setUp();
    const other = subnet.createCanister({ cycles: 1n });
    forward('deposit_cycles', { canister_id: Principal.fromUint8Array(other) });
    expect(balance(other)).toBe(1n + ATTACHED);
  });

  it('draws randomness and gets back the cycles that were not needed', () => {
    const { forward, balance } = setUp();
    const before = balance();
    const [first, second] = [forward('raw_rand'), forward('raw_rand')] as [Uint8Array, Uint8Array];
    expect([first.length, second.length]).toEqual([32, 32]);
    expect(first).not.toEqual(second);
    expect(balance()).toBe(before);
  });

  it('may look at its own status', () => {
    const { id, forward } = setUp();
    expect(forward('canister_status', { canister_id: Principal.fromUint8Array(id) })).toMatchObject({
      status: { running: null },
    });
  });
});
