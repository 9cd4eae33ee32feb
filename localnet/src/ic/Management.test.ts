import { createHash } from 'node:crypto';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
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
import { ANONYMOUS, MANAGEMENT_CANISTER, canisterIdAt } from './CanisterId.ts';
import { NO_SETTINGS, manage } from './ManagementClient.ts';
import { ARGUMENTS, RESULTS } from './ManagementTypes.ts';
import type { ManagementMethod } from './ManagementTypes.ts';
import { ManagementError } from './Reject.ts';
import type { PrincipalBytes, Reject } from './Subnet.types.ts';

const OWNER = Uint8Array.of(1, 2, 3, 2);
const STRANGER = Uint8Array.of(9, 9, 9, 2);
const principal = (bytes: PrincipalBytes) => Principal.fromUint8Array(bytes);

const wasm = canister(
  [
    { name: 'canister_query hi', body: (indexOf) => reply(indexOf, 0, 4) },
    {
      name: 'canister_update print',
      body: (indexOf) => code(op.i32(100), op.i32(5), sys(indexOf, 'debug_print'), reply(indexOf, 0, 0)),
    },
    {
      name: 'canister_update crash',
      body: (indexOf) => code(op.i32(100), op.i32(5), sys(indexOf, 'debug_print'), op.unreachable),
    },
    {
      // The value of the environment variable `MODE`, 4 bytes.
      name: 'canister_query mode',
      body: (indexOf) =>
        code(
          op.i32(110),
          op.i32(4),
          op.i32(200),
          op.i32(0),
          op.i32(4),
          sys(indexOf, 'env_var_value_copy'),
          reply(indexOf, 200, 4),
        ),
    },
    {
      // Whether the caller is a controller.
      name: 'canister_query controlled',
      body: (indexOf) =>
        code(
          code(op.i32(300), op.i32(0), sys(indexOf, 'msg_caller_size'), sys(indexOf, 'msg_caller_copy')),
          put(0, op.i32(300), sys(indexOf, 'msg_caller_size'), sys(indexOf, 'is_controller')),
          reply(indexOf, 0, 4),
        ),
    },
  ],
  { data: [{ offset: 100, bytes: new TextEncoder().encode('hello     MODE') }] },
);

const setUp = () => {
  const { subnet, clock } = testSubnet();
  const id = subnet.createCanister({ sender: OWNER });
  subnet.installCode(id, wasm, { sender: OWNER });
  const target = { canister_id: principal(id) };
  const call = (method: ManagementMethod, argument: unknown = target, sender = OWNER) =>
    manage(subnet, method, argument, sender);
  const refusal = (method: ManagementMethod, argument: unknown = target, sender = OWNER): Reject => {
    try {
      call(method, argument, sender);
    } catch (error) {
      if (error instanceof ManagementError) return error.reject;
      throw error;
    }
    throw new Error(`${method} was not refused`);
  };
  return { subnet, clock, id, target, call, refusal };
};

describe('canister_status', () => {
  it('has every field that the icp CLI demands, with values', () => {
    const { call, subnet, id } = setUp();
    const status = call('canister_status') as Record<string, unknown>;
    expect(status).toMatchObject({
      status: { running: null },
      ready_for_migration: false,
      module_hash: [createHash('sha256').update(wasm).digest()].map((hash) => new Uint8Array(hash)),
      cycles: 100_000_000_000_000n,
      reserved_cycles: 0n,
      version: 1n,
      memory_metrics: {
        wasm_memory_size: 65_536n,
        stable_memory_size: 0n,
        wasm_binary_size: BigInt(wasm.length),
      },
      query_stats: { num_calls_total: 0n },
      settings: {
        freezing_threshold: 2_592_000n,
        log_visibility: { controllers: null },
        snapshot_visibility: { controllers: null },
        status_visibility: { controllers: null },
        log_memory_limit: 4_096n,
        minimum_incoming_canister_call_cycles: 0n,
        environment_variables: [],
      },
    });
    const metrics = Object.values(status['memory_metrics'] as Record<string, bigint>);
    expect(metrics).toHaveLength(9);
    expect(status['memory_size']).toBe(metrics.reduce((sum, bytes) => sum + bytes, 0n));
    subnet.callQuery(id, 'hi', NO_ARGUMENT);
    expect(call('canister_status')).toMatchObject({
      query_stats: { num_calls_total: 1n, response_payload_bytes_total: 4n },
    });
  });

  it('is for controllers and those it was made visible to', () => {
    const { call, refusal, target } = setUp();
    expect(refusal('canister_status', target, STRANGER).errorCode).toBe('IC0512');
    call('update_settings', {
      ...target,
      settings: { ...NO_SETTINGS, status_visibility: [{ public: null }] },
      sender_canister_version: [],
    });
    expect(call('canister_status', target, STRANGER)).toMatchObject({ status: { running: null } });
  });

  it('can be queried', () => {
    const { subnet, target } = setUp();
    const arg = IDL.encode(ARGUMENTS.canister_status, [target]);
    const bytes = replyOf({
      result: subnet.query({
        canisterId: MANAGEMENT_CANISTER,
        method: 'canister_status',
        arg,
        sender: OWNER,
      }),
    });
    expect(IDL.decode([RESULTS.canister_status as IDL.Type], bytes)[0]).toMatchObject({
      status: { running: null },
    });
  });
});

describe('creating canisters', () => {
  it('gives ids in order, the asked cycles and controllers', () => {
    const { subnet } = testSubnet();
    const first = subnet.createCanister({ cycles: 5n, controllers: [STRANGER, OWNER] });
    expect(first).toEqual(canisterIdAt(0));
    expect(principal(first).toText()).toBe('bnz7o-iuaaa-aaaaa-qaaaa-cai');
    expect(subnet.createCanister()).toEqual(canisterIdAt(1));
    expect(subnet.resources(first)?.cycles).toBe(5n);
    expect(subnet.canister(first)?.controllers).toEqual([STRANGER, OWNER]);
    expect([...subnet.canisters()].map(({ id }) => id)).toEqual([canisterIdAt(0), canisterIdAt(1)]);
  });

  it('under an id of choice works once', () => {
    const { call, refusal } = setUp();
    const argument = {
      amount: [],
      settings: [],
      specified_id: [principal(canisterIdAt(77))],
      sender_canister_version: [],
    };
    call('provisional_create_canister_with_cycles', argument);
    expect(refusal('provisional_create_canister_with_cycles', argument).errorCode).toBe('IC0205');
  });

  it('topping up and depositing add cycles', () => {
    const { call, subnet, id, target } = setUp();
    call('provisional_top_up_canister', { ...target, amount: 7n });
    expect(subnet.resources(id)?.cycles).toBe(100_000_000_000_007n);
  });
});

describe('permissions', () => {
  const guarded: readonly ManagementMethod[] = [
    'start_canister',
    'stop_canister',
    'delete_canister',
    'clear_chunk_store',
    'stored_chunks',
  ];
  it.each(guarded)('%s is for controllers only and changes nothing for others', (method) => {
    const { subnet, refusal, target } = setUp();
    const before = subnet.stateHash();
    expect(refusal(method, target, STRANGER)).toMatchObject({ rejectCode: 5, errorCode: 'IC0512' });
    expect(subnet.stateHash()).toBe(before);
  });

  it('installing is for controllers only', () => {
    const { subnet, id } = setUp();
    expect(() => subnet.installCode(id, wasm, { mode: 'reinstall', sender: STRANGER })).toThrow(
      /Only controllers/,
    );
  });

  it('handing over control takes effect at once, also for is_controller', () => {
    const { call, refusal, subnet, id, target } = setUp();
    call('update_settings', {
      ...target,
      settings: { ...NO_SETTINGS, controllers: [[principal(STRANGER)]] },
      sender_canister_version: [],
    });
    expect(refusal('stop_canister').errorCode).toBe('IC0512');
    const controlled = (sender: PrincipalBytes) =>
      word(replyOf(subnet.callQuery(id, 'controlled', NO_ARGUMENT, sender)));
    expect([controlled(OWNER), controlled(STRANGER), controlled(ANONYMOUS)]).toEqual([0, 1, 0]);
  });

  it('raw_rand, create_canister and deposit_cycles are not for users', () => {
    const { subnet, refusal, target } = setUp();
    expect(refusal('raw_rand', undefined).rejectCode).toBe(4);
    expect(refusal('create_canister', { settings: [], sender_canister_version: [] }).rejectCode).toBe(4);
    expect(refusal('deposit_cycles', target).rejectCode).toBe(4);
    const call = { requestId: NO_ARGUMENT, sender: OWNER, canisterId: MANAGEMENT_CANISTER, arg: NO_ARGUMENT };
    expect(subnet.inspect({ ...call, method: 'raw_rand' }).accepted).toBe(false);
    expect(subnet.inspect({ ...call, method: 'no_such_method' }).accepted).toBe(false);
    expect(subnet.inspect({ ...call, method: 'install_code' }).accepted).toBe(true);
  });
});

describe('bad input', () => {
  it('an unknown method, a broken argument and an unknown canister are refused with their codes', () => {
    const { subnet, refusal } = setUp();
    expect(rejectOf(subnet.callUpdate(MANAGEMENT_CANISTER, 'no_such', NO_ARGUMENT, OWNER)).errorCode).toBe(
      'IC0407',
    );
    expect(
      rejectOf(subnet.callUpdate(MANAGEMENT_CANISTER, 'install_code', Uint8Array.of(1), OWNER)).errorCode,
    ).toBe('IC0408');
    expect(refusal('start_canister', { canister_id: principal(canisterIdAt(55)) })).toMatchObject({
      rejectCode: 3,
      errorCode: 'IC0301',
    });
  });

  it('settings out of range are refused and nothing is set', () => {
    const { subnet, refusal, target } = setUp();
    const before = subnet.stateHash();
    const set = (change: object) =>
      refusal('update_settings', {
        ...target,
        settings: { ...NO_SETTINGS, ...change },
        sender_canister_version: [],
      });
    expect(set({ compute_allocation: [101n] }).errorCode).toBe('IC0408');
    expect(set({ controllers: [Array.from({ length: 11 }, () => principal(OWNER))] }).errorCode).toBe(
      'IC0408',
    );
    expect(set({ log_memory_limit: [2n ** 40n] }).errorCode).toBe('IC0408');
    expect(subnet.stateHash()).toBe(before);
  });
});

describe('uninstalling', () => {
  it('removes code and state but not the canister', () => {
    const { call, subnet, id, target } = setUp();
    call('uninstall_code', { ...target, sender_canister_version: [] });
    expect(subnet.canister(id)?.moduleHash).toBeUndefined();
    expect(rejectOf(subnet.callQuery(id, 'hi', NO_ARGUMENT)).errorCode).toBe('IC0537');
  });
});

describe('settings', () => {
  it('environment variables reach the canister', () => {
    const { call, subnet, id, target } = setUp();
    expect(rejectOf(subnet.callQuery(id, 'mode', NO_ARGUMENT)).errorCode).toBe('IC0504');
    call('update_settings', {
      ...target,
      settings: { ...NO_SETTINGS, environment_variables: [[{ name: 'MODE', value: 'test' }]] },
      sender_canister_version: [],
    });
    expect(new TextDecoder().decode(replyOf(subnet.callQuery(id, 'mode', NO_ARGUMENT)))).toBe('test');
  });
});

describe('logs', () => {
  it('keep what was printed and how messages trapped, also when they were undone, newest up to the limit', () => {
    const { call, subnet, id, target, refusal } = setUp();
    subnet.callUpdate(id, 'print', NO_ARGUMENT);
    subnet.callUpdate(id, 'crash', NO_ARGUMENT);
    const logs = (filter: unknown[] = []) =>
      (
        call('fetch_canister_logs', { ...target, filter }) as {
          canister_log_records: { idx: bigint; content: Uint8Array }[];
        }
      ).canister_log_records;
    const texts = () => logs().map(({ content }) => new TextDecoder().decode(content));
    expect(texts()).toEqual(['hello', 'hello', '[TRAP]: Canister trapped: unreachable']);
    expect(logs([{ by_idx: { start: 1n, end: 2n } }]).map(({ idx }) => idx)).toEqual([1n]);
    expect(refusal('fetch_canister_logs', { ...target, filter: [] }, STRANGER).errorCode).toBe('IC0512');
    call('update_settings', {
      ...target,
      settings: { ...NO_SETTINGS, log_memory_limit: [10n] },
      sender_canister_version: [],
    });
    for (let i = 0; i < 3; i++) subnet.callUpdate(id, 'print', NO_ARGUMENT);
    expect(texts()).toEqual(['hello', 'hello']);
  });

  it('are shown to controllers, to named viewers, or to everybody, as the settings say', () => {
    const { call, target, refusal, subnet } = setUp();
    const argument = { ...target, filter: [] };
    const arg = IDL.encode(ARGUMENTS.fetch_canister_logs, [argument]);
    const seenBy = (viewer: Uint8Array) =>
      subnet.query({ canisterId: new Uint8Array(0), method: 'fetch_canister_logs', arg, sender: viewer })
        .status;
    const show = (log_visibility: object) =>
      call('update_settings', {
        ...target,
        settings: { ...NO_SETTINGS, log_visibility: [log_visibility] },
        sender_canister_version: [],
      });
    const viewer = Uint8Array.of(8, 8, 2);
    expect([seenBy(OWNER), seenBy(viewer)]).toEqual(['replied', 'rejected']);
    show({ allowed_viewers: [Principal.fromUint8Array(viewer)] });
    expect([seenBy(OWNER), seenBy(viewer), seenBy(STRANGER)]).toEqual(['replied', 'replied', 'rejected']);
    expect(refusal('fetch_canister_logs', argument, STRANGER).errorCode).toBe('IC0512');
    show({ public: null });
    expect(seenBy(STRANGER)).toBe('replied');
  });
});
