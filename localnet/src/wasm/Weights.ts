/**
 * What one WebAssembly instruction costs, in the instructions that the Internet Computer counts and bills.
 * Figures: the replica's published cost table (dfinity/ic, `rs/embedders/src/wasm_utils/instrumentation.rs`),
 * for 32-bit memories. Whatever is not named costs 1.
 */

type Weighted = readonly (readonly [weight: number, opcodes: readonly number[]])[];

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

function table(size: number, weighted: Weighted): Uint16Array {
  const weights = new Uint16Array(size).fill(1);
  for (const [weight, opcodes] of weighted) for (const opcode of opcodes) weights[opcode] = weight;
  return weights;
}

/** By one-byte opcode. */
export const WEIGHTS = table(256, [
  [0, [0x02, 0x03, 0x05, 0x0b]], // block, loop, else, end
  [2, [0x04, 0x0c, 0x0d, 0x0e]], // if, br, br_if, br_table
  [5, [0x10]], // call
  [10, [0x11]], // call_indirect
  [3, [0x12]], // return_call
  [60, [0x13]], // return_call_indirect
  [2, [0x23, 0x24]], // global.get, global.set
  [5, [0x25, 0x26]], // table.get, table.set
  [20, [0x3f]], // memory.size
  [300, [0x40]], // memory.grow
  [3, range(0x5b, 0x66)], // float comparisons
  [10, [...range(0x6d, 0x70), ...range(0x7f, 0x82)]], // integer division and remainder
  [2, [...range(0x8d, 0x90), ...range(0x92, 0x94), 0x98]], // f32 rounding, + - *, copysign
  [5, [0x91]], // f32.sqrt
  [3, [0x95]], // f32.div
  [18, [0x96, 0x97, 0xa4, 0xa5]], // min, max
  [2, [...range(0x9b, 0x9e), ...range(0xa0, 0xa2)]], // f64 rounding, + - *
  [8, [0x9f]], // f64.sqrt
  [5, [0xa3]], // f64.div
  [3, [0xa6]], // f64.copysign
  [20, [...range(0xa8, 0xab), ...range(0xae, 0xb1)]], // float to integer
  [3, [0xb2, 0xb4, 0xb7, 0xb9]], // signed integer to float
  [16, [0xb3, 0xb5, 0xb8, 0xba]], // unsigned integer to float
  [5, [0xd1]], // ref.is_null
  [130, [0xd2]], // ref.func
]);

/** By the number after the prefix 0xFC: saturating truncation, bulk memory, tables. */
export const BULK_WEIGHTS = table(18, [
  [20, range(0, 7)],
  [100, [8, 10, 11, 12, 14, 16, 17]],
  [300, [9, 13, 15]],
]);

/** By the number after the prefix 0xFD: 128-bit vectors. */
export const VECTOR_WEIGHTS = table(256, [
  [3, [13]], // shuffle
  [2, [38, 40, 48, 50, 58, 60]], // unsigned < and >
  [3, [98, 107, 108, 127, 204, 253]],
  [2, [...range(103, 106), 109, 116, 117, 122, 125, ...range(139, 141), 148, 157, 159]],
  [2, [...range(171, 173), 181, ...range(188, 191), 203, 205]],
  [4, [213, 232, 233, 244, 249, 251]],
  [2, [224, 225, 228, 229, 230, 236, 237, 240, 241, 242, 248, 252]],
  [5, [227, 245]],
  [10, [231]],
  [12, [243]],
  [14, [239]],
]);
