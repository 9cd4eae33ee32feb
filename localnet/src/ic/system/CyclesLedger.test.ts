import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { START_MS, rejectOf, replyOf, testSubnet } from '../../../test/TestCanister.ts';
import { LEDGER_TYPES } from './CyclesLedgerTypes.ts';
import type { LedgerMethod, MethodType } from './CyclesLedgerTypes.ts';
import { FIRST_BALANCE } from './LedgerState.ts';
import { CYCLES_LEDGER, CYCLES_MINTING } from './SystemIds.ts';

const FEE = 100_000_000n;
const T = 1_000_000_000_000n;
const ALICE = new Uint8Array(29).fill(2);
const BOB = Uint8Array.from([...new Uint8Array(28).fill(7), 2]);
const NOW_NS = BigInt(START_MS) * 1_000_000n;

const principal = (bytes: Uint8Array) => Principal.fromUint8Array(bytes);
const account = (owner: Uint8Array, subaccount?: Uint8Array) => ({
  owner: principal(owner),
  subaccount: subaccount === undefined ? [] : [subaccount],
});
const spending = (amount: bigint, createdAtNs?: bigint) => ({
  amount,
  from_subaccount: [],
  created_at_time: createdAtNs === undefined ? [] : [createdAtNs],
});
const transfer = (to: Uint8Array, amount: bigint, createdAtNs?: bigint) => ({
  ...spending(amount, createdAtNs),
  to: account(to),
  fee: [],
  memo: [],
});
const creation = (amount: bigint, more: object = {}, createdAtNs?: bigint) => ({
  ...spending(amount, createdAtNs),
  creation_args: [{ settings: [], subnet_selection: [], ...more }],
});

function setUp() {
  const test = testSubnet();
  const { subnet } = test;
  const call = (method: LedgerMethod, argument?: unknown, sender = ALICE): unknown => {
    const type: MethodType = LEDGER_TYPES[method];
    const arg = IDL.encode(type.argument, type.argument.length === 0 ? [] : [argument]);
    const called = type.isQuery
      ? subnet.callQuery(CYCLES_LEDGER, method, arg, sender)
      : subnet.callUpdate(CYCLES_LEDGER, method, arg, sender);
    return IDL.decode([type.result], replyOf(called))[0];
  };
  const balance = (owner = ALICE) => call('icrc1_balance_of', account(owner)) as bigint;
  return { ...test, call, balance };
}

describe('the cycles ledger', () => {
  it('names its unit as the real one does', () => {
    const { call } = setUp();
    expect(call('icrc1_symbol')).toBe('TCYCLES');
    expect(call('icrc1_decimals')).toBe(12);
    expect(call('icrc1_fee')).toBe(FEE);
  });

  it('gives everybody something to begin with, and every subaccount is an account', () => {
    const { call, balance } = setUp();
    expect(balance()).toBe(FIRST_BALANCE);
    call('icrc1_transfer', transfer(BOB, T));
    expect(call('icrc1_balance_of', account(ALICE, new Uint8Array(32)))).toBe(FIRST_BALANCE - T - FEE);
    expect(call('icrc1_balance_of', account(ALICE, new Uint8Array(32).fill(1)))).toBe(FIRST_BALANCE);
  });

  it('moves cycles for a fee and numbers the blocks', () => {
    const { call, balance } = setUp();
    expect(call('icrc1_transfer', transfer(BOB, 3n * T))).toEqual({ Ok: 0n });
    expect(call('icrc1_transfer', transfer(ALICE, T), BOB)).toEqual({ Ok: 1n });
    expect(balance()).toBe(FIRST_BALANCE - 2n * T - FEE);
    expect(balance(BOB)).toBe(FIRST_BALANCE + 2n * T - FEE);
    expect(call('icrc1_transfer', { ...transfer(BOB, T), fee: [1n] })).toEqual({
      Err: { BadFee: { expected_fee: FEE } },
    });
  });

  it('lets nobody spend more than they have, fee included', () => {
    const { call, balance } = setUp();
    const refused = { Err: { InsufficientFunds: { balance: FIRST_BALANCE } } };
    const tooMuch = FIRST_BALANCE - FEE + 1n;
    expect(call('icrc1_transfer', transfer(BOB, tooMuch))).toEqual(refused);
    expect(call('withdraw', { ...spending(tooMuch), to: principal(CYCLES_MINTING) })).toEqual(refused);
    expect(call('create_canister', creation(tooMuch))).toEqual(refused);
    expect([balance(), balance(BOB)]).toEqual([FIRST_BALANCE, FIRST_BALANCE]);
    expect(call('icrc1_transfer', transfer(BOB, tooMuch - 1n))).toEqual({ Ok: 0n });
    expect(balance()).toBe(0n);
  });

  it('carries out a request that says when it was made once, and within a day', () => {
    const { call, balance, clock } = setUp();
    expect(call('icrc1_transfer', transfer(BOB, T, NOW_NS))).toEqual({ Ok: 0n });
    expect(call('icrc1_transfer', transfer(BOB, T, NOW_NS))).toEqual({
      Err: { Duplicate: { duplicate_of: 0n } },
    });
    expect(call('icrc1_transfer', transfer(BOB, T, NOW_NS + 1n))).toEqual({ Ok: 1n });
    const { Err: future } = call('icrc1_transfer', transfer(BOB, T, NOW_NS + 120_000_000_000n)) as {
      Err: object;
    };
    expect(Object.keys(future)).toEqual(['CreatedInFuture']);
    clock.advanceMs(25 * 3_600_000);
    expect(call('icrc1_transfer', transfer(BOB, T, NOW_NS))).toEqual({ Err: { TooOld: null } });
    expect(balance(BOB)).toBe(FIRST_BALANCE + 2n * T);
  });

  it('creates a canister for the caller, or for whom the caller says, once', () => {
    const { call, balance, subnet } = setUp();
    const subnetId = Uint8Array.of(1, 2, 3);
    subnet.setSubnetId(subnetId);
    const here = { subnet_selection: [{ Subnet: { subnet: principal(subnetId) } }] };
    const made = call('create_canister', creation(2n * T, here, NOW_NS)) as {
      Ok: { block_id: bigint; canister_id: Principal };
    };
    const id = made.Ok.canister_id.toUint8Array();
    expect(subnet.canister(id)?.controllers).toEqual([ALICE]);
    expect(subnet.resources(id)?.cycles).toBeGreaterThan(T);
    expect(balance()).toBe(FIRST_BALANCE - 2n * T - FEE);
    const again = call('create_canister', creation(2n * T, here, NOW_NS)) as { Err: { Duplicate: unknown } };
    expect(again.Err.Duplicate).toEqual({ duplicate_of: 0n, canister_id: [made.Ok.canister_id] });
    expect([...subnet.canisters()]).toHaveLength(1);
  });

  it('gives the cycles back, less two fees, when no canister can be created', () => {
    const { call, balance, subnet } = setUp();
    const elsewhere = { subnet_selection: [{ Subnet: { subnet: principal(ALICE) } }] };
    const { Err } = call('create_canister', creation(T, elsewhere)) as { Err: { FailedToCreate: unknown } };
    expect(Err.FailedToCreate).toMatchObject({ fee_block: [0n], refund_block: [1n] });
    expect(balance()).toBe(FIRST_BALANCE - 2n * FEE);
    expect([...subnet.canisters()]).toHaveLength(0);
  });

  it('withdraws to canisters only, and gives back what did not arrive', () => {
    const { call, balance, subnet } = setUp();
    const id = subnet.createCanister({ cycles: T });
    expect(call('withdraw', { ...spending(T), to: principal(id) })).toEqual({ Ok: 0n });
    expect(subnet.resources(id)?.cycles).toBeGreaterThan(T);
    expect(call('withdraw', { ...spending(T), to: principal(BOB) })).toEqual({
      Err: { InvalidReceiver: { receiver: principal(BOB) } },
    });
    const before = balance();
    const nobody = Uint8Array.of(0, 0, 0, 0, 0, 0, 9, 9, 1, 1);
    const { Err } = call('withdraw', { ...spending(T), to: principal(nobody) }) as { Err: object };
    expect(Err).toMatchObject({ FailedToWithdraw: { rejection_code: { DestinationInvalid: null } } });
    expect(balance()).toBe(before - 2n * FEE);
  });

  it('takes deposits only with cycles, which users cannot send', () => {
    const { call, balance } = setUp();
    expect(() => call('deposit', { to: account(ALICE), memo: [] })).toThrow(/cannot deposit 0 cycles/);
    expect(balance()).toBe(FIRST_BALANCE);
  });

  it('rejects methods it has not, updates asked as queries, and arguments of another type', () => {
    const { subnet } = setUp();
    const empty = IDL.encode([], []);
    expect(rejectOf(subnet.callUpdate(CYCLES_LEDGER, 'mint', empty)).errorCode).toBe('IC0536');
    expect(rejectOf(subnet.callQuery(CYCLES_LEDGER, 'withdraw', empty)).errorCode).toBe('IC0536');
    expect(rejectOf(subnet.callUpdate(CYCLES_LEDGER, 'withdraw', empty)).errorCode).toBe('IC0503');
    expect(rejectOf(subnet.callQuery(CYCLES_LEDGER, 'icrc1_balance_of', Uint8Array.of(1))).errorCode).toBe(
      'IC0503',
    );
  });
});

describe('the cycles minting canister', () => {
  it('knows the one subnet there is, once it has keys', () => {
    const { subnet } = setUp();
    const subnets = () => {
      const called = subnet.callQuery(CYCLES_MINTING, 'get_default_subnets', IDL.encode([], []));
      return IDL.decode([IDL.Vec(IDL.Principal)], replyOf(called))[0];
    };
    expect(subnets()).toEqual([]);
    subnet.setSubnetId(ALICE);
    expect(subnets()).toEqual([principal(ALICE)]);
  });
});
