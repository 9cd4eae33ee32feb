import { createHash } from 'node:crypto';
import { Principal } from '@dfinity/principal';
import { concat, keyOf, sameBytes } from './Bytes.ts';
import type { Origin } from './CallContext.ts';
import { Canister } from './Canister.ts';
import { canisterIdAt, principalText } from './CanisterId.ts';
import type { CanisterSettings } from './CanisterSettings.ts';
import { canisterStatus, mayView } from './CanisterStatus.ts';
import { install, uninstall } from './Installation.ts';
import type { ManagementArgument, ManagementMethod, SettingsArgument } from './ManagementTypes.ts';
import { ManagementError, reject } from './Reject.ts';
import { settleStop, start } from './Stopping.ts';
import type { PrincipalBytes } from './Subnet.types.ts';
import { findCanister, notFound } from './SubnetState.ts';
import type { SubnetState } from './SubnetState.ts';

/** A call to a method: who calls, with which cycles, and how many of them are kept. */
export interface ManagementCall {
  readonly state: SubnetState;
  readonly caller: PrincipalBytes;
  readonly cycles: bigint;
  kept: bigint;
  readonly origin: Origin | undefined;
}

type Methods = {
  readonly [M in ManagementMethod]: (call: ManagementCall, argument: ManagementArgument[M]) => unknown;
};

/** What `provisional_create_canister_with_cycles` gives when no amount is named. */
const PROVISIONAL_CYCLES = 100_000_000_000_000n;
const MAX_CONTROLLERS = 10;
const MAX_CHUNKS = 100;
const MAX_CHUNK_BYTES = 1024 * 1024;
const MAX_LOG_BYTES = 2n * 1024n * 1024n;

/** The methods of `aaaaa-aa`; each gives the value its result type encodes, or `later`. */
export const METHODS: Methods = {
  create_canister: (call, { settings }) => {
    const fee = call.state.prices.createCanister;
    if (call.cycles < fee) {
      const message =
        `Creating a canister requires a fee of ${fee} that is deducted from the canister's initial balance ` +
        `but only ${call.cycles} cycles were received with the create_canister request.`;
      throw new ManagementError(reject('tooFewCyclesToCreate', message));
    }
    call.kept = call.cycles;
    return create(call, call.cycles - fee, settings[0], undefined);
  },
  provisional_create_canister_with_cycles: (call, { amount, settings, specified_id }) =>
    create(call, amount[0] ?? PROVISIONAL_CYCLES, settings[0], specified_id[0]),
  provisional_top_up_canister: (call, { canister_id, amount }) => {
    existing(call, canister_id).cycles += amount;
  },
  deposit_cycles: (call, { canister_id }) => {
    existing(call, canister_id).cycles += call.cycles;
    call.kept = call.cycles;
  },
  install_code: (call, { canister_id, mode, wasm_module, arg }) => {
    install(call.state, controlled(call, canister_id), mode, wasm_module, arg, call.caller);
  },
  install_chunked_code: (call, argument) => {
    const canister = controlled(call, argument.target_canister);
    const [storeId] = argument.store_canister;
    const store = storeId === undefined ? canister : controlled(call, storeId);
    const module = assemble(store, argument.chunk_hashes_list, argument.wasm_module_hash);
    install(call.state, canister, argument.mode, module, argument.arg, call.caller);
  },
  upload_chunk: (call, { canister_id, chunk }) => {
    const canister = controlled(call, canister_id);
    if (chunk.length > MAX_CHUNK_BYTES) {
      throw bad(`a chunk has at most ${MAX_CHUNK_BYTES} bytes, this one ${chunk.length}`);
    }
    const hash = sha256(chunk);
    if (canister.chunks.size >= MAX_CHUNKS && !canister.chunks.has(keyOf(hash))) {
      throw bad(`the chunk store holds ${MAX_CHUNKS} chunks and is full; clear it first`);
    }
    canister.chunks.set(keyOf(hash), Uint8Array.from(chunk));
    return { hash };
  },
  clear_chunk_store: (call, { canister_id }) => {
    controlled(call, canister_id).chunks.clear();
  },
  stored_chunks: (call, { canister_id }) =>
    [...controlled(call, canister_id).chunks.keys()].map((hex) => ({ hash: Buffer.from(hex, 'hex') })),
  uninstall_code: (call, { canister_id }) => {
    const canister = controlled(call, canister_id);
    uninstall(call.state, canister);
    settleStop(call.state, canister);
  },
  update_settings: (call, { canister_id, settings }) => {
    const canister = controlled(call, canister_id);
    canister.settings = merged(canister.settings, settings);
    canister.version += 1n;
  },
  canister_status: (call, { canister_id }) => {
    const canister = existing(call, canister_id);
    const { caller } = call;
    if (!sameBytes(caller, canister.id) && !mayView(canister, caller, canister.settings.status_visibility)) {
      throw notController(call, canister);
    }
    return canisterStatus(canister);
  },
  start_canister: (call, { canister_id }) => {
    start(call.state, controlled(call, canister_id));
  },
  stop_canister: (call, { canister_id }) => {
    const canister = controlled(call, canister_id);
    if (canister.status === 'stopped') return undefined;
    canister.status = 'stopping';
    if (call.origin !== undefined) canister.stopWaiters.push({ origin: call.origin, cycles: call.cycles });
    settleStop(call.state, canister);
    return 'later';
  },
  delete_canister: (call, { canister_id }) => {
    const canister = controlled(call, canister_id);
    if (canister.status !== 'stopped') {
      const name = principalText(canister.id);
      throw new ManagementError(
        reject('notStopped', `Canister ${name} must be stopped before it is deleted`),
      );
    }
    call.state.canisters.delete(keyOf(canister.id));
  },
  raw_rand: (call) => call.state.randomness.next(),
  fetch_canister_logs: (call, { canister_id, filter: [filter] }) => {
    const canister = existing(call, canister_id);
    if (!mayView(canister, call.caller, canister.settings.log_visibility))
      throw notController(call, canister);
    const records = canister.log.records.filter(({ idx, timestamp_nanos }) => {
      if (filter === undefined) return true;
      if ('by_idx' in filter) return idx >= filter.by_idx.start && idx < filter.by_idx.end;
      const { start: from, end: to } = filter.by_timestamp_nanos;
      return timestamp_nanos >= from && timestamp_nanos < to;
    });
    return { canister_log_records: records };
  },
};

function create(
  { state, caller }: ManagementCall,
  cycles: bigint,
  settings: SettingsArgument | undefined,
  specified: Principal | undefined,
): { canister_id: Principal } {
  let id = specified?.toUint8Array();
  if (id !== undefined && findCanister(state, id) !== undefined) {
    throw new ManagementError(reject('canisterIdInUse', `Canister ${principalText(id)} exists already`));
  }
  while (id === undefined || findCanister(state, id) !== undefined) id = canisterIdAt(state.created++);
  const canister = new Canister(id, [Principal.fromUint8Array(caller)], cycles, state);
  if (settings !== undefined) canister.settings = merged(canister.settings, settings);
  state.canisters.set(keyOf(id), canister);
  return { canister_id: Principal.fromUint8Array(id) };
}

function merged(present: CanisterSettings, change: SettingsArgument): CanisterSettings {
  const given = Object.entries(change).flatMap(([name, [value]]) =>
    value === undefined ? [] : [[name, value]],
  );
  const next = { ...present, ...(Object.fromEntries(given) as Partial<CanisterSettings>) };
  if (next.controllers.length > MAX_CONTROLLERS) {
    throw bad(`a canister has at most ${MAX_CONTROLLERS} controllers, not ${next.controllers.length}`);
  }
  if (next.compute_allocation > 100n) {
    throw bad(`compute_allocation is a percentage, not ${next.compute_allocation}`);
  }
  if (next.log_memory_limit > MAX_LOG_BYTES) {
    throw bad(`log_memory_limit is at most ${MAX_LOG_BYTES} bytes, not ${next.log_memory_limit}`);
  }
  return next;
}

function assemble(
  store: Canister,
  hashes: readonly { readonly hash: Uint8Array }[],
  expected: Uint8Array,
): Uint8Array {
  const parts = hashes.map(({ hash }) => {
    const chunk = store.chunks.get(keyOf(Uint8Array.from(hash)));
    if (chunk === undefined) throw bad(`chunk ${keyOf(Uint8Array.from(hash))} is not in the chunk store`);
    return chunk;
  });
  const module = concat(parts);
  const hash = sha256(module);
  if (!sameBytes(hash, Uint8Array.from(expected))) {
    throw bad(`the chunks make a module with hash ${keyOf(hash)}, not ${keyOf(Uint8Array.from(expected))}`);
  }
  return module;
}

function existing({ state }: ManagementCall, id: Principal): Canister {
  const canister = findCanister(state, id.toUint8Array());
  if (canister === undefined) throw new ManagementError(notFound(id.toUint8Array()));
  return canister;
}

function controlled(call: ManagementCall, id: Principal): Canister {
  const canister = existing(call, id);
  const isController = canister.settings.controllers.some((one) =>
    sameBytes(one.toUint8Array(), call.caller),
  );
  if (!isController) throw notController(call, canister);
  return canister;
}

function notController({ caller }: ManagementCall, { id, settings }: Canister): ManagementError {
  const controllers = settings.controllers.map((one) => one.toText()).join(' ');
  return new ManagementError(
    reject(
      'notController',
      `Only controllers of canister ${principalText(id)} can call this. ` +
        `Canister's controllers: ${controllers}; sender's principal: ${principalText(caller)}`,
    ),
  );
}

function bad(message: string): ManagementError {
  return new ManagementError(reject('badPayload', message));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
