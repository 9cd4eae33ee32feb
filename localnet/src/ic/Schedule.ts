import { chargeIdleTime } from './Balance.ts';
import type { Canister } from './Canister.ts';
import { uninstall } from './Installation.ts';
import { settleStop } from './Stopping.ts';
import { sortedCanisters } from './SubnetState.ts';
import type { SubnetState, TaskMessage } from './SubnetState.ts';

/** About one round of the IC: how often heartbeats come at most. */
const HEARTBEAT_INTERVAL_NS = 1_000_000_000n;

/** Whether a timer or heartbeat is due at a time. */
export function isTaskDue(state: SubnetState, timeNs: bigint): boolean {
  return dueTimers(state, timeNs).length > 0 || dueHeartbeats(state, timeNs).length > 0;
}

/** The timers and heartbeats of the round that begins; heartbeats are not due again for a second. */
export function takeDueTasks(state: SubnetState): TaskMessage[] {
  const { timeNs } = state;
  const heartbeats = dueHeartbeats(state, timeNs);
  if (heartbeats.length > 0) state.heartbeatNs = timeNs;
  return [
    ...dueTimers(state, timeNs).map((one) => taskOf(one, 'canister_global_timer')),
    ...heartbeats.map((one) => taskOf(one, 'canister_heartbeat')),
  ];
}

/** Charges every canister for the time since it last paid; who cannot pay loses its code. */
export function chargeIdle(state: SubnetState): void {
  for (const canister of state.canisters.values()) {
    if (chargeIdleTime(canister, state.timeNs)) continue;
    uninstall(state, canister);
    settleStop(state, canister);
  }
}

function dueTimers(state: SubnetState, timeNs: bigint): Canister[] {
  return sortedCanisters(state).filter(
    ({ status, timerNs }) => status === 'running' && timerNs !== 0n && timerNs <= timeNs,
  );
}

function dueHeartbeats(state: SubnetState, timeNs: bigint): Canister[] {
  if (timeNs - state.heartbeatNs < HEARTBEAT_INTERVAL_NS) return [];
  return sortedCanisters(state).filter(
    ({ status, module }) => status === 'running' && module?.functions.has('canister_heartbeat') === true,
  );
}

function taskOf({ id }: Canister, entry: TaskMessage['entry']): TaskMessage {
  return { kind: 'task', canisterId: id, entry };
}
