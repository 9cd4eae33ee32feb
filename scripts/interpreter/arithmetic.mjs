import binaryen from 'binaryen';
import { CODE } from './bytecodes.mjs';
import { calculateNumbers } from './values.mjs';

/**
 * Quick ways to calculate with two doubles, or with a double and an integer. Of two integers only the
 * sum and the difference are made, where that is an integer; anything else goes the way that was there before.
 */
export function arithmeticWays(module, registers, values) {
  const { i32, i64, f64, local } = module;
  const { word, next, find, goOn, above } = registers;
  const { double, integer, value, isDouble, ofBits } = values;
  const [at] = registers.words;
  const [first, second, third] = registers.values;
  const put = (index, result) => local.set(index, i64.reinterpret(result));

  const asBefore = (elsewhere) => [module.br(elsewhere)];
  /** Of two integers, where the result is one too. */
  const ofIntegers = (order) => (elsewhere) => [
    local.set(first, i64[order](i64.extend_s(integer(first)), i64.extend_s(integer(second)))),
    module.br(elsewhere, i64.ne(value(first), i64.extend_s(integer(first)))),
    i64.store(0, 8, word(at), i64.extend_u(integer(first))),
    ...goOn(0, above(at)),
  ];
  const way =
    (order, integers, followed = []) =>
    (elsewhere) => [
      find(at, 2),
      local.set(first, i64.load(0, 8, word(at))),
      local.set(second, i64.load(8, 8, word(at))),
      calculateNumbers(module, values, [first, second], {
        calculate: (one, other) => put(first, f64[order](one, other)),
        integers: integers(elsewhere),
        elsewhere,
      }),
      ...followed,
      i64.store(0, 8, word(at), ofBits(first)),
      ...goOn(0, above(at)),
    ];
  /** `x + a * b`: the sum is made with the product as it is, before it is a value. */
  const sum = module.if(
    i32.eq(i32.load8_u(0, 1, next(0)), i32.const(CODE.add)),
    module.block('no sum', [
      local.set(third, i64.load(0, 8, i32.sub(word(at), i32.const(8)))),
      module.br('no sum', i32.eqz(isDouble(third))),
      put(first, f64.add(double(third), f64.reinterpret(local.get(first, binaryen.i64)))),
      i64.store(0, 8, i32.sub(word(at), i32.const(8)), ofBits(first)),
      ...goOn(1, word(at)),
    ]),
  );

  return {
    add: way('add', ofIntegers('add')),
    subtract: way('sub', ofIntegers('sub')),
    multiply: way('mul', asBefore, [sum]),
    divide: way('div', asBefore),
    /** `x | 0` of a double: what is whole in it, of which the lower word counts. */
    or: (elsewhere) => [
      find(at, 2),
      local.set(first, i64.load(0, 8, word(at))),
      module.br(elsewhere, i32.eqz(isDouble(first))),
      module.br(elsewhere, i32.eqz(i64.eqz(i64.load(8, 8, word(at))))),
      module.br(elsewhere, i32.eqz(f64.lt(f64.abs(double(first)), f64.const(2 ** 63)))),
      i64.store(0, 8, word(at), i64.extend_u(i32.wrap(i64.trunc_s.f64(double(first))))),
      ...goOn(0, above(at)),
    ],
  };
}
