import binaryen from 'binaryen';
import { OBJECT } from './layout.mjs';

/** How an object is taken from the stack: `object` and `count` are the locals that hold its address and who holds it. */
export function objectsIn(module, { word }, { value, integer, isCounted, isNoObject }, { object, count }) {
  const { i32, local } = module;
  return {
    take: (index, elsewhere) => [
      module.br(elsewhere, isNoObject(value(index))),
      local.set(object, integer(index)),
    ],
    /** Whether nobody holds the object but the stack: then it would end with that. */
    isLast: () =>
      i32.le_s(local.tee(count, i32.load(OBJECT.count, 4, word(object)), binaryen.i32), i32.const(1)),
    release: () => i32.store(OBJECT.count, 4, word(object), i32.sub(word(count), i32.const(1))),
    /** One less holds what is counted, be it text or object: neither the last one, nor what the object holds of itself. */
    letGo: (index, elsewhere) =>
      module.if(
        isCounted(value(index)),
        module.block(null, [
          module.br(elsewhere, i32.eq(integer(index), word(object))),
          module.br(elsewhere, i32.le_s(i32.load(OBJECT.count, 4, integer(index)), i32.const(1))),
          i32.store(
            OBJECT.count,
            4,
            integer(index),
            i32.sub(i32.load(OBJECT.count, 4, integer(index)), i32.const(1)),
          ),
        ]),
      ),
    /** One more holds what is counted. */
    hold: (index) =>
      module.if(
        isCounted(value(index)),
        i32.store(
          OBJECT.count,
          4,
          integer(index),
          i32.add(i32.load(OBJECT.count, 4, integer(index)), i32.const(1)),
        ),
      ),
  };
}
