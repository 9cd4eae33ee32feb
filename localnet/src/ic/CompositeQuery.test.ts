import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import type { FunctionSource, IndexOf } from '../../test/Assembler.ts';
import {
  NO_ARGUMENT,
  canister,
  put,
  rejectOf,
  reply,
  replyOf,
  sys,
  takeArgument,
  testSubnet,
  word,
} from '../../test/TestCanister.ts';
import type { PrincipalBytes } from './Subnet.types.ts';

const ID_BYTES = 10;
const increment = (address: number) => put(address, op.i32(address), op.i32Load(), op.i32(1), op.i32Add);

/** Calls the method whose name is at `name` of the first canister in the argument, handing on the rest of it. */
const callNext = (indexOf: IndexOf, name: number, length: number) =>
  code(
    takeArgument(indexOf, 100),
    code(op.i32(100), op.i32(ID_BYTES), op.i32(name), op.i32(length)),
    code(op.i32(0), op.i32(7), op.i32(1), op.i32(8), sys(indexOf, 'call_new')),
    code(op.i32(100 + ID_BYTES), sys(indexOf, 'msg_arg_data_size'), op.i32(ID_BYTES), op.i32Sub),
    code(sys(indexOf, 'call_data_append'), sys(indexOf, 'call_perform'), op.drop),
  );

/** Word 0 counts the messages that this canister ran. */
const functions: FunctionSource[] = [
  {
    // With an empty argument the end of the chain, else a call of the next.
    name: 'canister_composite_query chain',
    body: (indexOf) =>
      code(
        increment(0),
        sys(indexOf, 'msg_arg_data_size'),
        op.if,
        callNext(indexOf, 900, 5),
        op.else,
        reply(indexOf, 0, 4),
        op.end,
      ),
  },
  {
    // Replies with the count of messages here and what the callee replied.
    name: 'replied',
    exported: false,
    params: ['i32'],
    body: (indexOf) =>
      code(
        increment(0),
        takeArgument(indexOf, 4),
        code(op.i32(0), op.i32(4), sys(indexOf, 'msg_reply_data_append')),
        code(op.i32(4), sys(indexOf, 'msg_arg_data_size'), sys(indexOf, 'msg_reply_data_append')),
        sys(indexOf, 'msg_reply'),
      ),
  },
  {
    name: 'rejected',
    exported: false,
    params: ['i32'],
    body: (indexOf) => code(put(4, sys(indexOf, 'msg_reject_code')), reply(indexOf, 4, 4)),
  },
  { name: 'canister_query messages', body: (indexOf) => reply(indexOf, 0, 4) },
  { name: 'canister_composite_query plain', body: (indexOf) => callNext(indexOf, 910, 8) },
  { name: 'canister_composite_query trapping', body: (indexOf) => callNext(indexOf, 920, 4) },
  { name: 'canister_query trap', body: code(increment(0), op.unreachable) },
  {
    name: 'canister_composite_query spin',
    body: code(op.loop, op.i32(2000), op.i32(0), op.i32(60_000), op.memoryFill, op.br(0), op.end),
  },
  { name: 'canister_composite_query spinning', body: (indexOf) => callNext(indexOf, 930, 4) },
  {
    name: 'canister_composite_query paying',
    body: (indexOf) => code(op.i64(0), op.i64(1), sys(indexOf, 'call_cycles_add128')),
  },
  { name: 'canister_composite_query silent', body: [] },
];
const encoder = new TextEncoder();
const wasm = canister(functions, {
  table: ['replied', 'rejected'],
  data: [
    { offset: 900, bytes: encoder.encode('chain') },
    { offset: 910, bytes: encoder.encode('messages') },
    { offset: 920, bytes: encoder.encode('trap') },
    { offset: 930, bytes: encoder.encode('spin') },
  ],
});

const setUp = (count: number) => {
  const { subnet, deploy } = testSubnet();
  const ids = Array.from({ length: count }, () => deploy(wasm));
  const query = (id: PrincipalBytes, method: string, then: readonly PrincipalBytes[] = []) =>
    subnet.callQuery(id, method, Uint8Array.from(then.flatMap((one) => [...one])));
  return { subnet, ids: ids as [PrincipalBytes, ...PrincipalBytes[]], query };
};

describe('a composite query', () => {
  it('calls others in turn, keeps its heap over its callbacks, and leaves no trace anywhere', () => {
    const { subnet, ids, query } = setUp(3);
    const before = subnet.stateHash();
    const bytes = replyOf(query(ids[0], 'chain', ids.slice(1)));
    expect([word(bytes, 0), word(bytes, 1), word(bytes, 2)]).toEqual([2, 2, 1]);
    expect(subnet.stateHash()).toBe(before);
  });

  it('calls plain queries too', () => {
    const { ids, query } = setUp(2);
    expect(replyOf(query(ids[0], 'plain', ids.slice(1)))).toHaveLength(8);
  });

  it('goes six calls deep and no deeper', () => {
    const { ids, query } = setUp(8);
    expect(replyOf(query(ids[0], 'chain', ids.slice(1, 7)))).toHaveLength(7 * 4);
    expect(rejectOf(query(ids[0], 'chain', ids.slice(1)))).toMatchObject({
      errorCode: 'IC0525',
      rejectMessage: 'Composite query calls exceeded the maximum call depth.',
    });
  });

  it('learns of a trap, a missing canister and a loop by reject callback', () => {
    const { ids, query } = setUp(2);
    const missing = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9, 1, 1);
    expect(word(replyOf(query(ids[0], 'trapping', ids.slice(1))))).toBe(5);
    expect(word(replyOf(query(ids[0], 'chain', [missing])))).toBe(3);
    const looped = replyOf(query(ids[0], 'chain', [ids[1] as PrincipalBytes, ids[0]]));
    expect([word(looped, 0), word(looped, 1)]).toEqual([2, 5]);
  });

  it('shares 5 G instructions with all that it calls', () => {
    const { ids, query } = setUp(2);
    expect(rejectOf(query(ids[0], 'spinning', ids.slice(1)))).toMatchObject({
      errorCode: 'IC0526',
      rejectMessage: 'Composite query calls exceeded the instruction limit.',
    });
  });

  it('cannot attach cycles and must reply', () => {
    const { ids, query } = setUp(1);
    expect(rejectOf(query(ids[0], 'paying')).rejectMessage).toMatch(
      /"ic0_call_cycles_add128" cannot be executed in compositeQuery mode/,
    );
    expect(rejectOf(query(ids[0], 'silent')).errorCode).toBe('IC0506');
  });

  it('cannot be called as an update', () => {
    const { subnet, ids } = setUp(1);
    expect(rejectOf(subnet.callUpdate(ids[0], 'chain', NO_ARGUMENT)).errorCode).toBe('IC0527');
  });
});
