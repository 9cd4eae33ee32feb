import binaryen from 'binaryen';
import { infoOf, isConst, walk } from './walk.mjs';

/*
 * Where QuickJS does what its bytecodes say: in one function, in a loop that asks a table for each where to go on.
 */

const { BinaryId, BlockId, LocalGetId, LocalSetId, LoopId, SwitchId } = binaryen;

const FEWEST_BYTECODES = 200;

function tableIn(expression) {
  let table = null;
  walk(expression, (one, info) => {
    if (info.id === SwitchId && info.names.length > FEWEST_BYTECODES) table = { ...info, expression: one };
  });
  return table;
}

/** `(local.set $to (local.get $from))` */
function copyOf(info) {
  if (info.id !== LocalSetId || info.isTee) return null;
  const from = infoOf(info.value);
  return from.id === LocalGetId ? { to: info.index, from: from.index } : null;
}

/** `(local.set $next (i32.add (local.tee $code (local.get $next)) (i32.const 1)))` */
function stepOf(info) {
  if (info.id !== LocalSetId || info.isTee) return null;
  const { id, op, left, right } = infoOf(info.value);
  if (id !== BinaryId || op !== binaryen.AddInt32 || !isConst(right, 1)) return null;
  const code = infoOf(left);
  return code.id === LocalSetId && code.isTee ? { code: code.index, next: info.index } : null;
}

/**
 * The loop over bytecodes in a function's body, and the locals it keeps its place in; null for any other function.
 *
 * `next` is where the bytecode after this one, or this one's operand, lies, and from where the loop goes on; `top` is the
 * end of the stack for this bytecode, `topNext` for the following one.
 */
export function loopIn(body) {
  let found = null;
  walk(body, (_, info) => {
    if (info.id !== LoopId || infoOf(info.body).id !== BlockId) return;
    const parts = infoOf(info.body).children.map((part) => infoOf(part));
    const step = parts[0] === undefined ? null : stepOf(parts[0]);
    const copy = parts.map(copyOf).find((one) => one !== null);
    const table = step === null || copy === undefined ? null : tableIn(info.body);
    if (table === null) return;
    found = {
      ...{
        again: info.name,
        body: info.body,
        table: table.expression,
        names: [...table.names, table.defaultName],
      },
      ...{ code: step.code, next: step.next, top: copy.to, topNext: copy.from },
    };
  });
  return found;
}

/** The block in which a bytecode is dealt with, and after which of its parts. */
export function placeOf(body, loop, code) {
  const label = loop.names[code];
  if (loop.names.filter((name) => name === label).length > 1) {
    throw new Error(`azle: expected bytecode ${String(code)} to share its place with none; look for it anew`);
  }
  const place = placeBehind(body, label);
  if (place === null)
    throw new Error(`azle: expected a place for bytecode ${String(code)}; look for it anew`);
  return place;
}

/** Where those go on who leave a block by its label; null where that is at the end of another. */
export function placeBehind(body, label) {
  let place = null;
  walk(body, (block, info) => {
    if (info.id !== BlockId) return;
    const after = info.children.findIndex((child) => {
      const part = infoOf(child);
      return part.id === BlockId && part.name === label;
    });
    if (after >= 0) place = { block, after, parts: info.children.slice(after + 1) };
  });
  return place;
}

/**
 * Lets some bytecodes, which the table leads to one place, do something on the way to it.
 *
 * @param {readonly number[]} codes
 * @param {readonly number[]} parts what they do
 */
export function detour(module, body, loop, codes, parts) {
  const [target] = codes.map((code) => loop.names[code]);
  const way = `by ${String(codes[0])}$${target}`;
  let parent = null;
  walk(body, (block, info) => {
    if (info.id === BlockId && info.children.includes(loop.table)) parent = block;
  });
  const at = infoOf(parent).children.indexOf(loop.table);
  for (const code of codes) {
    // The last is for all that the table does not have.
    if (code < loop.names.length - 1) binaryen.Switch.setNameAt(loop.table, code, way);
    else binaryen.Switch.setDefaultName(loop.table, way);
    loop.names[code] = way;
  }
  const around = module.block(null, [module.block(way, [loop.table]), ...parts, module.br(target)]);
  binaryen.Block.setChildAt(parent, at, around);
}

/**
 * Gives a function locals to calculate with. Binaryen adds none to a function that is there: it is made anew.
 *
 * @returns the index of the first
 */
export function withLocals(module, reference, types) {
  const { name, params, results, vars, body } = binaryen.getFunctionInfo(reference);
  const first = binaryen.expandType(params).length + vars.length;
  module.removeFunction(name);
  module.addFunction(name, params, results, [...vars, ...types], body);
  return first;
}
