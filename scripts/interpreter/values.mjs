import binaryen from 'binaryen';

/*
 * How QuickJS keeps values: in a double word, a tag above, and an integer (tag 0) or a pointer below it. A double is any
 * number from 7 << 32 on up to the negative tags, namely its bits less `NAN_BOXING`. What is counted lies behind a pointer:
 * texts, big integers, symbols, functions and, by the last of the tags, objects.
 */
const NAN_BOXING = [0, 0x7ff8000a];
const FIRST_DOUBLE = [0, 7];
const DOUBLES = [0, -16];
const NO_INTEGER = [0, 1];
const AFTER_PLAIN = [0, 4];
const NOT_A_NUMBER = [0, -10];
const TRUTH = [0, 1];
const FIRST_COUNTED = [0, -9];
const FIRST_OBJECT = [0, -1];
const ABOVE_INFINITY = [0, 0x7ff00000];
const WITHOUT_SIGN = [-1, 0x7fffffff];

/** Expressions about values that lie in locals. */
export function valuesIn(module) {
  const { i32, i64, f64, local } = module;
  const value = (index) => local.get(index, binaryen.i64);
  const isInteger = (index) => i64.lt_u(value(index), i64.const(...NO_INTEGER));
  const isDouble = (index) =>
    i64.lt_u(i64.sub(value(index), i64.const(...FIRST_DOUBLE)), i64.const(...DOUBLES));
  const bits = (index) => i64.add(value(index), i64.const(...NAN_BOXING));
  const double = (index) => f64.reinterpret(bits(index));
  const integer = (index) => i32.wrap(value(index));
  return {
    value,
    integer,
    double,
    bits,
    isInteger,
    /** Integers, truths, null and undefined: all but the first two have nothing but 0 below their tag. */
    isPlain: (index) => i64.lt_u(value(index), i64.const(...AFTER_PLAIN)),
    isDouble,
    /** A double's bits as a value: every NaN is the same one. */
    ofBits: (index) =>
      module.select(
        i64.gt_u(i64.and(value(index), i64.const(...WITHOUT_SIGN)), i64.const(...ABOVE_INFINITY)),
        i64.const(...NOT_A_NUMBER),
        i64.sub(value(index), i64.const(...NAN_BOXING)),
      ),
    /** A truth, 1 or 0, as a value. */
    ofTruth: (truth) => i64.or(i64.extend_u(truth), i64.const(...TRUTH)),
    isCounted: (expression) => i64.ge_u(expression, i64.const(...FIRST_COUNTED)),
    isNoObject: (expression) => i64.lt_u(expression, i64.const(...FIRST_OBJECT)),
  };
}

/**
 * Calculates with two values as doubles, whatever they are kept as.
 *
 * @param what.calculate with two doubles
 * @param what.integers what is done instead if both are integers
 * @param what.elsewhere where anything goes that is no number
 */
export function calculateNumbers(module, values, [first, second], { calculate, integers, elsewhere }) {
  const { i32, f64 } = module;
  const { double, integer, isDouble, isInteger } = values;
  const ofInteger = (index) => f64.convert_s.i32(integer(index));
  const orElsewhere = (question) => module.br(elsewhere, i32.eqz(question));
  return module.if(
    isDouble(second),
    module.if(
      isDouble(first),
      calculate(double(first), double(second)),
      module.block(null, [orElsewhere(isInteger(first)), calculate(ofInteger(first), double(second))]),
    ),
    module.block(null, [
      orElsewhere(isInteger(second)),
      module.if(
        isDouble(first),
        calculate(double(first), ofInteger(second)),
        module.block(null, [orElsewhere(isInteger(first)), ...integers]),
      ),
    ]),
  );
}
