import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import type { FunctionSource } from '../../test/Assembler.ts';
import {
  NO_ARGUMENT,
  canister,
  put,
  rejectOf,
  reply,
  replyOf,
  sys,
  testSubnet,
  word,
} from '../../test/TestCanister.ts';
import { principalText } from './CanisterId.ts';
import { NO_SETTINGS, manage } from './ManagementClient.ts';

const PAGE = 65_536;
const grow = code(op.i32(1), op.memoryGrow, op.drop);

/** Word 0 counts calls of the low memory hook. */
const functions: FunctionSource[] = [
  { name: 'canister_update grow', body: (indexOf) => code(grow, reply(indexOf, 0, 4)) },
  { name: 'canister_query growInVain', body: (indexOf) => code(grow, reply(indexOf, 0, 4)) },
  { name: 'canister_update stay', body: (indexOf) => reply(indexOf, 0, 4) },
  { name: 'canister_on_low_wasm_memory', body: put(0, op.i32(0), op.i32Load(), op.i32(1), op.i32Add) },
  {
    name: 'canister_update growStable',
    body: (indexOf) =>
      code(
        code(op.i32(8), op.i64(8_192_000), sys(indexOf, 'stable64_grow'), op.i64Store()),
        code(op.i32(16), op.i64(1), sys(indexOf, 'stable64_grow'), op.i64Store()),
        reply(indexOf, 8, 16),
      ),
  },
];

const setUp = () => {
  const { subnet, deploy } = testSubnet();
  const id = deploy(canister(functions));
  const change = (settings: object) => {
    const canister_id = Principal.fromUint8Array(id);
    manage(subnet, 'update_settings', {
      canister_id,
      settings: { ...NO_SETTINGS, ...settings },
      sender_canister_version: [],
    });
  };
  const update = (method: string) => subnet.callUpdate(id, method, NO_ARGUMENT);
  const pages = () => (subnet.resources(id)?.heapBytes ?? 0) / PAGE;
  return { subnet, id, change, update, pages };
};

describe('the limit of the heap', () => {
  it('ends updates that grow beyond it, in the words of the IC, and undoes them', () => {
    const { id, change, update, pages } = setUp();
    change({ wasm_memory_limit: [BigInt(2 * PAGE)] });
    replyOf(update('grow'));
    const refused = rejectOf(update('grow'));
    expect(refused).toMatchObject({ rejectCode: 5, errorCode: 'IC0539' });
    expect(refused.rejectMessage).toContain(
      `Error from Canister ${principalText(id)}: Canister exceeded its current Wasm memory limit of ${2 * PAGE} bytes. ` +
        `The peak Wasm memory usage was ${3 * PAGE} bytes. `,
    );
    expect(pages()).toBe(2);
  });

  it('below the present heap refuses every update but not queries; 0 is no limit', () => {
    const { subnet, id, change, update } = setUp();
    change({ wasm_memory_limit: [1n] });
    expect(rejectOf(update('stay')).errorCode).toBe('IC0539');
    replyOf(subnet.callQuery(id, 'growInVain', NO_ARGUMENT));
    change({ wasm_memory_limit: [0n] });
    replyOf(update('grow'));
  });
});

describe('the low memory hook', () => {
  it('runs once when less than the threshold is left, and again after there was enough', () => {
    const { change, update } = setUp();
    const limits = (limitPages: number, thresholdPages: number) => {
      change({
        wasm_memory_limit: [BigInt(limitPages * PAGE)],
        wasm_memory_threshold: [BigInt(thresholdPages * PAGE)],
      });
    };
    const calls = () => word(replyOf(update('stay')));
    limits(4, 2);
    replyOf(update('grow'));
    expect(calls()).toBe(0);
    replyOf(update('grow'));
    expect([calls(), calls()]).toEqual([1, 1]);
    limits(100, 2);
    expect(calls()).toBe(1);
    limits(4, 2);
    calls();
    expect(calls()).toBe(2);
  });
});

describe('stable memory', () => {
  it('grows to 500 GiB and no further', () => {
    const { update } = setUp();
    const bytes = replyOf(update('growStable'));
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([view.getBigInt64(0, true), view.getBigInt64(8, true)]).toEqual([0n, -1n]);
  });
});
