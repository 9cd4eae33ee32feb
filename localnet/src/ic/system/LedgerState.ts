import { keyOf } from '../Bytes.ts';
import type { PrincipalBytes } from '../Subnet.types.ts';

/** An account as ICRC-1 has it: its owner, and one of the owner's subaccounts. */
export interface Account {
  readonly owner: PrincipalBytes;
  /** 32 bytes; none is all zeros. */
  readonly subaccount: Uint8Array | undefined;
}

/** What the cycles ledger keeps. */
export interface LedgerState {
  /** Cycles by account; an account that was never used is not in it and holds `FIRST_BALANCE`. */
  readonly balances: Map<string, bigint>;
  /** Blocks written so far, which is the index of the next one. */
  blocks: bigint;
  /** Requests with a creation time, by what they asked for, so that none is carried out twice. */
  readonly seen: Map<string, SeenRequest>;
}

export interface SeenRequest {
  readonly block: bigint;
  readonly canisterId: PrincipalBytes | undefined;
  readonly createdAtNs: bigint;
}

/** Cycles that everybody has here from the start; on the IC they are minted from ICP. */
export const FIRST_BALANCE = 1_000_000_000_000_000n;
const SUBACCOUNT_BYTES = 32;

export function newLedger(): LedgerState {
  return { balances: new Map(), blocks: 0n, seen: new Map() };
}

export function balanceOf(ledger: LedgerState, account: Account): bigint {
  return ledger.balances.get(accountKey(account)) ?? FIRST_BALANCE;
}

/** Moves cycles into accounts, or out of them where the amount is negative, and writes that down; the block's index. */
export function write(ledger: LedgerState, ...moves: readonly (readonly [Account, bigint])[]): bigint {
  for (const [account, cycles] of moves) {
    ledger.balances.set(accountKey(account), balanceOf(ledger, account) + cycles);
  }
  return ledger.blocks++;
}

function accountKey({ owner, subaccount = new Uint8Array(SUBACCOUNT_BYTES) }: Account): string {
  return `${keyOf(owner)}.${keyOf(subaccount)}`;
}
