import { amount64, amountOf, copyToHeap, readHeap, violation, writeAmount } from './ApiHost.ts';
import type { ApiHost, ApiTable } from './ApiHost.ts';
import { readableText, sameBytes, utf8 } from './Bytes.ts';
import { LIMIT, NOT_REPLICATED } from './Execution.ts';
import { requestCost, responsePrepayment } from './PriceList.ts';

const STATUS_CODE = { running: 1, stopping: 2, stopped: 3 } as const;

/** The part of `ic0` about the canister and its surroundings: identity, time, timer, counters, cycles, environment. */
export function canisterApi(host: ApiHost): ApiTable {
  const variable = (name: string) => host.settings.environment_variables.find((entry) => entry.name === name);
  const variableAt = (index: number) => {
    const found = host.settings.environment_variables[index >>> 0];
    if (found === undefined) throw violation(`there is no environment variable number ${index >>> 0}`);
    return found;
  };
  const valueOf = (src: number, size: number) => {
    const name = readableText(readHeap(host, src, size));
    const found = variable(name);
    if (found === undefined) throw violation(`there is no environment variable '${name}'`);
    return utf8(found.value);
  };

  /** Accepts up to `asked` of what came with the call. */
  const accept = (asked: bigint): bigint => {
    const { execution } = host;
    const taken = asked < execution.cyclesAvailable ? asked : execution.cyclesAvailable;
    execution.cyclesAvailable -= taken;
    execution.balance += taken;
    return taken;
  };

  const liquid = (): bigint => {
    const above = host.execution.balance - host.freezingBalance();
    return above > 0n ? above : 0n;
  };

  return {
    canister_self_size: () => host.id.length,
    canister_self_copy: (dst: number, offset: number, size: number) => {
      copyToHeap(host, host.id, dst, offset, size);
    },
    canister_status: () => STATUS_CODE[host.status],
    canister_version: () => host.version,
    is_controller: (src: number, size: number) => {
      const asked = readHeap(host, src, size);
      return host.settings.controllers.some((one) => sameBytes(one.toUint8Array(), asked)) ? 1 : 0;
    },
    in_replicated_execution: () => ((host.execution.kind & NOT_REPLICATED) === 0 ? 1 : 0),
    time: () => host.execution.timeNs,
    global_timer_set: (timestamp: bigint) => {
      const before = host.execution.timerNs ?? host.timerNs;
      host.execution.timerNs = BigInt.asUintN(64, timestamp);
      return before;
    },
    performance_counter: (type: number) => {
      const message = host.execution.limit - host.instance.counter;
      if (type === 0) return message;
      if (type === 1) return message + (host.execution.context?.instructions ?? 0n);
      throw violation(`performance counter ${type} does not exist; expected 0 (message) or 1 (call)`);
    },

    canister_cycle_balance: () => amount64(host.execution.balance),
    canister_cycle_balance128: (dst: number) => {
      writeAmount(host, dst, host.execution.balance);
    },
    canister_liquid_cycle_balance128: (dst: number) => {
      writeAmount(host, dst, liquid());
    },
    msg_cycles_available: () => amount64(host.execution.cyclesAvailable),
    msg_cycles_available128: (dst: number) => {
      writeAmount(host, dst, host.execution.cyclesAvailable);
    },
    msg_cycles_refunded: () => amount64(host.execution.cyclesRefunded),
    msg_cycles_refunded128: (dst: number) => {
      writeAmount(host, dst, host.execution.cyclesRefunded);
    },
    msg_cycles_accept: (asked: bigint) => accept(BigInt.asUintN(64, asked)),
    msg_cycles_accept128: (high: bigint, low: bigint, dst: number) => {
      writeAmount(host, dst, accept(amountOf(high, low)));
    },
    cycles_burn128: (high: bigint, low: bigint, dst: number) => {
      const asked = amountOf(high, low);
      const burnable = liquid();
      const burned = asked < burnable ? asked : burnable;
      host.execution.balance -= burned;
      writeAmount(host, dst, burned);
    },
    cost_call: (nameBytes: bigint, payloadBytes: bigint, dst: number) => {
      const sent = BigInt.asUintN(64, nameBytes) + BigInt.asUintN(64, payloadBytes);
      const { prices } = host;
      writeAmount(host, dst, requestCost(prices, sent) + responsePrepayment(prices, LIMIT.update));
    },
    cost_create_canister: (dst: number) => {
      writeAmount(host, dst, host.prices.createCanister);
    },

    env_var_count: () => host.settings.environment_variables.length,
    env_var_name_size: (index: number) => utf8(variableAt(index).name).length,
    env_var_name_copy: (index: number, dst: number, offset: number, size: number) => {
      copyToHeap(host, utf8(variableAt(index).name), dst, offset, size);
    },
    env_var_name_exists: (src: number, size: number) =>
      variable(readableText(readHeap(host, src, size))) === undefined ? 0 : 1,
    env_var_value_size: (src: number, size: number) => valueOf(src, size).length,
    env_var_value_copy: (src: number, nameSize: number, dst: number, offset: number, size: number) => {
      copyToHeap(host, valueOf(src, nameSize), dst, offset, size);
    },
  };
}
