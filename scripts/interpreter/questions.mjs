import binaryen from 'binaryen';
import { infoOf, remove, replace, walk } from './walk.mjs';

const { BinaryId, BlockId, BreakId, IfId, LoadId, LocalGetId, LocalSetId, StoreId, UnaryId } = binaryen;

/** Where in its context QuickJS counts. */
const COUNT_DOWN = 260;
/** Where in its runtime the flags lie, and the one that has each bytecode printed. */
const FLAGS = 225;
const PRINTS = 128;

/** `(i32.store o (p) (i32.sub (local.tee $count (i32.load o (p))) (i32.const 1)))`: the local, or null. */
function countDownIn(info) {
  if (info.id !== StoreId || info.offset !== COUNT_DOWN) return null;
  const { id, op, left } = infoOf(info.value);
  const count = id === BinaryId && op === binaryen.SubInt32 ? infoOf(left) : null;
  if (count?.id !== LocalSetId || !count.isTee) return null;
  const load = infoOf(count.value);
  const [to, from] = [infoOf(info.ptr), load.id === LoadId ? infoOf(load.ptr) : null];
  const isSame = to.id === LocalGetId && from?.id === LocalGetId && to.index === from.index;
  return isSame && load.offset === COUNT_DOWN ? count.index : null;
}

/** Whether a condition compares the local with 1. */
function isOfOne(condition, order, count) {
  if (condition === 0) return false;
  const { id, op, left, right } = infoOf(condition);
  const counted = id === BinaryId && op === order ? infoOf(left) : null;
  return counted?.id === LocalGetId && counted.index === count && infoOf(right).value === 1;
}

/** Where a function begins, what it does once it has counted down is the first thing in a block that follows. */
function beginsWithAsking(block, count) {
  const { id, children } = infoOf(block);
  const first = id === BlockId ? infoOf(children[0]) : null;
  return first?.id === IfId && isOfOne(first.condition, binaryen.LeSInt32, count) ? children[0] : null;
}

/**
 * With each jump and each call QuickJS counts down to when it asks a function of its host whether to go on. azle sets
 * none, and the IC ends a message that runs too long by itself: neither counts any more.
 *
 * @returns how many did
 */
export function goOnWithoutAsking(body) {
  let taken = 0;
  walk(body, (block, info) => {
    if (info.id !== BlockId) return;
    info.children.forEach((child, i) => {
      const count = countDownIn(infoOf(child));
      if (count === null) return;
      const question = info.children.slice(i + 1, i + 3).find((one) => {
        const { id, condition } = infoOf(one);
        return (id === BreakId || id === IfId) && isOfOne(condition, binaryen.GtSInt32, count);
      });
      if (question === undefined) {
        const following = info.children[i + 1];
        const asking = following === undefined ? null : beginsWithAsking(following, count);
        if (asking === null) return;
        remove(following, asking);
        remove(block, child);
        taken++;
        return;
      }
      const { id, ifTrue } = infoOf(question);
      if (id === IfId) replace(block, question, ifTrue);
      else binaryen.Break.setCondition(question, 0);
      remove(block, child);
      taken++;
    });
  });
  return taken;
}

/** QuickJS asks with each call whether to print its bytecodes, a flag that azle never sets. */
export function callWithoutPrinting(module, body) {
  let taken = 0;
  walk(body, (expression, info) => {
    if (info.id !== UnaryId || info.op !== binaryen.EqZInt32) return;
    const { id, op, left, right } = infoOf(info.value);
    if (id !== BinaryId || op !== binaryen.AndInt32 || infoOf(right).value !== PRINTS) return;
    const { id: kind, offset, ptr } = infoOf(left);
    if (kind !== LoadId || offset !== FLAGS) return;
    // Where it asks, it keeps what it asked, for later.
    const kept = [];
    walk(ptr, (one, part) => {
      if (part.id === LocalSetId) kept.push(module.drop(one));
    });
    binaryen.Unary.setValue(expression, module.block(null, [...kept, module.i32.const(0)], binaryen.i32));
    taken++;
  });
  return taken;
}
