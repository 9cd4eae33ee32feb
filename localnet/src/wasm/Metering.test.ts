import { describe, expect, it } from 'vitest';
import { assemble, code, op } from '../../test/Assembler.ts';
import type { FunctionSource, ModuleSource } from '../../test/Assembler.ts';
import { engine } from './Engine.ts';
import { EXPORT, instrumentModule } from './Instrumentation.ts';

interface Metered {
  readonly run: (name: string, ...args: number[]) => unknown;
  /** Instructions counted since the last call. */
  readonly spent: () => number;
  readonly counter: { value: bigint };
  readonly exports: Readonly<Record<string, unknown>>;
}

function load(source: ModuleSource, limit = 1_000_000n): Metered {
  const module = new engine.Module(instrumentModule(assemble(source)).bytes);
  const { exports } = new engine.Instance(module, {});
  const counter = exports[EXPORT.counter] as { value: bigint };
  counter.value = limit;
  let last = limit;
  return {
    exports,
    counter,
    run: (name, ...args) => (exports[name] as (...given: number[]) => unknown)(...args),
    spent: () => {
      const spent = Number(last - counter.value);
      last = counter.value;
      return spent;
    },
  };
}

const one = (body: FunctionSource['body'], more: Partial<FunctionSource> = {}): ModuleSource => ({
  functions: [{ name: 'f', body, ...more }],
  memoryPages: 1,
});

describe('counted instructions on modules counted by hand', () => {
  it('an empty function costs one', () => {
    const { run, spent } = load(one([]));
    run('f');
    expect(spent()).toBe(1);
  });

  it('a straight line costs the sum of its weights: 1 + (1 + 1 + 10 + 1)', () => {
    const { run, spent } = load(one(code(op.i32(84), op.i32(2), op.i32DivU), { results: ['i32'] }));
    expect(run('f')).toBe(42);
    expect(spent()).toBe(1 + 1 + 1 + 10);
  });

  it('a branch costs only the side taken', () => {
    const source = one(code(op.localGet(0), op.if, op.nop, op.nop, op.nop, op.else, op.nop, op.end), {
      params: ['i32'],
    });
    const { run, spent } = load(source);
    run('f', 1);
    expect(spent()).toBe(1 + 1 + 2 + 3);
    run('f', 0);
    expect(spent()).toBe(1 + 1 + 2 + 1);
  });

  it('a loop costs its body once per turn, a call 5 and what it calls', () => {
    // for (i = n; i != 0; i--) g()
    const source: ModuleSource = {
      functions: [
        {
          name: 'f',
          params: ['i32'],
          body: (indexOf) =>
            code(
              op.loop,
              op.call(indexOf('g')),
              op.localGet(0),
              op.i32(1),
              op.i32Sub,
              [0x22, 0],
              op.brIf(0),
              op.end,
            ),
        },
        { name: 'g', body: code(op.nop), exported: false },
      ],
    };
    const { run, spent } = load(source);
    run('f', 10);
    const turn = 5 + 1 + 1 + 1 + 1 + 2 + (1 + 1);
    expect(spent()).toBe(1 + 10 * turn);
  });

  it('code behind a return costs nothing', () => {
    const { run, spent } = load(one(code(op.return, op.nop, op.nop)));
    run('f');
    expect(spent()).toBe(1 + 1);
  });

  it('memory.fill, copy and init cost 100 and one for each byte', () => {
    const fill = load(one(code(op.i32(0), op.i32(7), op.i32(1000), op.memoryFill)));
    fill.run('f');
    expect(fill.spent()).toBe(1 + 3 + 100 + 1000);
    const copy = load(one(code(op.i32(0), op.i32(8), op.i32(300), op.memoryCopy)));
    copy.run('f');
    expect(copy.spent()).toBe(1 + 3 + 100 + 300);
    const init = load({
      ...one(code(op.i32(0), op.i32(0), op.i32(4), op.memoryInit)),
      passiveData: Uint8Array.of(1, 2, 3, 4),
    });
    init.run('f');
    expect(init.spent()).toBe(1 + 3 + 100 + 4);
  });

  it('a size is unsigned: filling 2^32 - 1 bytes is charged in full, before it happens', () => {
    const { run, counter } = load(one(code(op.i32(0), op.i32(7), op.i32(-1), op.memoryFill)), 5_000_000_000n);
    expect(() => run('f')).toThrow(engine.RuntimeError);
    expect(counter.value).toBe(5_000_000_000n - (1n + 3n + 100n) - 0xffff_ffffn);
  });
});

describe('the limit', () => {
  it('ends an infinite loop', () => {
    const { run, counter } = load(one(code(op.loop, op.br(0), op.end)));
    expect(() => run('f')).toThrow(/unreachable/);
    expect(counter.value).toBeLessThan(0n);
  });

  it('ends an infinite recursion, at a function entry', () => {
    const { run, counter } = load(
      one((indexOf) => op.call(indexOf('f'))),
      600n,
    );
    expect(() => run('f')).toThrow(/unreachable/);
    expect(counter.value).toBe(-6n);
  });

  it('ends a bulk instruction before it acts', () => {
    const { run, exports } = load(one(code(op.i32(0), op.i32(7), op.i32(1000), op.memoryFill)), 500n);
    expect(() => run('f')).toThrow(/unreachable/);
    const memory = exports[EXPORT.memory] as { buffer: ArrayBuffer };
    expect(new Uint8Array(memory.buffer)[0]).toBe(0);
  });
});

describe('the rewritten module', () => {
  it('runs the start function only when asked, under the meter', () => {
    const { exports, spent } = load({
      functions: [{ name: 's', body: code(op.i32(5), op.globalSet(0)), exported: false }],
      mutableGlobals: [1],
      start: 's',
    });
    const global = exports[EXPORT.global(0)] as { value: number };
    expect(global.value).toBe(1);
    (exports[EXPORT.start] as () => void)();
    expect(global.value).toBe(5);
    expect(spent()).toBe(1 + 1 + 2);
  });

  it('lets a dropped data segment be used by the next message, as every message on the IC starts afresh', () => {
    const source = {
      ...one(code(op.i32(0), op.i32(0), op.i32(4), op.memoryInit, op.dataDrop)),
      passiveData: Uint8Array.of(1, 2, 3, 4),
    };
    const { run, spent } = load(source);
    run('f');
    expect(spent()).toBe(1 + 3 + 100 + 4 + 300);
    expect(() => run('f')).not.toThrow();
  });

  it('exports the table, so that callbacks can be found', () => {
    const { exports } = load({ functions: [{ name: 'f', body: [] }], table: ['f'] });
    const table = exports[EXPORT.table] as { get(i: number): unknown; length: number };
    expect(table.length).toBe(1);
    expect(table.get(0)).toBe(exports['f']);
  });
});
