import { CODE } from './bytecodes.mjs';
import { OBJECT } from './layout.mjs';
import { objectsIn } from './objects.mjs';

/** For each place in a function that names a field: the shapes last met there, and where they have the field. */
const MEMORY = { slots: 16 };
const SLOT = { bytes: 40, shapesKept: 4, shapes: 0, fields: 16, last: 36 };

/**
 * Quick ways to an object's field: where the object has the shape that was met there last or the one before it, and somebody
 * else holds it too. QuickJS calls a function before it lets an object go, and of its four places for shapes it uses the first
 * alone: what is new is written over what was met last, which stays where it is. Here the next place is the last one
 * by then.
 *
 * @param memory the local that holds where a function remembers shapes
 */
export function fieldWays(module, registers, values, memory) {
  const { i32, i64, local } = module;
  const { word, next, top, find, goOn } = registers;
  const { value } = values;
  const [object, count, slot, place, at] = registers.words;
  const [holder, field] = registers.values;
  const { take, isLast, release, hold, letGo } = objectsIn(module, registers, values, { object, count });

  const last = () => i32.load8_u(SLOT.last, 1, word(slot));
  const ring = (index) => i32.and(index, i32.const(SLOT.shapesKept - 1));
  /** Where a shape lies, and so much further where it has the field. */
  const shapeOf = (index) => i32.add(word(slot), i32.shl(index, i32.const(2)));
  const isOther = () =>
    i32.ne(i32.load(OBJECT.shape, 4, word(object)), i32.load(SLOT.shapes, 4, word(place)));

  /** What QuickJS finds it writes to the place after the last. */
  const toNext = () => i32.store8(SLOT.last, 1, word(slot), ring(i32.add(last(), i32.const(1))));

  /** `place` is where the field lies that is named at `operand`. */
  const findField = (operand, elsewhere, ifNeither = []) => [
    local.set(
      slot,
      i32.add(
        i32.load(MEMORY.slots, 4, word(memory)),
        i32.mul(i32.load(0, 1, operand), i32.const(SLOT.bytes)),
      ),
    ),
    local.set(place, shapeOf(last())),
    module.if(
      isOther(),
      module.block(null, [
        local.set(place, shapeOf(ring(i32.sub(last(), i32.const(1))))),
        module.if(isOther(), module.block(null, [...ifNeither, module.br(elsewhere)])),
      ]),
    ),
    local.set(
      place,
      i32.add(
        i32.load(OBJECT.fields, 4, word(object)),
        i32.shl(i32.load(SLOT.fields, 4, word(place)), i32.const(3)),
      ),
    ),
  ];

  return {
    getField: (elsewhere) => [
      find(at, 1),
      local.set(holder, i64.load(0, 8, word(at))),
      ...take(holder, elsewhere),
      ...findField(next(0), elsewhere, [toNext()]),
      module.br(elsewhere, isLast()),
      local.set(field, i64.load(0, 8, word(place))),
      hold(field),
      release(),
      i64.store(0, 8, word(at), value(field)),
      ...goOn(4, top()),
    ],
    putField: (elsewhere) => [
      find(at, 2),
      local.set(holder, i64.load(0, 8, word(at))),
      ...take(holder, elsewhere),
      ...findField(next(0), elsewhere, [toNext()]),
      module.br(elsewhere, isLast()),
      local.set(field, i64.load(0, 8, word(place))),
      letGo(field, elsewhere),
      release(),
      i64.store(0, 8, word(place), i64.load(8, 8, word(at))),
      ...goOn(4, word(at)),
    ],
    /**
     * `object.field`, where the object is about to be put onto the stack, only to be taken from there: it is not.
     *
     * @param index the local that holds the object
     * @param operands bytes from `next` to the bytecode that follows
     */
    getFieldOf: (index, operands) => (elsewhere) => [
      module.br(elsewhere, i32.ne(i32.load8_u(0, 1, next(operands)), i32.const(CODE.getField))),
      ...take(index, elsewhere),
      ...findField(next(operands + 1), elsewhere),
      local.set(field, i64.load(0, 8, word(place))),
      hold(field),
      i64.store(0, 8, top(), value(field)),
      ...goOn(operands + 5, i32.add(top(), i32.const(8))),
    ],
  };
}
