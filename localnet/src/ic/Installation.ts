import { prepareModule } from '../wasm/CanisterModule.ts';
import type { CanisterModule } from '../wasm/CanisterModule.ts';
import { engine } from '../wasm/Engine.ts';
import { EXPORT } from '../wasm/Instrumentation.ts';
import { WasmError } from '../wasm/WasmError.ts';
import type { Canister } from './Canister.ts';
import { withdraw } from './Balance.ts';
import { principalText } from './CanisterId.ts';
import { KIND, LIMIT, newExecution } from './Execution.ts';
import type { ExecutionKind } from './Execution.ts';
import type { Instance } from './Instance.ts';
import type { InstallMode } from './ManagementTypes.ts';
import { executionCost } from './PriceList.ts';
import { ManagementError, reject, rejectOfTrap } from './Reject.ts';
import type { PrincipalBytes } from './Subnet.types.ts';
import { answer } from './SubnetState.ts';
import type { SubnetState } from './SubnetState.ts';

/**
 * Installs, reinstalls or upgrades a canister. All or nothing: when `pre_upgrade`, the start function, `init` or
 * `post_upgrade` traps, code, heap, stable memory, timer, certified data and cycles are as they were.
 * @throws ManagementError with the reject that the caller gets.
 */
export function install(
  state: SubnetState,
  canister: Canister,
  mode: InstallMode,
  uploaded: Uint8Array,
  arg: Uint8Array,
  caller: PrincipalBytes,
): void {
  if ('install' in mode && canister.module !== undefined) {
    throw refused(
      'notEmpty',
      canister,
      'it has code already; reinstall or upgrade it, or uninstall its code first',
    );
  }
  const module = prepare(state, canister, uploaded);
  const upgrade = 'upgrade' in mode ? mode : undefined;
  const options = upgrade?.upgrade[0];
  const persistence = options?.wasm_memory_persistence[0];
  if (upgrade !== undefined && canister.installed === undefined) {
    throw refused('noModule', canister, 'it has no code to upgrade; install it');
  }
  if (persistence !== undefined && 'keep' in persistence) {
    throw refused('invalidModule', canister, 'keeping the heap over an upgrade is not emulated; use replace');
  }

  const instance = load(canister, module);
  const unpaid = withdraw(canister, executionCost(canister.prices, LIMIT.install), true);
  if (unpaid !== undefined) {
    const message = `Canister installation failed with \`${unpaid.rejectMessage}\`.`;
    throw new ManagementError({ ...unpaid, rejectMessage: message });
  }
  const { run, left } = stages(state, canister, caller);
  try {
    if (upgrade === undefined) {
      canister.stable.clear();
    } else if (canister.installed !== undefined && options?.skip_pre_upgrade[0] !== true) {
      run(canister.installed, KIND.preUpgrade, 'canister_pre_upgrade', undefined);
    }
    run(instance, KIND.start, EXPORT.start, undefined);
    const entry = upgrade === undefined ? 'canister_init' : 'canister_post_upgrade';
    const last = run(instance, KIND.init, entry, arg);

    if (upgrade === undefined) {
      canister.certifiedData = new Uint8Array(0);
      canister.log.clear();
    }
    canister.adopt(instance);
    canister.commit(last);
  } catch (error) {
    canister.discard();
    throw error;
  } finally {
    canister.cycles += canister.prices.instruction * left();
  }
}

/** Runs the stages of an installation one after the other, each with what the one before left of limit and balance. */
function stages(state: SubnetState, canister: Canister, caller: PrincipalBytes) {
  let limit: bigint = LIMIT.install;
  let balance = canister.cycles;
  let certifiedData: Uint8Array | undefined;
  const run = (instance: Instance, kind: ExecutionKind, entry: string, arg: Uint8Array | undefined) => {
    const execution = newExecution({ kind, timeNs: state.timeNs, caller, limit, balance, arg });
    execution.certifiedData = certifiedData;
    // A timer does not outlive the code that set it.
    execution.timerNs = 0n;
    const code = instance.entry(entry);
    if (code === undefined) return execution;
    const ran = canister.run(instance, execution, code);
    limit -= ran.instructions;
    for (const listener of state.onExecuted) {
      const { instructions } = ran;
      const trapped = ran.trap !== undefined;
      listener({ canisterId: canister.id, kind, entry, instructions, trapped, origin: undefined });
    }
    if (ran.trap !== undefined) throw new ManagementError(rejectOfTrap(canister.id, ran.trap));
    balance = execution.balance;
    certifiedData = execution.certifiedData;
    return execution;
  };
  return { run, left: () => limit };
}

/** Removes code and state; open calls are rejected, and answers to calls it made are dropped. */
export function uninstall(state: SubnetState, canister: Canister): void {
  canister.adopt(undefined);
  canister.stable.clear();
  canister.stable.commit();
  canister.certifiedData = new Uint8Array(0);
  canister.timerNs = 0n;
  canister.chunks.clear();
  canister.log.clear();
  canister.version += 1n;
  const why = reject('rejectedByCanister', 'Canister has been uninstalled.');
  for (const context of canister.contexts.values()) {
    if (context.responded) continue;
    answer(state, context.origin, { status: 'rejected', ...why }, context.cyclesAvailable);
  }
  canister.contexts.clear();
  canister.callbacks.clear();
}

function prepare({ profiler }: SubnetState, canister: Canister, uploaded: Uint8Array): CanisterModule {
  try {
    return prepareModule(uploaded, profiler);
  } catch (error) {
    if (error instanceof WasmError) throw refused('invalidModule', canister, error.message);
    throw error;
  }
}

function load(canister: Canister, module: CanisterModule): Instance {
  try {
    return canister.load(module);
  } catch (error) {
    const invalid =
      error instanceof WasmError || error instanceof engine.LinkError || error instanceof engine.RuntimeError;
    if (invalid) throw refused('invalidModule', canister, error.message);
    throw error;
  }
}

function refused(error: Parameters<typeof reject>[0], canister: Canister, why: string): ManagementError {
  return new ManagementError(
    reject(error, `Canister ${principalText(canister.id)} cannot be installed: ${why}`),
  );
}
