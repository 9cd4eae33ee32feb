import binaryen from 'binaryen';

/*
 * What kernels call that has no text to compile: some of Math, a double's words, and the whole part of a double.
 */

const { f64: F64, i32: I32 } = binaryen;
const TWO_31 = 2_147_483_648;
const TWO_32 = 2 * TWO_31;
const WHOLE = 'kernel$wholeOf';

/** Functions of Math that WebAssembly has as instructions, with JavaScript's results. */
export const mathOf = ({ f64 }) => ({
  abs: f64.abs,
  ceil: f64.ceil,
  floor: f64.floor,
  max: f64.max,
  min: f64.min,
  sqrt: f64.sqrt,
  trunc: f64.trunc,
});

/** The file whose functions they are. In TypeScript they go through two views of the same memory. */
export const BITS_FILE = 'DoubleBits.ts';

/** How a double's words are taken and put. */
export const bitsOf = ({ i32, i64, f64 }) => {
  const upper = (double) => i64.shr_u(i64.reinterpret(double), i64.const(32, 0));
  const raised = (word) => i64.shl(i64.extend_u(word), i64.const(32, 0));
  const lower = (double) => i64.and(i64.reinterpret(double), i64.const(-1, 0));
  return {
    highWordOf: { result: 'i32', of: (double) => i32.wrap(upper(double)) },
    withHighWord: {
      result: 'f64',
      of: (double, word) => f64.reinterpret(i64.or(lower(double), raised(word))),
    },
  };
};

/** `double | 0`: the lower 32 bits of the whole part. */
export function toInt32(module, double) {
  if (module.getFunction(WHOLE) === 0) addWhole(module);
  return module.call(WHOLE, [double], I32);
}

function addWhole(module) {
  const { i32, i64, f64, local } = module;
  const x = () => local.get(0, F64);
  const below = (bound) => f64.lt(f64.abs(x()), f64.const(bound));
  // Beyond 2^63 a double is a multiple of 2^11; taking whole turns of 2^32 away is exact.
  const rest = f64.sub(x(), f64.mul(f64.floor(f64.div(x(), f64.const(TWO_32))), f64.const(TWO_32)));
  const answers = [
    module.if(below(TWO_31), module.return(i32.trunc_s.f64(x()))),
    module.if(below(TWO_32 * TWO_31), module.return(i32.wrap(i64.trunc_s.f64(x())))),
    module.if(below(Infinity), module.return(i32.wrap(i64.trunc_s.f64(rest)))),
    module.return(i32.const(0)),
  ];
  module.addFunction(WHOLE, F64, I32, [], module.block(null, answers));
}
