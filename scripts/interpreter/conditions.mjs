import { CODE } from './bytecodes.mjs';
import { calculateNumbers } from './values.mjs';

/** A jump is two bytes, and its operand counts from itself. */
const JUMP_BYTES = 2;

/**
 * Quick ways to compare, and to choose by what is true or false, null or undefined, or an integer. A jump that follows is
 * made at once, instead of after the answer has been put onto the stack and taken from there.
 */
export function conditionWays(module, registers, values) {
  const { i32, i64, f64, local } = module;
  const { word, next, top, find, jump, goOn, above } = registers;
  const { integer, double, value, isDouble, isPlain, ofTruth } = values;
  const [at, answer] = registers.words;
  const [first, second] = registers.values;
  const { jumpIfFalse, drop } = CODE;

  const operands = () => [
    find(at, 2),
    local.set(first, i64.load(0, 8, word(at))),
    local.set(second, i64.load(8, 8, word(at))),
  ];
  const follows = (code, bytes = 0) => i32.eq(i32.load8_u(bytes, 1, next(0)), i32.const(code));
  /** Where a jump that follows leads, if it is made. */
  const target = () => i32.add(next(1), i32.load8_s(1, 1, next(0)));
  /** Jumps by the answer, if a jump follows; it takes the operands' place otherwise. */
  const tell = () => [
    module.if(
      follows(jumpIfFalse),
      module.block(null, jump(module.select(word(answer), next(JUMP_BYTES), target()), word(at))),
    ),
    i64.store(0, 8, word(at), ofTruth(word(answer))),
    ...goOn(0, above(at)),
  ];
  const ordered = (order) => (elsewhere) => [
    ...operands(),
    calculateNumbers(module, values, [first, second], {
      calculate: (one, other) => local.set(answer, f64[order](one, other)),
      integers: [local.set(answer, i32[`${order}_s`](integer(first), integer(second)))],
      elsewhere,
    }),
    ...tell(),
  ];
  /** What is plain has one form only, of which each kind has its own. */
  const same = (order) => (elsewhere) => [
    ...operands(),
    module.if(
      i32.and(isPlain(first), isPlain(second)),
      local.set(answer, i64[order](value(first), value(second))),
      module.block(null, [
        module.br(elsewhere, i32.eqz(i32.and(isDouble(first), isDouble(second)))),
        local.set(answer, f64[order](double(first), double(second))),
      ]),
    ),
    ...tell(),
  ];

  return {
    lessThan: ordered('lt'),
    lessOrEqual: ordered('le'),
    greaterThan: ordered('gt'),
    greaterOrEqual: ordered('ge'),
    equal: same('eq'),
    unequal: same('ne'),
    not: (elsewhere) => [
      find(at, 1),
      local.set(first, i64.load(0, 8, word(at))),
      module.br(elsewhere, i32.eqz(isPlain(first))),
      local.set(answer, i32.eqz(integer(first))),
      ...tell(),
    ],
    /** `a && b`: where `a` is true, it is dropped again, since `b` takes its place. */
    dup: (elsewhere) => [
      module.br(elsewhere, i32.eqz(follows(jumpIfFalse))),
      find(at, 1),
      local.set(first, i64.load(0, 8, word(at))),
      module.br(elsewhere, i32.eqz(isPlain(first))),
      module.br(elsewhere, i32.eqz(follows(drop, JUMP_BYTES))),
      module.if(integer(first), module.block(null, jump(next(JUMP_BYTES + 1), word(at)))),
      ...jump(target(), top()),
    ],
  };
}
