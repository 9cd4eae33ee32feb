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
import { canisterIdAt } from './CanisterId.ts';

const ID_BYTES = 10;
const ATTACHED = 1000;

/** Calls what the argument names, an id and a method, with the given functions of the table as callbacks. */
const relay = (
  name: string,
  onReply: number,
  after: (indexOf: IndexOf) => readonly number[] = () => [],
): FunctionSource => ({
  name,
  body: (indexOf) =>
    code(
      takeArgument(indexOf, 0),
      code(
        op.i32(0),
        op.i32(ID_BYTES),
        op.i32(ID_BYTES),
        sys(indexOf, 'msg_arg_data_size'),
        op.i32(ID_BYTES),
        op.i32Sub,
      ),
      code(op.i32(onReply), op.i32(5), op.i32(1), op.i32(6), sys(indexOf, 'call_new')),
      code(op.i32(2), op.i32(8), sys(indexOf, 'call_on_cleanup')),
      code(op.i32(0), op.i32(4), sys(indexOf, 'call_data_append')),
      code(op.i64(0), op.i64(ATTACHED), sys(indexOf, 'call_cycles_add128')),
      code(sys(indexOf, 'call_perform'), op.drop),
      after(indexOf),
    ),
});

const caller = canister(
  [
    relay('canister_update relay', 0),
    relay('canister_update relayThenTrap', 0, () => op.unreachable),
    relay('canister_update relayTrapInReply', 3),
    relay('canister_update replyThenRelay', 4, (indexOf) => reply(indexOf, 0, 2)),
    {
      // Replies with: env, low word of the refund, the answer.
      name: 'onReply',
      exported: false,
      params: ['i32'],
      body: (indexOf) =>
        code(
          put(100, op.localGet(0)),
          op.i32(104),
          sys(indexOf, 'msg_cycles_refunded128'),
          takeArgument(indexOf, 108),
          code(op.i32(100), sys(indexOf, 'msg_arg_data_size'), op.i32(8), op.i32Add),
          sys(indexOf, 'msg_reply_data_append'),
          sys(indexOf, 'msg_reply'),
        ),
    },
    {
      // Replies with: env, reject code, reject message.
      name: 'onReject',
      exported: false,
      params: ['i32'],
      body: (indexOf) =>
        code(
          put(100, op.localGet(0)),
          put(104, sys(indexOf, 'msg_reject_code')),
          code(
            op.i32(108),
            op.i32(0),
            sys(indexOf, 'msg_reject_msg_size'),
            sys(indexOf, 'msg_reject_msg_copy'),
          ),
          code(op.i32(100), sys(indexOf, 'msg_reject_msg_size'), op.i32(8), op.i32Add),
          sys(indexOf, 'msg_reply_data_append'),
          sys(indexOf, 'msg_reply'),
        ),
    },
    {
      name: 'onCleanup',
      exported: false,
      params: ['i32'],
      body: code(put(200, op.localGet(0))),
    },
    {
      name: 'onReplyTrap',
      exported: false,
      params: ['i32'],
      body: code(put(204, op.i32(1)), op.unreachable),
    },
    { name: 'onReplyNote', exported: false, params: ['i32'], body: code(put(204, op.localGet(0))) },
    { name: 'canister_query notes', body: (indexOf) => reply(indexOf, 200, 8) },
  ],
  { table: ['onReply', 'onReject', 'onCleanup', 'onReplyTrap', 'onReplyNote'] },
);

const callee = canister(
  [
    {
      name: 'canister_update whoCalls',
      body: (indexOf) =>
        code(
          code(op.i32(0), op.i32(0), op.i32(ID_BYTES), sys(indexOf, 'msg_caller_copy')),
          reply(indexOf, 0, ID_BYTES),
        ),
    },
    {
      name: 'canister_update keep400',
      body: (indexOf) =>
        code(op.i64(0), op.i64(400), op.i32(0), sys(indexOf, 'msg_cycles_accept128'), reply(indexOf, 0, 4)),
    },
    {
      name: 'canister_update refuse',
      body: (indexOf) => code(put(300, op.i32(1)), op.i32(250), op.i32(2), sys(indexOf, 'msg_reject')),
    },
    {
      name: 'canister_update keepThenTrap',
      body: (indexOf) =>
        code(
          op.i64(0),
          op.i64(400),
          op.i32(0),
          sys(indexOf, 'msg_cycles_accept128'),
          put(300, op.i32(9)),
          op.unreachable,
        ),
    },
    { name: 'canister_update silent', body: [] },
    { name: 'canister_query look', body: (indexOf) => code(put(300, op.i32(5)), reply(indexOf, 300, 4)) },
    { name: 'canister_query memory', body: (indexOf) => reply(indexOf, 300, 4) },
  ],
  { data: [{ offset: 250, bytes: new TextEncoder().encode('no') }] },
);

const setUp = () => {
  const { subnet, deploy } = testSubnet();
  const [a, b] = [deploy(caller), deploy(callee)];
  const relayed = (method: string, to = b, through = 'relay') => {
    const arg = Uint8Array.from([...to, ...new TextEncoder().encode(method)]);
    return subnet.callUpdate(a, through, arg);
  };
  const cycles = () => [subnet.resources(a)?.cycles, subnet.resources(b)?.cycles];
  const notes = () => replyOf(subnet.callQuery(a, 'notes', NO_ARGUMENT));
  const calleeMemory = () => word(replyOf(subnet.callQuery(b, 'memory', NO_ARGUMENT)));
  return { subnet, a, b, relayed, cycles, notes, calleeMemory };
};
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a call between canisters', () => {
  it('reaches the callee as from the caller, and the reply callback gets its word and the answer', () => {
    const { relayed, a } = setUp();
    const bytes = replyOf(relayed('whoCalls'));
    expect(word(bytes)).toBe(5);
    expect(bytes.slice(8)).toEqual(a);
  });

  it('moves the cycles that are accepted and gives back the rest', () => {
    const { relayed, cycles } = setUp();
    const [a, b] = cycles() as [bigint, bigint];
    expect(word(replyOf(relayed('keep400')), 1)).toBe(ATTACHED - 400);
    expect(cycles()).toEqual([a - 400n, b + 400n]);
  });

  it('counts the instructions of the message and of its callback', () => {
    const { relayed } = setUp();
    const { instructions, totalInstructions } = relayed('whoCalls');
    expect(instructions).toBeGreaterThan(0n);
    expect(totalInstructions).toBeGreaterThan(instructions);
  });

  it.each([
    ['refuse', 4, /^no$/, 1],
    ['keepThenTrap', 5, /trapped/, 0],
    ['silent', 5, /did not reply/, 0],
    ['absent', 5, /no update method 'absent'/, 0],
  ])('is rejected when the callee does not reply: %s', (method, rejectCode, message, memory) => {
    const { relayed, cycles, calleeMemory } = setUp();
    const before = cycles();
    const bytes = replyOf(relayed(method));
    expect([word(bytes), word(bytes, 1)]).toEqual([6, rejectCode]);
    expect(text(bytes.slice(8))).toMatch(message);
    expect(cycles()).toEqual(before);
    expect(calleeMemory()).toBe(memory);
  });

  it('to a canister that does not exist is rejected with code 3', () => {
    const { relayed } = setUp();
    const bytes = replyOf(relayed('whoCalls', canisterIdAt(99)));
    expect(word(bytes, 1)).toBe(3);
    expect(text(bytes.slice(8))).toMatch(/not found/);
  });

  it('may be of a query method, whose effects are undone', () => {
    const { relayed, calleeMemory } = setUp();
    expect(word(replyOf(relayed('look')), 2)).toBe(5);
    expect(calleeMemory()).toBe(0);
  });

  it('is not made when the message that makes it traps', () => {
    const { relayed, cycles } = setUp();
    const before = cycles();
    expect(rejectOf(relayed('keep400', undefined, 'relayThenTrap')).errorCode).toBe('IC0502');
    expect(cycles()).toEqual(before);
  });

  it('whose reply callback traps runs the cleanup callback, keeps only what that did, and rejects', () => {
    const { relayed, notes } = setUp();
    expect(rejectOf(relayed('keep400', undefined, 'relayTrapInReply'))).toMatchObject({
      rejectCode: 5,
      errorCode: 'IC0502',
    });
    expect([word(notes()), word(notes(), 1)]).toEqual([8, 0]);
  });

  it('goes on after the caller has replied', () => {
    const { relayed, notes } = setUp();
    expect(replyOf(relayed('whoCalls', undefined, 'replyThenRelay'))).toHaveLength(2);
    expect(word(notes(), 1)).toBe(5);
  });

  it('to itself is a call like any other', () => {
    const { subnet, a, relayed } = setUp();
    const bytes = replyOf(relayed('notes', a));
    expect(word(bytes)).toBe(5);
    expect(subnet.resources(a)?.cycles).toBe(100_000_000_000_000n);
  });
});
