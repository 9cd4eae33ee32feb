import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import type { SettingsArgument } from '../ManagementTypes.ts';
import { SETTINGS } from '../ManagementTypes.ts';

/** Candid types of the cycles ledger, as far as it is emulated; names and fields as the ledger publishes them. */

const blob = IDL.Vec(IDL.Nat8);
const account = IDL.Record({ owner: IDL.Principal, subaccount: IDL.Opt(blob) });
const createdAt = IDL.Opt(IDL.Nat64);
const generic = { GenericError: IDL.Record({ message: IDL.Text, error_code: IDL.Nat }) };
const timing = {
  TemporarilyUnavailable: IDL.Null,
  TooOld: IDL.Null,
  CreatedInFuture: IDL.Record({ ledger_time: IDL.Nat64 }),
  InsufficientFunds: IDL.Record({ balance: IDL.Nat }),
};
const duplicate = { Duplicate: IDL.Record({ duplicate_of: IDL.Nat }) };
const badFee = { BadFee: IDL.Record({ expected_fee: IDL.Nat }) };
const rejectionCode = IDL.Variant({
  NoError: IDL.Null,
  CanisterError: IDL.Null,
  SysTransient: IDL.Null,
  DestinationInvalid: IDL.Null,
  Unknown: IDL.Null,
  SysFatal: IDL.Null,
  CanisterReject: IDL.Null,
});
const subnetSelection = IDL.Variant({
  Subnet: IDL.Record({ subnet: IDL.Principal }),
  Filter: IDL.Record({ subnet_type: IDL.Opt(IDL.Text) }),
});

export interface MethodType {
  readonly argument: IDL.Type[];
  readonly result: IDL.Type;
  readonly isQuery: boolean;
}

const query = (argument: IDL.Type[], result: IDL.Type): MethodType => ({ argument, result, isQuery: true });
const update = (argument: IDL.Type, ok: IDL.Type, err: Record<string, IDL.Type>): MethodType => ({
  argument: [argument],
  result: IDL.Variant({ Ok: ok, Err: IDL.Variant({ ...generic, ...timing, ...err }) }),
  isQuery: false,
});

export const LEDGER_TYPES = {
  icrc1_balance_of: query([account], IDL.Nat),
  icrc1_fee: query([], IDL.Nat),
  icrc1_decimals: query([], IDL.Nat8),
  icrc1_symbol: query([], IDL.Text),
  icrc1_name: query([], IDL.Text),
  deposit: {
    argument: [IDL.Record({ to: account, memo: IDL.Opt(blob) })],
    result: IDL.Record({ balance: IDL.Nat, block_index: IDL.Nat }),
    isQuery: false,
  },
  icrc1_transfer: update(
    IDL.Record({
      from_subaccount: IDL.Opt(blob),
      to: account,
      amount: IDL.Nat,
      fee: IDL.Opt(IDL.Nat),
      memo: IDL.Opt(blob),
      created_at_time: createdAt,
    }),
    IDL.Nat,
    { ...badFee, ...duplicate, BadBurn: IDL.Record({ min_burn_amount: IDL.Nat }) },
  ),
  withdraw: update(
    IDL.Record({
      amount: IDL.Nat,
      from_subaccount: IDL.Opt(blob),
      to: IDL.Principal,
      created_at_time: createdAt,
    }),
    IDL.Nat,
    {
      ...badFee,
      ...duplicate,
      InvalidReceiver: IDL.Record({ receiver: IDL.Principal }),
      FailedToWithdraw: IDL.Record({
        fee_block: IDL.Opt(IDL.Nat),
        rejection_code: rejectionCode,
        rejection_reason: IDL.Text,
      }),
    },
  ),
  create_canister: update(
    IDL.Record({
      from_subaccount: IDL.Opt(blob),
      created_at_time: createdAt,
      amount: IDL.Nat,
      creation_args: IDL.Opt(
        IDL.Record({ settings: IDL.Opt(SETTINGS), subnet_selection: IDL.Opt(subnetSelection) }),
      ),
    }),
    IDL.Record({ block_id: IDL.Nat, canister_id: IDL.Principal }),
    {
      Duplicate: IDL.Record({ duplicate_of: IDL.Nat, canister_id: IDL.Opt(IDL.Principal) }),
      FailedToCreate: IDL.Record({
        fee_block: IDL.Opt(IDL.Nat),
        refund_block: IDL.Opt(IDL.Nat),
        error: IDL.Text,
      }),
    },
  ),
} satisfies Record<string, MethodType>;

export type LedgerMethod = keyof typeof LEDGER_TYPES;

type Opt<T> = [] | [T];

interface AccountArgument {
  readonly owner: Principal;
  readonly subaccount: Opt<Uint8Array>;
}

interface Spending {
  readonly amount: bigint;
  readonly from_subaccount: Opt<Uint8Array>;
  readonly created_at_time: Opt<bigint>;
}

/** What the argument types above decode to. */
export interface LedgerArgument {
  icrc1_balance_of: AccountArgument;
  icrc1_fee: undefined;
  icrc1_decimals: undefined;
  icrc1_symbol: undefined;
  icrc1_name: undefined;
  deposit: { readonly to: AccountArgument };
  icrc1_transfer: Spending & { readonly to: AccountArgument; readonly fee: Opt<bigint> };
  withdraw: Spending & { readonly to: Principal };
  create_canister: Spending & {
    readonly creation_args: Opt<{
      readonly settings: Opt<SettingsArgument>;
      readonly subnet_selection: Opt<
        { readonly Subnet: { readonly subnet: Principal } } | { readonly Filter: unknown }
      >;
    }>;
  };
}
