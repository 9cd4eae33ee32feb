import type { Canister } from './Canister.ts';
import { principalText } from './CanisterId.ts';
import { refusal } from './Delivery.ts';
import { KIND, LIMIT, newExecution } from './Execution.ts';
import { managementRefusal, queryManagement } from './Management.ts';
import { reject, rejectOfTrap } from './Reject.ts';
import type { IngressMessage, PrincipalBytes, QueryResult, Reject } from './Subnet.types.ts';
import { findCanister, notFound } from './SubnetState.ts';
import type { SubnetState } from './SubnetState.ts';

type Call = Omit<IngressMessage, 'requestId'>;

/** Runs a query method at a given time and undoes all it did. */
export function runQuery(
  state: SubnetState,
  timeNs: bigint,
  call: Call,
  certificateOf: ((canisterId: PrincipalBytes) => Uint8Array) | undefined,
): QueryResult {
  const { canisterId, method, sender, arg } = call;
  if (canisterId.length === 0) return queryManagement(state, method, arg, sender);
  const canister = findCanister(state, canisterId);
  if (canister === undefined) return { status: 'rejected', ...notFound(canisterId) };
  const entry = queryEntry(canister, method);
  const code = canister.installed;
  if (typeof entry !== 'string' || code === undefined) {
    const why = typeof entry === 'string' ? notFound(canisterId) : entry;
    return { status: 'rejected', ...why };
  }

  const execution = newExecution({
    kind: KIND.query,
    timeNs,
    caller: sender,
    limit: LIMIT.query,
    balance: canister.cycles,
    arg,
    methodName: method,
    dataCertificate: certificateOf === undefined ? undefined : once(() => certificateOf(canisterId)),
  });
  const ran = canister.run(code, execution, (instance) => instance.entry(entry)?.());
  canister.discard();
  const trapped = ran.trap !== undefined;
  for (const listener of state.onExecuted) {
    const { instructions } = ran;
    listener({ canisterId, kind: KIND.query, entry: method, instructions, trapped, origin: undefined });
  }

  const stats = canister.queryStats;
  stats.num_calls_total += 1n;
  stats.num_instructions_total += ran.instructions;
  stats.request_payload_bytes_total += BigInt(arg.length);
  if (ran.trap !== undefined) return { status: 'rejected', ...rejectOfTrap(canisterId, ran.trap) };
  const { response } = execution;
  if (response === undefined) return { status: 'rejected', ...silent(canisterId) };
  if ('rejectMessage' in response) {
    return { status: 'rejected', ...reject('rejectedByCanister', response.rejectMessage) };
  }
  stats.response_payload_bytes_total += BigInt(response.reply.length);
  return { status: 'replied', reply: response.reply };
}

/** Asks the canister, without effects, whether it would take an update from outside. */
export function runInspection(
  state: SubnetState,
  timeNs: bigint,
  call: Call,
): { readonly accepted: true } | ({ readonly accepted: false } & Reject) {
  const { canisterId, method, sender, arg } = call;
  const refuse = (why: Reject) => ({ accepted: false as const, ...why });
  if (canisterId.length === 0) {
    const refused = managementRefusal(method, true);
    return refused === undefined ? { accepted: true } : refuse(refused);
  }
  const canister = findCanister(state, canisterId);
  if (canister === undefined) return refuse(notFound(canisterId));
  const refused = refusal(canister, method);
  if (refused !== undefined) return refuse(refused);
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

function queryEntry(canister: Canister, method: string): string | Reject {
  const functions = canister.module?.functions;
  const entry = [`canister_query ${method}`, `canister_composite_query ${method}`].find((name) =>
    functions?.has(name),
  );
  if (entry !== undefined && canister.status === 'running') return entry;
  const name = principalText(canister.id);
  const refused = refusal(canister, method);
  if (refused !== undefined && refused.errorCode !== 'IC0536') return refused;
  return reject('methodNotFound', `Error from Canister ${name}: Canister has no query method '${method}'.`);
}

/** Asks a function once, and only when its value is needed. */
function once<T>(give: () => T): () => T {
  let given: { readonly value: T } | undefined;
  return () => (given ??= { value: give() }).value;
}

function silent(canisterId: PrincipalBytes): Reject {
  return reject(
    'didNotReply',
    `Error from Canister ${principalText(canisterId)}: Canister did not reply to the call`,
  );
}
