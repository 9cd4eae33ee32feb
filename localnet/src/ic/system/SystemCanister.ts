import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { sameBytes } from '../Bytes.ts';
import { principalText } from '../CanisterId.ts';
import { CanisterTrap, ManagementError, reject, rejectOfTrap } from '../Reject.ts';
import type { PrincipalBytes, QueryResult, Reject } from '../Subnet.types.ts';
import { answer } from '../SubnetState.ts';
import type { RequestMessage, SubnetState } from '../SubnetState.ts';
import { LEDGER_METHODS } from './CyclesLedger.ts';
import type { LedgerCall } from './CyclesLedger.ts';
import { LEDGER_TYPES } from './CyclesLedgerTypes.ts';
import type { MethodType } from './CyclesLedgerTypes.ts';
import { CYCLES_LEDGER, CYCLES_MINTING } from './SystemIds.ts';

/** A canister of the IC itself that is emulated by functions: as much of it as deployment tools use. */
interface SystemCanister {
  readonly id: PrincipalBytes;
  readonly types: Readonly<Record<string, MethodType>>;
  /** Pairs each type with a function of the decoded argument. */
  readonly methods: Readonly<Record<string, (call: LedgerCall, argument: never) => unknown>>;
}

const CANISTERS: readonly SystemCanister[] = [
  {
    id: CYCLES_MINTING,
    types: { get_default_subnets: { argument: [], result: IDL.Vec(IDL.Principal), isQuery: true } },
    methods: {
      get_default_subnets: ({ state: { subnetId } }) =>
        subnetId.length === 0 ? [] : [Principal.fromUint8Array(subnetId)],
    },
  },
  { id: CYCLES_LEDGER, types: LEDGER_TYPES, methods: LEDGER_METHODS },
];

export function isSystemCanister(id: PrincipalBytes): boolean {
  return find(id) !== undefined;
}

/** Why a system canister cannot be called; undefined when it can. */
export function systemRefusal(id: PrincipalBytes, method: string): Reject | undefined {
  return find(id)?.types[method] === undefined ? noMethod(id, 'update', method) : undefined;
}

/** Executes an update of a system canister and answers it. */
export function callSystem(state: SubnetState, request: RequestMessage): void {
  const { origin, callee, method, arg, caller, cycles } = request;
  const { result, kept } = invoke(state, callee, method, arg, caller, cycles);
  answer(state, origin, result, cycles - kept);
}

/** Executes a query of a system canister. */
export function querySystem(
  state: SubnetState,
  id: PrincipalBytes,
  method: string,
  arg: Uint8Array,
  caller: PrincipalBytes,
): QueryResult {
  if (find(id)?.types[method]?.isQuery !== true)
    return { status: 'rejected', ...noMethod(id, 'query', method) };
  return invoke(state, id, method, arg, caller, 0n).result;
}

function invoke(
  state: SubnetState,
  id: PrincipalBytes,
  method: string,
  arg: Uint8Array,
  caller: PrincipalBytes,
  cycles: bigint,
): { readonly result: QueryResult; readonly kept: bigint } {
  const canister = find(id);
  const type = canister?.types[method];
  const execute = canister?.methods[method];
  if (type === undefined || execute === undefined) {
    return { result: { status: 'rejected', ...noMethod(id, 'update', method) }, kept: 0n };
  }
  const call: LedgerCall = { state, caller, cycles, kept: 0n };
  try {
    const [argument] = decode(type, arg);
    const value = execute(call, argument as never);
    return { result: { status: 'replied', reply: IDL.encode([type.result], [value]) }, kept: call.kept };
  } catch (error) {
    if (error instanceof CanisterTrap) {
      return { result: { status: 'rejected', ...rejectOfTrap(id, error) }, kept: 0n };
    }
    if (error instanceof ManagementError)
      return { result: { status: 'rejected', ...error.reject }, kept: 0n };
    throw error;
  }
}

function decode({ argument }: MethodType, arg: Uint8Array): unknown[] {
  try {
    return IDL.decode(argument, arg);
  } catch (error) {
    const why = (error as Error).message.slice(0, 300);
    throw new CanisterTrap(
      'calledTrap',
      `Canister called \`ic0.trap\` with message: failed to decode call arguments: ${why}`,
    );
  }
}

function find(id: PrincipalBytes): SystemCanister | undefined {
  return CANISTERS.find((one) => sameBytes(one.id, id));
}

function noMethod(id: PrincipalBytes, kind: 'query' | 'update', method: string): Reject {
  return reject(
    'methodNotFound',
    `Error from Canister ${principalText(id)}: Canister has no ${kind} method '${method}'.`,
  );
}
