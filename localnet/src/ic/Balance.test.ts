import { Principal } from '@dfinity/principal';
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
  takeArgument,
  testSubnet,
  word,
} from '../../test/TestCanister.ts';
import { ANONYMOUS, principalText } from './CanisterId.ts';
import { NO_SETTINGS, manage } from './ManagementClient.ts';
import { THIRTEEN_NODES } from './PriceList.ts';
import type { PrincipalBytes } from './Subnet.types.ts';

const STRANGER = Uint8Array.of(9, 2);
const GIB = 1n << 30n;
/** What a GiB costs. */
const PER_SECOND = 127_000n;

/** Word 0 counts pings; word 4 holds what a call came to: 1 reply, 2 reject, or what `call_perform` gave. */
const functions: FunctionSource[] = [
  {
    name: 'canister_update ping',
    body: (indexOf) => code(put(0, op.i32(0), op.i32Load(), op.i32(1), op.i32Add), reply(indexOf, 0, 4)),
  },
  { name: 'canister_update trap', body: code(op.unreachable) },
  { name: 'canister_query pings', body: (indexOf) => reply(indexOf, 0, 4) },
  {
    // Calls `ping` of the canister given as argument.
    name: 'canister_update forward',
    body: (indexOf) =>
      code(
        takeArgument(indexOf, 100),
        code(op.i32(100), sys(indexOf, 'msg_arg_data_size'), op.i32(900), op.i32(4)),
        code(op.i32(0), op.i32(0), op.i32(0), op.i32(0), sys(indexOf, 'call_new')),
        put(4, sys(indexOf, 'call_perform')),
        code(
          op.i32(4),
          op.i32Load(),
          op.ifI32,
          reply(indexOf, 4, 4),
          op.i32(0),
          op.else,
          op.i32(0),
          op.end,
          op.drop,
        ),
      ),
  },
  { name: 'answered', exported: false, params: ['i32'], body: (indexOf) => reply(indexOf, 0, 4) },
  { name: 'canister_global_timer', body: put(0, op.i32(99)) },
  {
    name: 'canister_update timer',
    body: (indexOf) =>
      code(
        sys(indexOf, 'time'),
        op.i64(500_000_000),
        [0x7c],
        sys(indexOf, 'global_timer_set'),
        op.drop,
        reply(indexOf, 0, 0),
      ),
  },
];
const wasm = canister(functions, {
  table: ['answered'],
  data: [{ offset: 900, bytes: new TextEncoder().encode('ping') }],
});

const setUp = () => {
  const test = testSubnet({ prices: THIRTEEN_NODES });
  const { subnet, deploy } = test;
  const id = deploy(wasm);
  const cycles = (of = id) => subnet.resources(of)?.cycles ?? 0n;
  const target = (of: PrincipalBytes) => ({ canister_id: Principal.fromUint8Array(of) });
  const status = (of = id) =>
    manage(subnet, 'canister_status', target(of)) as {
      readonly idle_cycles_burned_per_day: bigint;
      readonly memory_size: bigint;
    };
  const change = (of: PrincipalBytes, settings: object) => {
    manage(subnet, 'update_settings', {
      ...target(of),
      settings: { ...NO_SETTINGS, ...settings },
      sender_canister_version: [],
    });
  };
  /** Sets the freezing threshold so that about so many cycles are above it (or, if negative, missing). */
  const leaveLiquid = (liquid: bigint, of = id) => {
    change(of, { memory_allocation: [GIB] });
    change(of, { freezing_threshold: [(cycles(of) - liquid) / PER_SECOND] });
  };
  return { ...test, id, cycles, status, target, change, leaveLiquid };
};

describe('an update', () => {
  it('costs ingress, a base and its instructions, whether it succeeds or traps', () => {
    const { subnet, id, cycles } = setUp();
    const costOf = (method: string) => {
      const before = cycles();
      const { instructions } = subnet.callUpdate(id, method, new Uint8Array(10));
      return { paid: before - cycles(), instructions };
    };
    for (const method of ['ping', 'trap']) {
      const { paid, instructions } = costOf(method);
      expect(paid).toBe(1_200_000n + 2_000n * BigInt(method.length + 10) + 5_000_000n + instructions);
    }
  });

  it('costs nothing as a query', () => {
    const { subnet, id, cycles } = setUp();
    const before = cycles();
    replyOf(subnet.callQuery(id, 'pings', NO_ARGUMENT));
    expect(cycles()).toBe(before);
  });
});

describe('a call between canisters', () => {
  it('costs the caller call, bytes both ways and its callback, the callee its own execution', () => {
    const { subnet, deploy, id, cycles } = setUp();
    const other = deploy(wasm);
    const before = [cycles(), cycles(other)] as const;
    const spent = new Map<string, bigint>();
    subnet.onExecuted(({ canisterId, instructions }) => {
      const key = principalText(canisterId);
      spent.set(key, (spent.get(key) ?? 0n) + instructions);
    });
    expect(word(replyOf(subnet.callUpdate(id, 'forward', other)))).toBe(0);
    const ingress = 1_200_000n + 2_000n * BigInt('forward'.length + other.length);
    const sent = 260_000n + 1_000n * BigInt('ping'.length) + 1_000n * 4n;
    const own = 2n * 5_000_000n + (spent.get(principalText(id)) ?? 0n);
    expect(before[0] - cycles()).toBe(ingress + sent + own);
    expect(before[1] - cycles(other)).toBe(5_000_000n + (spent.get(principalText(other)) ?? 0n));
  });

  it('is refused by call_perform when the balance does not allow for the response', () => {
    const { subnet, deploy, id, leaveLiquid } = setUp();
    const [other, poor] = [deploy(wasm), deploy(wasm)];
    // Executing takes 40 G in advance and the response another 40 G.
    leaveLiquid(60_000_000_000n, poor);
    expect(word(replyOf(subnet.callUpdate(poor, 'forward', other)))).toBe(2);
    expect(word(replyOf(subnet.callQuery(other, 'pings', NO_ARGUMENT)))).toBe(0);
    expect(word(replyOf(subnet.callUpdate(id, 'forward', other)))).toBe(0);
    expect(word(replyOf(subnet.callQuery(other, 'pings', NO_ARGUMENT)))).toBe(1);
  });
});

describe('storage', () => {
  it('is charged by size and time, as canister_status foretells', () => {
    const { subnet, clock, cycles, status } = setUp();
    const { idle_cycles_burned_per_day: perDay, memory_size: bytes } = status();
    expect(perDay).toBe((bytes * 127_000n * 86_400n) / GIB);
    subnet.tick();
    const before = cycles();
    clock.advanceMs(86_400_000);
    subnet.tick();
    // The canister is a few nanoseconds younger than the day.
    expect([perDay, perDay - 1n]).toContain(before - cycles());
  });

  it('includes compute and memory allocations', () => {
    const { id, change, status } = setUp();
    change(id, { compute_allocation: [2n], memory_allocation: [GIB] });
    expect(status().idle_cycles_burned_per_day).toBe(86_400n * (PER_SECOND + 2n * 10_000_000n));
  });

  it('that cannot be paid any more costs the canister its code', () => {
    const { subnet, clock, id, cycles, change } = setUp();
    change(id, { memory_allocation: [GIB], freezing_threshold: [0n] });
    clock.advanceMs(Number(cycles() / PER_SECOND + 1n) * 1000);
    subnet.tick();
    expect(subnet.resources(id)).toEqual({ heapBytes: 0, stableBytes: 0, cycles: 0n });
    expect(rejectOf(subnet.callUpdate(id, 'ping', NO_ARGUMENT)).errorCode).toBe('IC0537');
  });
});

describe('a frozen canister', () => {
  it('refuses updates, queries and installs in the words of the IC, and thaws when topped up', () => {
    const { subnet, id, target, leaveLiquid } = setUp();
    leaveLiquid(30_000_000_000n);
    const name = principalText(id);
    const refused = rejectOf(subnet.callUpdate(id, 'ping', NO_ARGUMENT));
    expect(refused).toMatchObject({ rejectCode: 2, errorCode: 'IC0207' });
    expect(refused.rejectMessage).toMatch(
      new RegExp(
        `^Canister ${name} is out of cycles: please top up the canister with at least \\d+ additional cycles$`,
      ),
    );
    expect(rejectOf(subnet.callUpdate(id, 'ping', NO_ARGUMENT, STRANGER)).rejectMessage).toBe(
      `Canister ${name} is out of cycles`,
    );
    expect(() => subnet.installCode(id, wasm, { mode: 'reinstall' })).toThrow(/is out of cycles/);

    manage(subnet, 'provisional_top_up_canister', { ...target(id), amount: 10n ** 15n });
    expect(word(replyOf(subnet.callUpdate(id, 'ping', NO_ARGUMENT)))).toBe(1);
  });

  it('answers no queries below its threshold and takes no messages', () => {
    const { subnet, id, leaveLiquid } = setUp();
    leaveLiquid(-1_000_000n);
    expect(rejectOf(subnet.callQuery(id, 'pings', NO_ARGUMENT))).toMatchObject({
      rejectCode: 2,
      errorCode: 'IC0207',
      rejectMessage:
        `Canister ${principalText(id)} is unable to process query calls because it's frozen. ` +
        'Please top up the canister with cycles and try again.',
    });
    const message = {
      requestId: new Uint8Array(32),
      sender: ANONYMOUS,
      canisterId: id,
      method: 'ping',
      arg: NO_ARGUMENT,
    };
    expect(subnet.inspect(message)).toMatchObject({ accepted: false, errorCode: 'IC0207' });
  });

  it('runs no timers', () => {
    const { subnet, clock, id, leaveLiquid } = setUp();
    const fired = (liquid: bigint) => {
      replyOf(subnet.callUpdate(id, 'timer', NO_ARGUMENT));
      leaveLiquid(liquid);
      clock.advanceMs(1_000);
      subnet.run();
      return word(replyOf(subnet.callQuery(id, 'pings', NO_ARGUMENT)));
    };
    expect(fired(39_000_000_000n)).toBe(0);
    leaveLiquid(10n ** 12n);
    expect(fired(41_000_000_000n)).toBe(99);
  });
});
