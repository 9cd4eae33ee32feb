import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { withdraw } from './Balance.ts';
import { sameBytes } from './Bytes.ts';
import { principalText } from './CanisterId.ts';
import { METHODS } from './ManagementMethods.ts';
import { ARGUMENTS, RESULTS } from './ManagementTypes.ts';
import type { ManagementMethod } from './ManagementTypes.ts';
import { ingressCost } from './PriceList.ts';
import { ManagementError, reject } from './Reject.ts';
import { NOTHING } from './Stopping.ts';
import type { PrincipalBytes, QueryResult, Reject } from './Subnet.types.ts';
import { answer, findCanister } from './SubnetState.ts';
import type { RequestMessage, SubnetState } from './SubnetState.ts';

/** Only canisters may call these: they take cycles, or answers that users could not trust. */
const FOR_CANISTERS: ReadonlySet<string> = new Set(['create_canister', 'deposit_cycles', 'raw_rand']);
const FOR_QUERIES: ReadonlySet<string> = new Set(['fetch_canister_logs', 'canister_status']);

/** Executes an update call to `aaaaa-aa` and answers it, now or, for a canister that is stopping, later. */
export function callManagement(state: SubnetState, request: RequestMessage): void {
  const { origin, method, caller, cycles } = request;
  if (origin.kind === 'ingress') {
    state.ingress.setStatus(origin.requestId, { status: 'processing' }, state.timeNs);
  }
  try {
    const refused = managementRefusal(method, origin.kind !== 'canister');
    if (refused !== undefined) throw new ManagementError(refused);
    const { result, kept } = invoke(state, method as ManagementMethod, request.arg, caller, cycles, request);
    if (result === 'later') return;
    answer(state, origin, { status: 'replied', reply: result }, cycles - kept);
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error;
    answer(state, origin, { status: 'rejected', ...error.reject }, cycles);
  }
}

/** Executes a query call to `aaaaa-aa`. */
export function queryManagement(
  state: SubnetState,
  method: string,
  arg: Uint8Array,
  caller: PrincipalBytes,
): QueryResult {
  try {
    if (!FOR_QUERIES.has(method)) throw new ManagementError(unknown(method));
    const { result } = invoke(state, method as ManagementMethod, arg, caller, 0n, undefined);
    if (result === 'later') throw new Error('a query cannot be answered later');
    return { status: 'replied', reply: result };
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error;
    return { status: 'rejected', ...error.reject };
  }
}

/** Why a method cannot be called; undefined when it can. */
export function managementRefusal(method: string, fromUser: boolean): Reject | undefined {
  if (!Object.hasOwn(ARGUMENTS, method)) return unknown(method);
  if (fromUser && FOR_CANISTERS.has(method)) {
    return reject('rejectedByCanister', `Only canisters can call ${method} of the management canister`);
  }
  return undefined;
}

function invoke(
  state: SubnetState,
  method: ManagementMethod,
  arg: Uint8Array,
  caller: PrincipalBytes,
  cycles: bigint,
  request: RequestMessage | undefined,
): { result: Uint8Array | 'later'; kept: bigint } {
  const call = { state, caller, cycles, kept: 0n, origin: request?.origin };
  const decoded = decode(method, arg, caller);
  if (request !== undefined && request.origin.kind !== 'canister')
    payForIngress(state, method, decoded, request);
  // The table pairs each method with the type its argument was decoded to.
  const execute = METHODS[method] as (call: unknown, argument: unknown) => unknown;
  const value = execute(call, decoded);
  if (value === 'later') return { result: 'later', kept: call.kept };
  const type = RESULTS[method];
  return { result: type === undefined ? NOTHING : IDL.encode([type], [value]), kept: call.kept };
}

/** A user's message is paid by the canister it is about; making canisters and giving them cycles is free here. */
function payForIngress(
  state: SubnetState,
  method: ManagementMethod,
  argument: unknown,
  { caller, arg }: RequestMessage,
): void {
  if (method.startsWith('provisional_')) return;
  const { canister_id, target_canister } = (argument ?? {}) as Partial<Record<string, Principal>>;
  const id = (target_canister ?? canister_id)?.toUint8Array();
  const canister = id === undefined ? undefined : findCanister(state, id);
  if (canister === undefined) return;
  const reveal = canister.settings.controllers.some((one) => sameBytes(one.toUint8Array(), caller));
  const unpaid = withdraw(canister, ingressCost(canister.prices, method.length + arg.length), reveal);
  if (unpaid !== undefined) throw new ManagementError(unpaid);
}

function decode(method: ManagementMethod, arg: Uint8Array, caller: PrincipalBytes): unknown {
  try {
    return IDL.decode(ARGUMENTS[method], arg)[0];
  } catch (error) {
    const why = (error as Error).message.slice(0, 300);
    const message = `the argument of ${method} from ${principalText(caller)} is not its Candid type: ${why}`;
    throw new ManagementError(reject('badPayload', message));
  }
}

function unknown(method: string): Reject {
  return reject('unknownMethodOfManagement', `Management canister has no method '${method}'`);
}
