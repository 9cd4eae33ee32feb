import { Principal } from '@dfinity/principal';
import { manage, NO_SETTINGS } from '../../../../localnet/src/ic/ManagementClient.ts';
import { CONTROLLER, type Risk } from './Risk.ts';

const GIB = 1n << 30n;
const DAY_S = 86_400n;

/**
 * Gives the canister a real freezing threshold and room, which costs what it would if it were used.
 *
 * @returns the balance below which the network freezes it
 */
export function reserveOf(risk: Risk, days: bigint, gibibytes: bigint): bigint {
  const target = { canister_id: Principal.fromUint8Array(risk.id) };
  const settings = {
    ...NO_SETTINGS,
    memory_allocation: [gibibytes * GIB],
    freezing_threshold: [days * DAY_S],
  };
  manage(risk.subnet, 'update_settings', { ...target, settings, sender_canister_version: [] }, CONTROLLER);
  const status = manage(risk.subnet, 'canister_status', target, CONTROLLER) as {
    readonly idle_cycles_burned_per_day: bigint;
  };
  return status.idle_cycles_burned_per_day * days;
}
