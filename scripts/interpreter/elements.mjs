import { CODE } from './bytecodes.mjs';
import { CLASS, OBJECT } from './layout.mjs';
import { objectsIn } from './objects.mjs';

/** What `object[key] = value` does before the value is worked out: nothing, if there is an object and the key is a number. */
const BEFORE_VALUE = [
  ...[CODE.dup, CODE.isNothing, CODE.jumpIfTrue, 4],
  ...[CODE.swap, CODE.toPropertyKey, CODE.swap, CODE.swap],
];
/** And after it: nothing, if the key is a number. */
const AFTER_VALUE = [CODE.toPropertyKey, CODE.swap];
/** What follows where `array[index] += …` begins. */
const BEFORE_CHANGE = [CODE.dupTwo, CODE.getElement];

const littleEndian = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8) | byte, 0);

/**
 * Quick ways to the elements of arrays, above all of doubles, by an integer within them, where somebody else holds the
 * array too.
 */
export function elementWays(module, registers, values) {
  const { i32, i64, f64, local } = module;
  const { word, top, find, goOn, above, next } = registers;
  const { value, integer, bits, isInteger, isDouble, isNoObject, ofBits } = values;
  const [object, count, at] = registers.words;
  const [holder, index, element] = registers.values;
  const { take, isLast, release, hold } = objectsIn(module, registers, values, { object, count });

  /** The array that lies at `at` and, above it, an index within it. */
  const findArray = (elsewhere) => [
    local.set(holder, i64.load(0, 8, word(at))),
    ...take(holder, elsewhere),
    local.set(index, i64.load(8, 8, word(at))),
    module.br(elsewhere, i32.eqz(isInteger(index))),
  ];
  const isOf = (kind) => i32.eq(i32.load16_u(OBJECT.classNumber, 2, word(object)), i32.const(kind));
  const isWithin = () => i32.lt_u(integer(index), i32.load(OBJECT.length, 4, word(object)));
  const address = (shift) =>
    i32.add(i32.load(OBJECT.elements, 4, word(object)), i32.shl(integer(index), i32.const(shift)));

  return {
    getElement: (elsewhere) => [
      find(at, 2),
      ...findArray(elsewhere),
      module.br(elsewhere, i32.eqz(isWithin())),
      module.br(elsewhere, isLast()),
      module.if(
        isOf(CLASS.doubles),
        module.block(null, [
          local.set(element, i64.load(0, 8, address(3))),
          local.set(element, ofBits(element)),
        ]),
        module.if(
          isOf(CLASS.words),
          module.block(null, [
            local.set(element, i64.load32_u(0, 4, address(2))),
            // What is above the integers becomes a double.
            module.br(elsewhere, i32.lt_s(integer(element), i32.const(0))),
          ]),
          module.block(null, [
            module.br(elsewhere, i32.eqz(isOf(CLASS.values))),
            local.set(element, i64.load(0, 8, address(3))),
            hold(element),
          ]),
        ),
      ),
      release(),
      i64.store(0, 8, word(at), value(element)),
      ...goOn(0, above(at)),
    ],
    putElement: (elsewhere) => [
      find(at, 3),
      ...findArray(elsewhere),
      module.br(elsewhere, i32.eqz(isWithin())),
      module.br(elsewhere, isLast()),
      local.set(element, i64.load(16, 8, word(at))),
      module.if(
        isOf(CLASS.doubles),
        module.if(
          isDouble(element),
          i64.store(0, 8, address(3), bits(element)),
          module.block(null, [
            module.br(elsewhere, i32.eqz(isInteger(element))),
            f64.store(0, 8, address(3), f64.convert_s.i32(integer(element))),
          ]),
        ),
        module.block(null, [
          module.br(elsewhere, i32.eqz(isOf(CLASS.words))),
          module.br(elsewhere, i32.eqz(isInteger(element))),
          i32.store(0, 4, address(2), integer(element)),
        ]),
      ),
      release(),
      ...goOn(0, word(at)),
    ],
    /** Of `array[index] += …`: what is there goes above the array and the index, which stay for what puts it back. */
    toPropertyKeyOfObject: (elsewhere) => [
      module.br(elsewhere, i32.ne(i32.load16_u(0, 1, next(0)), i32.const(littleEndian(BEFORE_CHANGE)))),
      find(at, 2),
      ...findArray(elsewhere),
      module.br(elsewhere, i32.eqz(isOf(CLASS.doubles))),
      module.br(elsewhere, i32.eqz(isWithin())),
      local.set(element, i64.load(0, 8, address(3))),
      i64.store(0, 8, top(), ofBits(element)),
      ...goOn(BEFORE_CHANGE.length, i32.add(top(), i32.const(8))),
    ],
    /** The first of what is done around the value of `object[key] = value`: all of it is passed over. */
    swap: (elsewhere) => [
      find(at, 2),
      module.if(
        i32.eq(i32.load16_u(0, 1, next(0)), i32.const(littleEndian(AFTER_VALUE))),
        module.if(
          i64.lt_u(i64.load(0, 8, word(at)), i64.const(0, 1)),
          module.block(null, goOn(AFTER_VALUE.length, top())),
        ),
      ),
      module.br(
        elsewhere,
        i64.ne(
          i64.load(0, 1, next(0)),
          i64.const(littleEndian(BEFORE_VALUE.slice(0, 4)), littleEndian(BEFORE_VALUE.slice(4))),
        ),
      ),
      module.br(elsewhere, isNoObject(i64.load(0, 8, word(at)))),
      module.br(elsewhere, i64.gt_u(i64.load(8, 8, word(at)), i64.const(-1, 0))),
      ...goOn(BEFORE_VALUE.length, top()),
    ],
  };
}
