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
  testSubnet,
  word,
} from '../../test/TestCanister.ts';

/** Changes the heap, a global, stable memory, the timer, certified data and the balance. */
const touchEverything = (indexOf: IndexOf) =>
  code(
    put(0, op.i32(7)),
    op.i32(7),
    op.globalSet(0),
    op.i64(1),
    sys(indexOf, 'stable64_grow'),
    op.drop,
    code(op.i64(10), op.i64(0), op.i64(4), sys(indexOf, 'stable64_write')),
    op.i64(-1),
    sys(indexOf, 'global_timer_set'),
    op.drop,
    code(op.i32(0), op.i32(4), sys(indexOf, 'certified_data_set')),
    code(op.i64(0), op.i64(1000), op.i32(32), sys(indexOf, 'cycles_burn128')),
  );

const method = (name: string, ...end: ((indexOf: IndexOf) => readonly number[])[]): FunctionSource => ({
  name,
  body: (indexOf) => code(touchEverything(indexOf), ...end.map((part) => part(indexOf))),
});
/** For ever: fill the heap, which costs an instruction for each byte and so reaches the limit soon. */
const spin = code(op.loop, op.i32(0), op.i32(1), op.i32(65_536), op.memoryFill, op.br(0), op.end);
const replyNothing = (indexOf: IndexOf) => reply(indexOf, 0, 0);

const wasm = canister(
  [
    method('canister_update touch', replyNothing),
    method('canister_update crash', () => op.unreachable),
    method('canister_update trap', (indexOf) => code(op.i32(200), op.i32(3), sys(indexOf, 'trap'))),
    method('canister_update replyThenCrash', replyNothing, () => op.unreachable),
    method('canister_update growThenCrash', () => code(op.i32(3), op.memoryGrow, op.drop, op.unreachable)),
    method('canister_update spin', () => spin),
    { name: 'canister_update overflow', body: (indexOf) => op.call(indexOf('canister_update overflow')) },
    {
      name: 'canister_query state',
      body: (indexOf) =>
        code(
          put(4, op.globalGet(0)),
          code(op.i32(8), sys(indexOf, 'stable64_size'), op.i64Store()),
          reply(indexOf, 0, 16),
        ),
    },
    {
      name: 'canister_query growInVain',
      body: (indexOf) => code(put(0, op.i32(9)), op.i32(5), op.memoryGrow, op.drop, reply(indexOf, 0, 4)),
    },
    {
      name: 'canister_query spinInVain',
      body: code(put(0, op.i32(9)), spin),
    },
  ],
  { mutableGlobals: [1], data: [{ offset: 200, bytes: new TextEncoder().encode('why') }] },
);

const setUp = () => {
  const { subnet, deploy } = testSubnet();
  const id = deploy(wasm);
  const state = () => {
    const bytes = replyOf(subnet.callQuery(id, 'state', NO_ARGUMENT));
    return { heap: word(bytes), global: word(bytes, 1), stablePages: word(bytes, 2) };
  };
  return { subnet, id, state };
};

describe('a message that ends well', () => {
  it('keeps what it did to heap, globals, stable memory, certified data and balance', () => {
    const { subnet, id, state } = setUp();
    const before = subnet.stateHash();
    const cycles = subnet.resources(id)?.cycles ?? 0n;
    replyOf(subnet.callUpdate(id, 'touch', NO_ARGUMENT));
    expect(state()).toEqual({ heap: 7, global: 7, stablePages: 1 });
    expect(subnet.canister(id)?.certifiedData).toEqual(Uint8Array.of(7, 0, 0, 0));
    expect(subnet.resources(id)?.cycles).toBe(cycles - 1000n);
    expect(subnet.stateHash()).not.toBe(before);
  });
});

describe('a message that traps', () => {
  it.each([
    ['crash', 'IC0502', /unreachable/],
    ['trap', 'IC0503', /'why'/],
    ['replyThenCrash', 'IC0502', /unreachable/],
    ['growThenCrash', 'IC0502', /unreachable/],
    ['overflow', 'IC0502', /stack overflow/],
  ])('leaves nothing behind: %s', (name, errorCode, message) => {
    const { subnet, id, state } = setUp();
    const before = subnet.stateHash();
    const rejected = rejectOf(subnet.callUpdate(id, name, NO_ARGUMENT));
    expect(rejected).toMatchObject({ rejectCode: 5, errorCode });
    expect(rejected.rejectMessage).toMatch(message);
    expect(subnet.stateHash()).toBe(before);
    expect(state()).toEqual({ heap: 0, global: 1, stablePages: 0 });
    expect(subnet.resources(id)?.heapBytes).toBe(65_536);
  });

  it('restores what the last good message left, not what was installed', () => {
    const { subnet, id, state } = setUp();
    replyOf(subnet.callUpdate(id, 'touch', NO_ARGUMENT));
    const before = subnet.stateHash();
    rejectOf(subnet.callUpdate(id, 'growThenCrash', NO_ARGUMENT));
    expect(subnet.stateHash()).toBe(before);
    expect(state()).toEqual({ heap: 7, global: 7, stablePages: 1 });
    replyOf(subnet.callUpdate(id, 'touch', NO_ARGUMENT));
    expect(state().stablePages).toBe(2);
  });

  it('by using up 40 G instructions is undone, and the count says so', () => {
    const { subnet, id } = setUp();
    const before = subnet.stateHash();
    const called = subnet.callUpdate(id, 'spin', NO_ARGUMENT);
    expect(rejectOf(called)).toMatchObject({ rejectCode: 5, errorCode: 'IC0522' });
    expect(called.instructions).toBe(40_000_000_000n);
    expect(subnet.stateHash()).toBe(before);
  });
});

describe('a query', () => {
  it('may change the heap, and the change is gone afterwards, even when the heap grew', () => {
    const { subnet, id, state } = setUp();
    const before = subnet.stateHash();
    expect(word(replyOf(subnet.callQuery(id, 'growInVain', NO_ARGUMENT)))).toBe(9);
    expect(state().heap).toBe(0);
    expect(subnet.stateHash()).toBe(before);
  });

  it('ends after 5 G instructions', () => {
    const { subnet, id, state } = setUp();
    const called = subnet.callQuery(id, 'spinInVain', NO_ARGUMENT);
    expect(rejectOf(called)).toMatchObject({ rejectCode: 5, errorCode: 'IC0522' });
    expect(called.instructions).toBe(5_000_000_000n);
    expect(state().heap).toBe(0);
  });

  it('called as an update is executed, answered and undone', () => {
    const { subnet, id, state } = setUp();
    const before = state();
    expect(word(replyOf(subnet.callUpdate(id, 'growInVain', NO_ARGUMENT)))).toBe(9);
    expect(state()).toEqual(before);
  });
});
