import binaryen from 'binaryen';
import { beginningOf, readsFrom } from './liveness.mjs';
import { detour, placeBehind } from './loop.mjs';
import { infoOf, insertBefore, remove, walk } from './walk.mjs';

/*
 * What the loop over bytecodes does before each of them, and a call before all of them, for the few that need it: it is
 * done by those alone.
 */

const { BinaryId, BlockId, BreakId, ConstId, IfId, LocalGetId, LocalSetId, LoopId, SelectId, UnaryId } =
  binaryen;
const UNDEFINED = [0, 3];
/** What more bytecodes read is left where it is. */
const MOST_READERS = 20;

const isSetOf = (info, index) => info.id === LocalSetId && !info.isTee && info.index === index;
const isReadOf = (info, index) => info.id === LocalGetId && info.index === index;

/** Whether a local is read from each label on, given that nobody reads what the bytecode before has left in it. */
const readsOf = (body, loop, index) => readsFrom(body, index, new Map([[loop.again, false]]));

/**
 * Sets a local no more for all bytecodes, but on the way from the table to those that may read it.
 *
 * @param value makes an expression
 * @param unset takes away what set it for all
 * @returns to how many places
 */
function setOnTheWay(module, body, loop, index, value, unset) {
  const reads = readsOf(body, loop, index);
  const targets = [...new Set(loop.names)].filter((name) => reads.get(name));
  for (const target of targets) {
    const codes = [...loop.names.keys()].filter((code) => loop.names[code] === target);
    detour(module, body, loop, codes, [module.local.set(index, value())]);
  }
  unset();
  if (readsOf(body, loop, index).get(beginningOf(loop.again))) {
    throw new Error(`azle: expected bytecodes alone to read local ${String(index)}; look for it anew`);
  }
  return targets.length;
}

/** What a function returns is set to `undefined` before each bytecode, for the one that returns without a value. */
export function setAnswerWhereRead(module, body, loop) {
  const setting = infoOf(loop.body).children.find((part) => {
    const { id, isTee, value } = infoOf(part);
    const constant = id === LocalSetId && !isTee ? infoOf(value) : null;
    return (
      constant?.id === ConstId && constant.value.low === UNDEFINED[0] && constant.value.high === UNDEFINED[1]
    );
  });
  if (setting === undefined) throw new Error('azle: expected an answer that is set; look for it anew');
  const answer = () => module.i64.const(...UNDEFINED);
  return setOnTheWay(module, body, loop, infoOf(setting).index, answer, () => remove(loop.body, setting));
}

/** Whether only the table leads to what is behind a block. */
function isLedTo(body, label) {
  let isFree = true;
  walk(body, (_, info) => {
    if (info.id === BreakId) isFree &&= info.name !== label;
    if (info.id !== BlockId || info.name !== label) return;
    isFree &&= infoOf(info.children.at(-1)).type === binaryen.unreachable;
  });
  return isFree;
}

/** The bytecode itself is kept, for those that share what they do; what they do first can read it where it lies. */
export function keepBytecodeWhereRead(module, body, loop) {
  const kept = infoOf(infoOf(loop.table).condition);
  if (kept.id !== LocalSetId || !kept.isTee) {
    throw new Error('azle: expected a bytecode that is kept; look for it anew');
  }
  const bytecode = () => module.i32.load8_u(0, 1, module.local.get(loop.code, binaryen.i32));
  for (const label of new Set(loop.names)) {
    const first = placeBehind(body, label)?.parts[0];
    if (first === undefined || setsIn(first).has(loop.code) || !isLedTo(body, label)) continue;
    walk(first, (expression, { id, left }) => {
      if (id === BinaryId && isReadOf(infoOf(left), kept.index))
        binaryen.Binary.setLeft(expression, bytecode());
    });
  }
  const unset = () => binaryen.Switch.setCondition(loop.table, kept.value);
  return setOnTheWay(module, body, loop, kept.index, bytecode, unset);
}

/**
 * With each bytecode the end of the stack is copied from one local to another: every bytecode sets the latter, and now
 * the former at once. It is copied only on those ways back where it was set earlier.
 *
 * @returns how many set it at once
 */
export function setTopAtOnce(module, body, loop) {
  const end = () => module.local.get(loop.top, binaryen.i32);
  const copy = infoOf(loop.body).children.find((part) => {
    const info = infoOf(part);
    return isSetOf(info, loop.top) && isReadOf(infoOf(info.value), loop.topNext);
  });
  setOnTheWay(module, body, loop, loop.topNext, end, () => remove(loop.body, copy));
  const copied = () => module.local.set(loop.top, module.local.get(loop.topNext, binaryen.i32));
  const jump = () => module.block(null, [copied(), module.br(loop.again)]);
  const isJump = (part) => part !== 0 && infoOf(part).id === BreakId && infoOf(part).name === loop.again;
  let atOnce = 0;
  const jumpFrom = (block, child, before) => {
    const { condition } = infoOf(child);
    if (condition !== 0) {
      binaryen.Block.setChildAt(block, infoOf(block).children.indexOf(child), module.if(condition, jump()));
    } else if (before !== undefined && isSetOf(infoOf(before), loop.topNext)) {
      binaryen.LocalSet.setIndex(before, loop.top);
      atOnce++;
    } else {
      insertBefore(block, child, copied());
    }
  };
  walk(body, (expression, info) => {
    if (info.id === IfId) {
      if (isJump(info.ifTrue)) binaryen.If.setIfTrue(expression, jump());
      if (isJump(info.ifFalse)) binaryen.If.setIfFalse(expression, jump());
    } else if (info.id === BlockId) {
      info.children.forEach((child, i) => {
        if (isJump(child)) jumpFrom(expression, child, info.children[i - 1]);
      });
    }
  });
  return atOnce;
}

const CALCULATED = new Set([BinaryId, UnaryId, SelectId, LocalGetId, ConstId]);

/** The locals that an expression is calculated from, if it is from nothing else; null otherwise. */
function sourcesOf(expression) {
  const sources = new Set();
  let isCalculated = true;
  walk(expression, (_, { id, index }) => {
    isCalculated &&= CALCULATED.has(id);
    if (id === LocalGetId) sources.add(index);
  });
  return isCalculated ? sources : null;
}

/** How often each local is set in an expression. */
function setsIn(expression) {
  const sets = new Map();
  walk(expression, (_, { id, index }) => {
    if (id === LocalSetId) sets.set(index, (sets.get(index) ?? 0) + 1);
  });
  return sets;
}

/** The innermost block in which the loop lies behind something that is set, and what is before it there. */
function entryOf(body, loop) {
  let entry = null;
  const hasLoop = (expression) => {
    let has = false;
    walk(expression, (_, info) => {
      has ||= info.id === LoopId && info.body === loop.body;
    });
    return has;
  };
  walk(body, (block, info) => {
    if (info.id !== BlockId) return;
    const at = info.children.findIndex(hasLoop);
    if (at > 0 && infoOf(info.children[at - 1]).id === LocalSetId) {
      entry = { block, before: info.children.slice(0, at) };
    }
  });
  if (entry === null) throw new Error('azle: expected a loop that something is set for; look for it anew');
  return entry;
}

/**
 * With each call QuickJS calculates addresses that few bytecodes need, since the compiler took them out of the loop. Those
 * bytecodes calculate them.
 *
 * @returns how many addresses
 */
export function calculateWhereRead(module, body, loop) {
  const { block, before } = entryOf(body, loop);
  const [inside, anywhere] = [setsIn(loop.body), setsIn(body)];
  const labels = new Set([loop.again]);
  walk(loop.body, (_, { id, name }) => {
    if (id === BlockId || id === LoopId) labels.add(name);
  });
  const within = new Set([...labels, ...[...labels].map(beginningOf)]);
  let moved = 0;
  for (const part of before.toReversed()) {
    const info = infoOf(part);
    if (!isSetOf(info, info.index)) break;
    const sources = sourcesOf(info.value);
    const isFixed =
      sources !== null && sources.size > 0 && [...sources].every((source) => !inside.has(source));
    if (!isFixed || anywhere.get(info.index) !== 1) continue;
    const reads = readsOf(body, loop, info.index);
    const isReadOutside = [...reads].some(([label, isRead]) => isRead && !within.has(label));
    if (isReadOutside || loop.names.filter((name) => reads.get(name)).length > MOST_READERS) continue;
    const value = () => module.copyExpression(info.value);
    setOnTheWay(module, body, loop, info.index, value, () => remove(block, part));
    moved++;
  }
  return moved;
}
