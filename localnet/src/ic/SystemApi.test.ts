import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import type { FunctionSource } from '../../test/Assembler.ts';
import {
  NO_ARGUMENT,
  canister,
  put,
  rejectOf,
  reply,
  replyOf,
  sys,
  testSubnet,
  word,
} from '../../test/TestCanister.ts';

const functions: FunctionSource[] = [
  { name: 'canister_update answer', body: (indexOf) => reply(indexOf, 0, 0) },
  {
    name: 'canister_query replicated',
    body: (indexOf) => code(put(4, sys(indexOf, 'in_replicated_execution')), reply(indexOf, 4, 4)),
  },
  {
    name: 'canister_query callInQuery',
    body: (indexOf) => code(code(...Array.from({ length: 8 }, () => op.i32(0))), sys(indexOf, 'call_new')),
  },
  {
    name: 'canister_update tooManyCycles',
    body: (indexOf) =>
      code(
        code(...Array.from({ length: 8 }, () => op.i32(0))),
        sys(indexOf, 'call_new'),
        code(op.i64(1), op.i64(0), sys(indexOf, 'call_cycles_add128')),
        reply(indexOf, 0, 0),
      ),
  },
  {
    name: 'canister_update appendWithoutCall',
    body: (indexOf) => code(op.i32(0), op.i32(0), sys(indexOf, 'call_data_append'), reply(indexOf, 0, 0)),
  },
  {
    name: 'canister_update badCallback',
    body: (indexOf) =>
      code(
        code(op.i32(0), op.i32(0), op.i32(0), op.i32(0), op.i32(99), op.i32(0), op.i32(99), op.i32(0)),
        sys(indexOf, 'call_new'),
        code(sys(indexOf, 'call_perform'), op.drop),
      ),
  },
  { name: 'canister_update replyTwice', body: (indexOf) => code(reply(indexOf, 0, 0), reply(indexOf, 0, 0)) },
  { name: 'canister_update readFarAway', body: (indexOf) => reply(indexOf, -16, 32) },
  {
    name: 'canister_update argumentTooFar',
    body: (indexOf) =>
      code(op.i32(0), op.i32(1), op.i32(4), sys(indexOf, 'msg_arg_data_copy'), reply(indexOf, 0, 0)),
  },
  {
    name: 'canister_update stableTooFar',
    body: (indexOf) =>
      code(op.i64(0), op.i64(0), op.i64(1), sys(indexOf, 'stable64_write'), reply(indexOf, 0, 0)),
  },
  {
    name: 'canister_update stableWrites',
    body: (indexOf) =>
      code(
        code(op.i64(1), sys(indexOf, 'stable64_grow'), op.drop),
        code(op.i64(4094), op.i64(0), op.i64(4), sys(indexOf, 'stable64_write')),
        code(op.i64(4094), op.i64(0), op.i64(4), sys(indexOf, 'stable64_write')),
        reply(indexOf, 0, 0),
      ),
  },
  { name: 'canister_query silent', body: [] },
  {
    name: 'canister_query counter9',
    body: (indexOf) => code(op.i32(9), sys(indexOf, 'performance_counter'), op.drop),
  },
  {
    name: 'canister_query counters',
    body: (indexOf) =>
      code(
        code(op.i32(8), op.i32(0), sys(indexOf, 'performance_counter'), op.i64Store()),
        code(op.i32(16), op.i32(1), sys(indexOf, 'performance_counter'), op.i64Store()),
        reply(indexOf, 8, 16),
      ),
  },
];

const setUp = () => {
  const { subnet, deploy } = testSubnet();
  return { subnet, id: deploy(canister(functions, { table: ['canister_update answer'] })) };
};

describe('the system API', () => {
  it('tells replicated execution from queries', () => {
    const { subnet, id } = setUp();
    expect(word(replyOf(subnet.callQuery(id, 'replicated', NO_ARGUMENT)))).toBe(0);
    expect(word(replyOf(subnet.callUpdate(id, 'replicated', NO_ARGUMENT)))).toBe(1);
  });

  it.each([
    ['callInQuery', 'IC0504', /"ic0_call_new" cannot be executed in query mode/],
    ['silent', 'IC0506', /did not reply/],
    ['absent', 'IC0536', /no query method 'absent'/],
    ['answer', 'IC0536', /no query method 'answer'/],
    ['counter9', 'IC0504', /performance counter 9 does not exist/],
  ])('ends a query that breaks the contract: %s', (method, errorCode, message) => {
    const { subnet, id } = setUp();
    const rejected = rejectOf(subnet.callQuery(id, method, NO_ARGUMENT));
    expect(rejected).toMatchObject({ rejectCode: 5, errorCode });
    expect(rejected.rejectMessage).toMatch(message);
  });

  it.each([
    ['replyTwice', 5, 'IC0504', /answered already/],
    ['readFarAway', 5, 'IC0502', /heap out of bounds/],
    ['argumentTooFar', 5, 'IC0504', /bytes 1 to 5 were asked of a payload of 2 bytes/],
    ['stableTooFar', 5, 'IC0502', /stable memory out of bounds/],
    [
      'tooManyCycles',
      2,
      'IC0207',
      /is out of cycles: please top up the canister with at least \d+ additional cycles/,
    ],
    ['appendWithoutCall', 5, 'IC0504', /call_new comes first/],
    ['badCallback', 5, 'IC0504', /callback 99 is not a function/],
  ])(
    'ends an update that breaks the contract, and changes nothing: %s',
    (method, rejectCode, errorCode, message) => {
      const { subnet, id } = setUp();
      const balance = subnet.resources(id)?.cycles;
      const rejected = rejectOf(subnet.callUpdate(id, method, new Uint8Array(2)));
      expect(rejected).toMatchObject({ rejectCode, errorCode });
      expect(rejected.rejectMessage).toMatch(message);
      expect(subnet.resources(id)?.cycles).toBe(balance);
    },
  );

  it('counts instructions exactly, its own overhead included', () => {
    const { subnet, id } = setUp();
    const called = subnet.callQuery(id, 'counters', NO_ARGUMENT);
    const bytes = replyOf(called);
    const look = 1 + 1 + 5 + 1; // two constants, the call, the store
    // A block is paid on entry, so the first look already includes the rest of the straight line.
    const line = 1 + 2 * look + (2 + 5 + 5);
    expect([word(bytes), word(bytes, 2)]).toEqual([line + 200, line + 400]);
    const answering = 500 + 16 * 50 + 500;
    expect(called.instructions).toBe(BigInt(line + 400 + answering));
  });

  it('charges a stable write by bytes, and each 4 KiB page once a message', () => {
    const { subnet, id } = setUp();
    const line = 1 + (1 + 5 + 1) + 2 * (3 + 5) + (2 + 5 + 5);
    const writing = 2 * (20 + 4) + 2 * 1000;
    const expected = BigInt(line + 100 + writing + 500 + 500);
    expect(subnet.callUpdate(id, 'stableWrites', NO_ARGUMENT).instructions).toBe(expected);
    expect(subnet.callUpdate(id, 'stableWrites', NO_ARGUMENT).instructions).toBe(expected);
  });
});
