import { freezingBalance, outOfCycles } from './Balance.ts';
import { utf8 } from './Bytes.ts';
import { principalText } from './CanisterId.ts';
import { refusal } from './Delivery.ts';
import { KIND, LIMIT, newExecution } from './Execution.ts';
import { managementRefusal } from './Management.ts';
import { ingressCost } from './PriceList.ts';
import { reject, rejectOfTrap } from './Reject.ts';
import type { IngressMessage, Reject } from './Subnet.types.ts';
import { findCanister, notFound } from './SubnetState.ts';
import type { SubnetState } from './SubnetState.ts';
import { isSystemCanister, systemRefusal } from './system/SystemCanister.ts';

/** Asks the canister, without effects, whether it would take an update from outside. */
export function runInspection(
  state: SubnetState,
  timeNs: bigint,
  call: Omit<IngressMessage, 'requestId'>,
): { readonly accepted: true } | ({ readonly accepted: false } & Reject) {
  const { canisterId, method, sender, arg } = call;
  const refuse = (why: Reject) => ({ accepted: false as const, ...why });
  if (canisterId.length === 0) {
    const refused = managementRefusal(method, true);
    return refused === undefined ? { accepted: true } : refuse(refused);
  }
  if (isSystemCanister(canisterId)) {
    const refused = systemRefusal(canisterId, method);
    return refused === undefined ? { accepted: true } : refuse(refused);
  }
  const canister = findCanister(state, canisterId);
  if (canister === undefined) return refuse(notFound(canisterId));
  const refused = refusal(canister, method);
  if (refused !== undefined) return refuse(refused);
  const cost = ingressCost(canister.prices, utf8(method).length + arg.length);
  const isFrozen = cost > 0n && canister.cycles < freezingBalance(canister) + cost;
  if (isFrozen) return refuse(reject('outOfCycles', outOfCycles(canisterId, undefined)));
  const code = canister.installed;
  if (code?.module.functions.has('canister_inspect_message') !== true) return { accepted: true };

  const execution = newExecution({
    kind: KIND.inspect,
    timeNs,
    caller: sender,
    limit: LIMIT.inspect,
    balance: canister.cycles,
    arg,
    methodName: method,
  });
  const ran = canister.run(code, execution, (instance) => instance.entry('canister_inspect_message')?.());
  canister.discard();
  if (ran.trap !== undefined) return refuse(rejectOfTrap(canisterId, ran.trap));
  if (execution.accepted) return { accepted: true };
  return refuse(reject('rejectedByCanister', `Canister ${principalText(canisterId)} rejected the message`));
}
