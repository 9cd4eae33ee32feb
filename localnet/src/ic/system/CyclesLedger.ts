import { Principal } from '@dfinity/principal';
import { keyOf } from '../Bytes.ts';
import { METHODS } from '../ManagementMethods.ts';
import { NO_SETTINGS } from '../ManagementClient.ts';
import { CanisterTrap, ManagementError } from '../Reject.ts';
import type { PrincipalBytes } from '../Subnet.types.ts';
import { findCanister, notFound } from '../SubnetState.ts';
import type { SubnetState } from '../SubnetState.ts';
import type { LedgerArgument, LedgerMethod } from './CyclesLedgerTypes.ts';
import { balanceOf, write } from './LedgerState.ts';
import type { Account, SeenRequest } from './LedgerState.ts';
import { CYCLES_LEDGER } from './SystemIds.ts';

/** A call to the ledger: who calls, with which cycles, and how many of them were taken. */
export interface LedgerCall {
  readonly state: SubnetState;
  readonly caller: PrincipalBytes;
  readonly cycles: bigint;
  kept: bigint;
}

type Methods = {
  readonly [M in LedgerMethod]: (call: LedgerCall, argument: LedgerArgument[M]) => unknown;
};

/** What every block costs, in cycles. */
const FEE = 100_000_000n;
/** Cycles are counted in trillions: 10^12 of them are one token. */
const DECIMALS = 12;
const DRIFT_NS = 60_000_000_000n;
const WINDOW_NS = 86_400_000_000_000n;
const SELF_AUTHENTICATING = { bytes: 29, tag: 2 } as const;

/** The methods of the cycles ledger; each gives the value its result type encodes. */
export const LEDGER_METHODS: Methods = {
  icrc1_balance_of: ({ state }, account) => balanceOf(state.ledger, accountOf(account)),
  icrc1_fee: () => FEE,
  icrc1_decimals: () => DECIMALS,
  icrc1_symbol: () => 'TCYCLES',
  icrc1_name: () => 'Trillion Cycles',

  deposit: (call, { to }) => {
    if (call.cycles <= FEE) {
      throw new CanisterTrap(
        'calledTrap',
        `Canister called \`ic0.trap\` with message: cannot deposit ${call.cycles} cycles: expected more than the fee of ${FEE}`,
      );
    }
    const { ledger } = call.state;
    call.kept = call.cycles;
    const block = write(ledger, [accountOf(to), call.cycles - FEE]);
    return { balance: balanceOf(ledger, accountOf(to)), block_index: block };
  },

  icrc1_transfer: (call, { to, fee: [fee], ...spending }) => {
    const { ledger } = call.state;
    if (fee !== undefined && fee !== FEE) return { Err: { BadFee: { expected_fee: FEE } } };
    return once(call, ['transfer', accountOf(to), spending], spending, (from) => {
      const { amount } = spending;
      return { Ok: write(ledger, [from, -(amount + FEE)], [accountOf(to), amount]) };
    });
  },

  withdraw: (call, { to, ...spending }) => {
    const receiver = to.toUint8Array();
    const { amount } = spending;
    if (
      receiver.length === SELF_AUTHENTICATING.bytes &&
      receiver[receiver.length - 1] === SELF_AUTHENTICATING.tag
    ) {
      return { Err: { InvalidReceiver: { receiver: to } } };
    }
    if (amount === 0n) return generic('The withdrawal amount must be greater than 0');
    return once(call, ['withdraw', receiver, spending], spending, (from) => {
      const block = write(call.state.ledger, [from, -(amount + FEE)]);
      const canister = findCanister(call.state, receiver);
      if (canister !== undefined) {
        canister.cycles += amount;
        return { Ok: block };
      }
      return {
        Err: {
          FailedToWithdraw: {
            fee_block: refund(call, from, amount),
            rejection_code: { DestinationInvalid: null },
            rejection_reason: notFound(receiver).rejectMessage,
          },
        },
      };
    });
  },

  create_canister: (call, { creation_args: [wanted], ...spending }) => {
    const [selection] = wanted?.subnet_selection ?? [];
    return once(call, ['create', wanted ?? [], spending], spending, (from) => {
      const { amount } = spending;
      const { ledger, subnetId } = call.state;
      const block = write(ledger, [from, -(amount + FEE)]);
      const failed = (error: string) => ({
        Err: { FailedToCreate: { fee_block: [block], refund_block: refund(call, from, amount), error } },
      });
      const subnet = selection !== undefined && 'Subnet' in selection ? selection.Subnet.subnet : undefined;
      if (subnet !== undefined && keyOf(subnet.toUint8Array()) !== keyOf(subnetId)) {
        return failed(`Subnet ${subnet.toText()} does not exist`);
      }
      const settings = wanted?.settings[0] ?? NO_SETTINGS;
      const controllers = settings.controllers[0] ?? [Principal.fromUint8Array(call.caller)];
      const creation = { ...call, caller: CYCLES_LEDGER, cycles: amount, origin: undefined };
      try {
        const created = METHODS.create_canister(creation, {
          settings: [{ ...settings, controllers: [controllers] }],
        }) as { readonly canister_id: Principal };
        return { Ok: { block_id: block, canister_id: created.canister_id } };
      } catch (error) {
        if (error instanceof ManagementError) return failed(error.message);
        throw error;
      }
    });
  },
};

/** Gives back what was paid, less the fee of the block that does so; the index of that block, if there is one. */
function refund({ state }: LedgerCall, account: Account, paid: bigint): [] | [bigint] {
  return paid > FEE ? [write(state.ledger, [account, paid - FEE])] : [];
}

type Spending = LedgerArgument['create_canister' | 'withdraw' | 'icrc1_transfer'];
type Outcome =
  | { readonly Ok: bigint | { readonly block_id: bigint; readonly canister_id: Principal } }
  | { readonly Err: object };

/** Spends from the caller's account if it holds enough, and only once for requests that say when they were made. */
function once(
  { state, caller }: LedgerCall,
  what: unknown[],
  {
    amount,
    from_subaccount: [subaccount],
    created_at_time: [createdAtNs],
  }: Omit<Spending, 'creation_args' | 'to' | 'fee'>,
  spend: (from: Account) => Outcome,
): Outcome {
  const { ledger, timeNs } = state;
  const from: Account = { owner: caller, subaccount: subaccount && Uint8Array.from(subaccount) };
  for (const [key, seen] of ledger.seen) if (isTooOld(seen.createdAtNs, timeNs)) ledger.seen.delete(key);
  const key = JSON.stringify([caller, what], (_, value: unknown) => {
    if (value instanceof Uint8Array) return keyOf(value);
    if (value instanceof Principal) return value.toText();
    return typeof value === 'bigint' ? value.toString() : value;
  });
  if (createdAtNs !== undefined) {
    if (isTooOld(createdAtNs, timeNs)) return { Err: { TooOld: null } };
    if (createdAtNs > timeNs + DRIFT_NS) return { Err: { CreatedInFuture: { ledger_time: timeNs } } };
    const seen = ledger.seen.get(key);
    if (seen !== undefined) return { Err: { Duplicate: duplicateOf(seen) } };
  }
  const balance = balanceOf(ledger, from);
  if (amount + FEE > balance) return { Err: { InsufficientFunds: { balance } } };
  const block = ledger.blocks;
  const outcome = spend(from);
  if (createdAtNs !== undefined) {
    const made = 'Ok' in outcome && typeof outcome.Ok === 'object' ? outcome.Ok.canister_id : undefined;
    ledger.seen.set(key, { block, canisterId: made?.toUint8Array(), createdAtNs });
  }
  return outcome;
}

function isTooOld(createdAtNs: bigint, timeNs: bigint): boolean {
  return createdAtNs + WINDOW_NS + DRIFT_NS < timeNs;
}

function duplicateOf({ block, canisterId }: SeenRequest): object {
  const id = canisterId === undefined ? [] : [Principal.fromUint8Array(canisterId)];
  return { duplicate_of: block, canister_id: id };
}

function generic(message: string): Outcome {
  return { Err: { GenericError: { message, error_code: 0n } } };
}

function accountOf({ owner, subaccount: [subaccount] }: LedgerArgument['icrc1_balance_of']): Account {
  return { owner: owner.toUint8Array(), subaccount: subaccount && Uint8Array.from(subaccount) };
}
