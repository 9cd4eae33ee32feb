import { describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import type { FunctionSource } from '../../test/Assembler.ts';
import { canister, NO_ARGUMENT, put, reply, replyOf, testSubnet, word } from '../../test/TestCanister.ts';
import { ANONYMOUS } from './CanisterId.ts';

/** For ever: filling the heap costs an instruction for each byte, and so reaches the limit soon. */
const spin = code(op.loop, op.i32(0), op.i32(1), op.i32(65_536), op.memoryFill, op.br(0), op.end);

const count: FunctionSource = {
  name: 'canister_update count',
  body: (indexOf) => code(put(0, op.i32(0), op.i32Load(), op.i32(1), op.i32Add), reply(indexOf, 0, 4)),
};
const endless = (name: string) => canister([count, { name, body: spin }]);

describe('code that does not end', () => {
  it('in canister_inspect_message is stopped after 200 M instructions, and the message refused', () => {
    const { subnet, deploy } = testSubnet();
    const id = deploy(endless('canister_inspect_message'));
    const message = { requestId: new Uint8Array(32), sender: ANONYMOUS, canisterId: id, method: 'count' };
    const before = subnet.stateHash();
    expect(subnet.inspect({ ...message, arg: NO_ARGUMENT })).toMatchObject({
      accepted: false,
      rejectCode: 5,
      errorCode: 'IC0522',
    });
    expect(subnet.stateHash()).toBe(before);
    // Calls from inside are not inspected.
    replyOf(subnet.callUpdate(id, 'count', NO_ARGUMENT));
  });

  it('in post_upgrade is stopped after 300 G instructions, and the canister is the one it was', () => {
    const { subnet, deploy } = testSubnet();
    const id = deploy(canister([count]));
    replyOf(subnet.callUpdate(id, 'count', NO_ARGUMENT));
    const spent: bigint[] = [];
    subnet.onExecuted(({ instructions }) => spent.push(instructions));
    const before = subnet.stateHash();
    const upgrade = () =>
      subnet.installCode(id, endless('canister_post_upgrade'), { mode: 'upgrade', arg: NO_ARGUMENT });
    expect(upgrade).toThrow(/exceeded the limit of 300000000000 instructions/);
    expect(spent).toEqual([300_000_000_000n]);
    expect(subnet.stateHash()).toBe(before);
    expect(word(replyOf(subnet.callUpdate(id, 'count', NO_ARGUMENT)))).toBe(2);
  }, 60_000);
});
