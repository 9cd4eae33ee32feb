import { IDL } from '@dfinity/candid';
import { beforeAll, describe, expect, it } from 'vitest';
import { code, op } from '../../test/Assembler.ts';
import { azleFixture } from '../../test/AzleFixture.ts';
import { canister, sys } from '../../test/TestCanister.ts';
import { LocalSubnet } from '../ic/LocalSubnet.ts';
import { collapsedStacks, costsOf, totalOf, type CallNode, type FunctionCost } from './CallTree.ts';
import { Profiler, type ProfilerOptions } from './Profiler.ts';
import { reportOf } from './Report.ts';

const NOTHING = IDL.encode([], []);

function installed(wasm: Uint8Array, options?: ProfilerOptions) {
  const profiler = new Profiler(options);
  const profiled = new LocalSubnet({ profiler });
  const plain = new LocalSubnet();
  const ids = [profiled, plain].map((subnet) => {
    const id = subnet.createCanister();
    subnet.installCode(id, wasm, { arg: NOTHING });
    subnet.run();
    return id;
  });
  const id = ids[0] ?? NOTHING;
  return {
    root: (message: string): CallNode => profiler.roots().get(message)!,
    /** Calls it with and without a profiler: the result and the cost must be the same. */
    call: (method: string, arg = NOTHING) => {
      const called = profiled.callUpdate(id, method, arg);
      const { result, instructions } = plain.callUpdate(id, method, arg);
      expect(called.result).toEqual(result);
      expect(called.instructions).toBe(instructions);
      return called;
    },
  };
}

const costOf = (root: CallNode, name: RegExp): FunctionCost | undefined =>
  costsOf(root).find((cost) => name.test(cost.name));

describe('a profile of WebAssembly functions', () => {
  const wasm = canister(
    [
      { name: 'leaf', exported: false, body: code(op.nop, op.nop) },
      {
        // Calls itself as often as its argument says.
        name: 'countdown',
        exported: false,
        params: ['i32'],
        body: (at) =>
          code(op.localGet(0), op.if, op.localGet(0), op.i32(1), op.i32Sub, op.call(at('countdown')), op.end),
      },
      {
        name: 'canister_update work',
        body: (at) =>
          code(
            op.call(at('leaf')),
            op.call(at('leaf')),
            op.i32(2),
            op.call(at('countdown')),
            sys(at, 'msg_reply'),
          ),
      },
      { name: 'canister_update fail', body: (at) => code(op.call(at('leaf')), op.unreachable) },
    ],
    {},
  );

  it('counts each function by hand, recursion once in the total, and sums up to the message', () => {
    // By their place: this module carries no names.
    const { call, root } = installed(wasm);
    const { instructions } = call('work');
    const work = root('update work');
    expect(totalOf(work)).toBe(Number(instructions));
    const [leaf, countdown] = costsOf(work)
      .filter(({ calls, name }) => calls > 1 && name.startsWith('function'))
      .sort((a, b) => a.calls - b.calls);
    expect(leaf).toMatchObject({ calls: 2, self: 2 * 3, total: 2 * 3 });
    // One for each entry, three for each test; three and the call's five for each turn.
    expect(countdown).toMatchObject({ calls: 3, self: 3 * 4 + 2 * 8, total: 3 * 4 + 2 * 8 });
    expect(costOf(work, /^ic0\.msg_reply$/)).toMatchObject({ calls: 1 });
  });

  it('begins anew after a message that trapped inside of functions', () => {
    const { call, root } = installed(wasm);
    const failed = call('fail');
    expect(failed.result.status).toBe('rejected');
    expect(totalOf(root('update fail'))).toBe(Number(failed.instructions));
    const { instructions } = call('work');
    expect(totalOf(root('update work'))).toBe(Number(instructions));
    expect(root('update work').children.size).toBe(1);
  });

  it('takes the names that it is given, and writes stacks whose sum is the message', () => {
    const names = new Map(Array.from({ length: 200 }, (_, i) => [i, `f${i}`] as const));
    const { call, root } = installed(wasm, { names });
    const { instructions } = call('work');
    const lines = collapsedStacks(root('update work')).trim().split('\n');
    expect(lines.every((line) => /^update work(?:;(?:f\d+|ic0\.\w+))* \d+$/.test(line))).toBe(true);
    expect(lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(Number(instructions));
  });
});

describe('a profile of a script inside of azle', () => {
  let greeted: ReturnType<typeof installed>;
  beforeAll(() => {
    greeted = installed(azleFixture('hello', true));
  });

  it('names its functions with their lines, and those of QuickJS, and sums up to the message', () => {
    const { instructions } = greeted.call('increment');
    const root = greeted.root('update increment');
    expect(totalOf(root)).toBe(Number(instructions));
    expect(costOf(root, /^msgReply main\.js:\d+$/)).toMatchObject({ calls: 1 });
    expect(costOf(root, /^js_\w+$/)).toBeDefined();
    // Most of a small message is spent in functions that were found.
    expect(totalOf(root) - root.self).toBeGreaterThan(totalOf(root) / 2);
    expect(totalOf(greeted.root('init'))).toBeGreaterThan(1e6);
  });

  it('is reported by function and by file', () => {
    greeted.call('increment');
    const root = greeted.root('update increment');
    const report = reportOf('update increment', root, { top: 5, sourceOf: () => 'src/Hello.ts' });
    expect(report).toMatch(/^update increment: [\d,]+ instructions on average of \d+ messages$/m);
    expect(report).toMatch(/\d+\.\d % .* src\/Hello\.ts$/m);
    expect(report).toMatch(/\d+ more functions$/m);
    expect(report.split('\n').every((line) => line === line.trimEnd())).toBe(true);
  });
});
