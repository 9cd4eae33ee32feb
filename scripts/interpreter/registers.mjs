import binaryen from 'binaryen';

const VALUE_BYTES = 8;
const WORDS = 5;
const VALUES = 3;
/** The types of the locals that the quick ways have for themselves. */
export const OWN_LOCALS = [...Array(WORDS).fill(binaryen.i32), ...Array(VALUES).fill(binaryen.i64)];

/**
 * What a quick way is built of: where the interpreter keeps its place, and locals of its own.
 *
 * @param {binaryen.Module} module
 * @param loop as `loopIn` gives it
 * @param first index of the first of `OWN_LOCALS`
 */
export function registersOf(module, loop, first) {
  const { i32, local } = module;
  const word = (index) => local.get(index, binaryen.i32);
  const next = (bytes) => (bytes === 0 ? word(loop.next) : i32.add(word(loop.next), i32.const(bytes)));
  return {
    word,
    next,
    top: () => word(loop.top),
    /** Sets a local to the address of what lies so many values below the end of the stack. */
    find: (index, depth) => local.set(index, i32.sub(word(loop.top), i32.const(VALUE_BYTES * depth))),
    /** On to the bytecode so many bytes from here, with the end of the stack there. */
    goOn: (bytes, top) => [
      local.set(loop.topNext, top),
      ...(bytes === 0 ? [] : [local.set(loop.next, next(bytes))]),
      module.br(loop.again),
    ],
    /** On to the bytecode there. */
    jump: (to, top) => [local.set(loop.topNext, top), local.set(loop.next, to), module.br(loop.again)],
    /** The place of the value above the one that lies at an address. */
    above: (index) => i32.add(word(index), i32.const(VALUE_BYTES)),
    words: Array.from({ length: WORDS }, (_, i) => first + i),
    values: Array.from({ length: VALUES }, (_, i) => first + WORDS + i),
  };
}
