import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import type { FunctionSource } from '../../test/Assembler.ts';
import {
  NO_ARGUMENT,
  START_MS,
  canister,
  put,
  reply,
  replyOf,
  sys,
  takeArgument,
  testSubnet,
  word,
} from '../../test/TestCanister.ts';
import { Principal } from '@dfinity/principal';
import { manage } from './ManagementClient.ts';

const I64_LOAD = [0x29, 3, 0];
const increment = (address: number) => put(address, op.i32(address), op.i32Load(), op.i32(1), op.i32Add);

/** Word 0: timers; 1: heartbeats; words 2 and 3: time of the last timer. */
const functions: FunctionSource[] = [
  {
    name: 'canister_global_timer',
    body: (indexOf) => code(increment(0), op.i32(8), sys(indexOf, 'time'), op.i64Store()),
  },
  {
    // Sets the timer to the argument, replies with what it was before.
    name: 'canister_update setTimer',
    body: (indexOf) =>
      code(
        takeArgument(indexOf, 100),
        code(op.i32(108), op.i32(100), I64_LOAD, sys(indexOf, 'global_timer_set'), op.i64Store()),
        reply(indexOf, 108, 8),
      ),
  },
  { name: 'canister_query state', body: (indexOf) => reply(indexOf, 0, 16) },
  {
    name: 'canister_update time',
    body: (indexOf) => code(op.i32(100), sys(indexOf, 'time'), op.i64Store(), reply(indexOf, 100, 8)),
  },
];
const wasm = canister(functions);

const setUp = (module = wasm) => {
  const { subnet, clock, deploy } = testSubnet();
  const id = deploy(module);
  const state = () => replyOf(subnet.callQuery(id, 'state', NO_ARGUMENT));
  const setTimer = (atMs: number) => {
    const arg = new Uint8Array(8);
    new DataView(arg.buffer).setBigUint64(0, BigInt(atMs) * 1_000_000n, true);
    const before = replyOf(subnet.callUpdate(id, 'setTimer', arg));
    return Number(new DataView(before.buffer).getBigUint64(0, true) / 1_000_000n);
  };
  const timers = () => word(state());
  return { subnet, clock, id, state, setTimer, timers };
};

describe('a timer', () => {
  it('fires once, in the first round at or after its time', () => {
    const { subnet, clock, setTimer, timers, state } = setUp();
    setTimer(START_MS + 1000);
    clock.advanceMs(999);
    subnet.run();
    expect(timers()).toBe(0);
    clock.advanceMs(1);
    subnet.run();
    subnet.run();
    expect(timers()).toBe(1);
    expect(new DataView(state().buffer).getBigUint64(8, true)).toBe(BigInt(START_MS + 1000) * 1_000_000n);
  });

  it('is replaced by a later setting and switched off by 0; each tells what was set before', () => {
    const { subnet, clock, setTimer, timers } = setUp();
    expect(setTimer(START_MS + 1000)).toBe(0);
    expect(setTimer(START_MS + 2000)).toBe(START_MS + 1000);
    expect(setTimer(0)).toBe(START_MS + 2000);
    clock.advanceMs(5000);
    subnet.run();
    expect(timers()).toBe(0);
  });

  it('does not fire on a stopped canister, and does when it is started again', () => {
    const { subnet, clock, id, setTimer, timers } = setUp();
    const target = { canister_id: Principal.fromUint8Array(id) };
    setTimer(START_MS + 1000);
    manage(subnet, 'stop_canister', target);
    clock.advanceMs(5000);
    subnet.run();
    manage(subnet, 'start_canister', target);
    subnet.run();
    expect(timers()).toBe(1);
  });

  it('that traps is not tried again, and what it did is undone', () => {
    const trapping = functions.with(0, {
      name: 'canister_global_timer',
      body: code(increment(0), op.unreachable),
    });
    const { subnet, clock, setTimer, timers } = setUp(canister(trapping));
    setTimer(START_MS + 1000);
    clock.advanceMs(2000);
    subnet.run();
    expect(timers()).toBe(0);
    expect(setTimer(0)).toBe(0);
  });
});

describe('a heartbeat', () => {
  it('comes once per second and only while the canister runs', () => {
    const beating = canister([...functions, { name: 'canister_heartbeat', body: increment(4) }]);
    const { subnet, clock, id, state } = setUp(beating);
    const beats = () => word(state(), 1);
    const pass = (durationMs: number) => {
      clock.advanceMs(durationMs);
      subnet.run();
    };
    pass(5000);
    const before = beats();
    pass(0);
    pass(999);
    expect(beats()).toBe(before);
    pass(1);
    expect(beats()).toBe(before + 1);
    pass(60_000);
    expect(beats()).toBe(before + 2);
    manage(subnet, 'stop_canister', { canister_id: Principal.fromUint8Array(id) });
    pass(5000);
    manage(subnet, 'start_canister', { canister_id: Principal.fromUint8Array(id) });
    pass(0);
    expect(beats()).toBe(before + 3);
    pass(2000);
    expect(beats()).toBe(before + 4);
  });
});

describe('time', () => {
  it('is one per round and strictly increasing, though the clock stands still or goes back', () => {
    const { subnet, clock, id } = setUp();
    const now = () =>
      new DataView(replyOf(subnet.callUpdate(id, 'time', NO_ARGUMENT)).buffer).getBigUint64(0, true);
    const times = [now(), now()];
    clock.advanceMs(-60_000);
    times.push(now());
    clock.advanceMs(120_000);
    times.push(now());
    expect(times).toEqual([...new Set(times)].sort());
    expect(times[3]).toBe(BigInt(START_MS + 60_000) * 1_000_000n);
    expect(subnet.timeNs()).toBe(times[3]);
  });

  it('moves on with a tick even when there is nothing to do', () => {
    const { subnet } = testSubnet();
    const before = subnet.timeNs();
    let rounds = 0;
    subnet.onRound(() => rounds++);
    subnet.run();
    expect([subnet.timeNs(), rounds]).toEqual([before, 0]);
    subnet.tick();
    expect([subnet.timeNs(), rounds]).toEqual([before + 1n, 1]);
  });
});
