import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import binaryen from 'binaryen';
import { putKernels } from '../native/door.mjs';
import { quicken } from './quicken.mjs';
import { infoOf, isConst, walk } from './walk.mjs';

/*
 * What says the same in fewer instructions, and Binaryen's passes leave out. Together it takes a third of what QuickJS
 * needs: each of its bytecodes goes through a jump table, tags and a jump, and most of them are about numbers.
 *
 * A process of its own, since nested blocks are walked by calling oneself: node --stack-size=8000 shortcuts.mjs IN OUT
 */

const { BinaryId, BlockId, BreakId, ConstId, LoopId, SwitchId, UnaryId } = binaryen;

/** Comparisons of unsigned words, as those of double words, and what stands below the bound then. */
const UNSIGNED = new Map([
  [binaryen.GeUInt32, [binaryen.GeUInt64, 0]],
  [binaryen.LtUInt32, [binaryen.LtUInt64, 0]],
  [binaryen.GtUInt32, [binaryen.GtUInt64, -1]],
  [binaryen.LeUInt32, [binaryen.LeUInt64, -1]],
]);

/**
 * The tag of a value is its upper word: `(x >> 32) >= tag` becomes `x >= tag << 32`, and likewise for the other orders.
 */
function compareWhole(module, expression, { op, left, right }) {
  const [whole, below] = UNSIGNED.get(op) ?? [];
  const bound = infoOf(right);
  const word = infoOf(left);
  if (whole === undefined || bound.id !== ConstId || word.id !== UnaryId || word.op !== binaryen.WrapInt64) {
    return false;
  }
  const shift = infoOf(word.value);
  if (shift.id !== BinaryId || shift.op !== binaryen.ShrUInt64) return false;
  const by = infoOf(shift.right);
  if (by.id !== ConstId || by.value.low !== 32 || by.value.high !== 0) return false;
  binaryen.Binary.setOp(expression, whole);
  binaryen.Binary.setLeft(expression, shift.left);
  binaryen.Binary.setRight(expression, module.i64.const(below, bound.value));
  return true;
}

/** A jump table asked for `x - 1` is asked for `x`, with one more place at its beginning: 0 went to the default. */
function lengthenTable(expression, { condition, defaultName }) {
  const { id, op, left, right } = infoOf(condition);
  if (id !== BinaryId || op !== binaryen.SubInt32 || !isConst(right, 1)) return false;
  binaryen.Switch.insertNameAt(expression, 0, defaultName);
  binaryen.Switch.setCondition(expression, left);
  return true;
}

/**
 * `(loop $again … (br_if $again (i32.eqz (block (block $done …) (i32.const 0)))))`: whoever leaves `$done` begins again,
 * and may as well do so at once. Returns how many do.
 */
function beginAtOnce(loop, expression) {
  const info = infoOf(expression);
  if (info.id === BlockId) return info.children.reduce((sum, child) => sum + beginAtOnce(loop, child), 0);
  if (info.id !== BreakId || info.name !== loop || info.condition === 0) return 0;
  const question = infoOf(info.condition);
  if (question.id !== UnaryId || question.op !== binaryen.EqZInt32) return 0;
  const answer = infoOf(question.value);
  if (answer.id !== BlockId || answer.children.length !== 2 || !isConst(answer.children[1], 0)) return 0;
  const done = infoOf(answer.children[0]);
  if (done.id !== BlockId || !done.name) return 0;
  let changed = 0;
  walk(answer.children[0], (jump, { id, name }) => {
    if (id !== BreakId || name !== done.name) return;
    binaryen.Break.setName(jump, loop);
    changed++;
  });
  return changed;
}

/**
 * Rewrites a module in place.
 *
 * @param {binaryen.Module} module
 * @returns how often each was done, and what was done to the interpreter in it
 */
export function takeShortcuts(module) {
  const taken = { comparisons: 0, tables: 0, jumps: 0, interpreter: null };
  const functions = Array.from({ length: module.getNumFunctions() }, (_, i) => module.getFunctionByIndex(i));
  for (const reference of functions) {
    const { body } = binaryen.getFunctionInfo(reference);
    if (body === 0) continue;
    walk(body, (expression, info) => {
      if (info.id === BinaryId && compareWhole(module, expression, info)) taken.comparisons++;
      else if (info.id === SwitchId && lengthenTable(expression, info)) taken.tables++;
      else if (info.id === LoopId) taken.jumps += beginAtOnce(info.name, info.body);
    });
    taken.interpreter ??= quicken(module, reference);
  }
  return taken;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [before, after] = process.argv.slice(2);
  try {
    const module = binaryen.readBinary(await readFile(before));
    const taken = takeShortcuts(module);
    // The interpreter's table has two hundred and fifty places, and nearly every one of them comes back by a jump.
    if (taken.comparisons < 200 || taken.tables < 1 || taken.jumps < 200 || taken.interpreter === null) {
      throw new Error(`azle: expected shortcuts to take, got ${JSON.stringify(taken)}; look for them anew`);
    }
    putKernels(module);
    await writeFile(after, module.emitBinary());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
