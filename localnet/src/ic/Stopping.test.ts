import { createHash } from 'node:crypto';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import { NO_ARGUMENT, canister, rejectOf, reply, replyOf, sys, testSubnet } from '../../test/TestCanister.ts';
import { MANAGEMENT_CANISTER, canisterIdAt } from './CanisterId.ts';
import type { LocalSubnet } from './LocalSubnet.ts';
import { manage } from './ManagementClient.ts';
import { ARGUMENTS } from './ManagementTypes.ts';
import type { PrincipalBytes } from './Subnet.types.ts';

const OWNER = Uint8Array.of(1, 2, 3, 2);
const principal = (bytes: PrincipalBytes) => Principal.fromUint8Array(bytes);

let submitted = 0;
/** Queues a call as an ingress message; gives a way to look at its status. */
const submit = (subnet: LocalSubnet, canisterId: PrincipalBytes, method: string, arg: Uint8Array) => {
  const requestId = createHash('sha256').update(String(submitted++)).digest();
  subnet.submit({ requestId, sender: OWNER, canisterId, method, arg });
  return () => subnet.ingress(requestId)?.status;
};

describe('a stopped canister', () => {
  it('takes no calls or queries, can be started again, and deleted only when stopped', () => {
    const { subnet } = testSubnet();
    const id = subnet.createCanister({ sender: OWNER });
    const wasm = canister([
      { name: 'canister_query hi', body: (indexOf) => reply(indexOf, 0, 4) },
      { name: 'canister_update do', body: (indexOf) => reply(indexOf, 0, 4) },
    ]);
    subnet.installCode(id, wasm, { sender: OWNER });
    const call = (method: 'canister_status' | 'delete_canister' | 'start_canister' | 'stop_canister') =>
      manage(subnet, method, { canister_id: principal(id) }, OWNER);
    expect(() => call('delete_canister')).toThrow(/must be stopped/);
    call('stop_canister');
    call('stop_canister');
    expect(rejectOf(subnet.callUpdate(id, 'do', NO_ARGUMENT)).errorCode).toBe('IC0508');
    expect(rejectOf(subnet.callQuery(id, 'hi', NO_ARGUMENT)).errorCode).toBe('IC0508');
    expect(call('canister_status')).toMatchObject({ status: { stopped: null }, ready_for_migration: true });
    call('start_canister');
    replyOf(subnet.callQuery(id, 'hi', NO_ARGUMENT));
    call('stop_canister');
    call('delete_canister');
    expect(subnet.canister(id)).toBeUndefined();
    expect(rejectOf(subnet.callUpdate(id, 'do', NO_ARGUMENT))).toMatchObject({
      rejectCode: 3,
      errorCode: 'IC0301',
    });
  });
});

describe('stopping a canister with an open call', () => {
  const other = canisterIdAt(0);
  /** Calls `sleep` of the other canister and replies when that is answered. */
  const waiting = canister(
    [
      {
        name: 'canister_update wait',
        body: (indexOf) =>
          code(
            code(op.i32(100), op.i32(10), op.i32(110), op.i32(5)),
            code(op.i32(0), op.i32(0), op.i32(0), op.i32(0), sys(indexOf, 'call_new')),
            code(sys(indexOf, 'call_perform'), op.drop),
          ),
      },
      { name: 'done', exported: false, params: ['i32'], body: (indexOf) => reply(indexOf, 0, 0) },
    ],
    {
      table: ['done'],
      data: [{ offset: 100, bytes: Uint8Array.from([...other, ...new TextEncoder().encode('sleep')]) }],
    },
  );
  const sleeping = canister([{ name: 'canister_update sleep', body: (indexOf) => reply(indexOf, 0, 0) }]);

  const begin = () => {
    const { subnet } = testSubnet();
    subnet.installCode(subnet.createCanister({ sender: OWNER }), sleeping, { sender: OWNER });
    const id = subnet.createCanister({ sender: OWNER });
    subnet.installCode(id, waiting, { sender: OWNER });
    const wait = submit(subnet, id, 'wait', NO_ARGUMENT);
    const target = { canister_id: principal(id) };
    const manageLater = (method: 'stop_canister' | 'start_canister') =>
      submit(subnet, MANAGEMENT_CANISTER, method, IDL.encode(ARGUMENTS[method], [target]));
    return { subnet, id, wait, target, manageLater };
  };

  it('waits for the call to end and takes no new ones', () => {
    const { subnet, id, wait, target, manageLater } = begin();
    const stop = manageLater('stop_canister');
    const late = submit(subnet, id, 'wait', NO_ARGUMENT);
    subnet.run();
    expect(wait()).toMatchObject({ status: 'replied' });
    expect(late()).toMatchObject({ status: 'rejected', errorCode: 'IC0509' });
    expect(stop()).toMatchObject({ status: 'replied' });
    expect(manage(subnet, 'canister_status', target, OWNER)).toMatchObject({ status: { stopped: null } });
  });

  it('is called off when the canister is started meanwhile', () => {
    const { subnet, wait, target, manageLater } = begin();
    const stop = manageLater('stop_canister');
    manageLater('start_canister');
    subnet.run();
    expect(stop()).toMatchObject({ status: 'rejected', errorCode: 'IC0511' });
    expect(wait()).toMatchObject({ status: 'replied' });
    expect(manage(subnet, 'canister_status', target, OWNER)).toMatchObject({ status: { running: null } });
  });

  it('is over at once when the code is uninstalled: the call is rejected', () => {
    const { subnet, wait, target, manageLater } = begin();
    const stop = manageLater('stop_canister');
    const argument = { ...target, sender_canister_version: [] };
    submit(subnet, MANAGEMENT_CANISTER, 'uninstall_code', IDL.encode(ARGUMENTS.uninstall_code, [argument]));
    subnet.run();
    expect(wait()).toMatchObject({ status: 'rejected', rejectCode: 4 });
    expect(stop()).toMatchObject({ status: 'replied' });
  });
});
