import binaryen from 'binaryen';
import { arithmeticWays } from './arithmetic.mjs';
import { CODE } from './bytecodes.mjs';
import { conditionWays } from './conditions.mjs';
import { elementWays } from './elements.mjs';
import { fieldWays } from './fields.mjs';
import { calculateWhereRead, keepBytecodeWhereRead, setAnswerWhereRead, setTopAtOnce } from './head.mjs';
import { loopIn, placeOf, withLocals } from './loop.mjs';
import { callWithoutPrinting, goOnWithoutAsking } from './questions.mjs';
import { OWN_LOCALS, registersOf } from './registers.mjs';
import { valuesIn } from './values.mjs';
import { infoOf } from './walk.mjs';

const { BinaryId, IfId, LoadId, LocalGetId, LocalSetId } = binaryen;
/** What makes of the ways' many locals as few as if they had been written by hand. */
const PASSES = ['simplify-locals-nostructure', 'coalesce-locals', 'optimize-instructions', 'vacuum'];

/** The local in which a function's shapes are remembered: how many it has is the first thing that `object.field` asks. */
function memoryIn({ parts }) {
  const question = infoOf(infoOf(parts[0]).condition);
  const length =
    question.id === BinaryId && question.op === binaryen.GeUInt32 ? infoOf(question.right) : null;
  const from = length?.id === LoadId && length.offset === 4 ? infoOf(length.ptr) : null;
  if (from?.id !== LocalGetId)
    throw new Error('azle: expected a place that remembers shapes; look for it anew');
  return from.index;
}

/** What puts a value onto the stack: where one more holds it, if it is counted, and the local that has it. */
function holdingIn({ parts: [holding] }) {
  const { id, condition, ifTrue } = infoOf(holding);
  const question = id === IfId ? infoOf(condition) : null;
  const value = question?.op === binaryen.GeUInt64 ? infoOf(question.left) : null;
  if (value?.id !== LocalSetId)
    throw new Error('azle: expected what is counted to be held; look for it anew');
  return { holding, ifTrue, index: value.index };
}

/** Puts quick ways before what the interpreter does for its most frequent bytecodes. */
function leadTheWay(module, body, loop, registers) {
  const values = valuesIn(module);
  let count = 0;
  const wayOf = (way) => {
    const elsewhere = `elsewhere$${String(count++)}`;
    return module.block(elsewhere, way(elsewhere));
  };
  const lead = (ways) => {
    for (const [name, way] of Object.entries(ways)) {
      const { block, after } = placeOf(body, loop, CODE[name]);
      binaryen.Block.insertChildAt(block, after + 1, wayOf(way));
    }
  };
  const { getFieldOf, ...fields } = fieldWays(
    module,
    registers,
    values,
    memoryIn(placeOf(body, loop, CODE.getField)),
  );
  const pushes = [
    ...[...CODE.getLocals, ...CODE.getArguments].map((code) => ({ code, operands: 0 })),
    { code: CODE.getLocal, operands: 1 },
  ];
  for (const { code, operands } of pushes) {
    const { holding, ifTrue, index } = holdingIn(placeOf(body, loop, code));
    binaryen.If.setIfTrue(holding, module.block(null, [wayOf(getFieldOf(index, operands)), ifTrue]));
  }
  lead(fields);
  lead(elementWays(module, registers, values));
  lead(conditionWays(module, registers, values));
  lead(arithmeticWays(module, registers, values));
  return count;
}

/**
 * Makes an interpreter quicker that looks as azle's does: quick ways before the long ones, fewer questions, and less that
 * is done before each bytecode.
 *
 * @param {binaryen.Module} module
 * @param {number} reference a function
 * @returns what was done, or null for a function that is no interpreter
 */
export function quicken(module, reference) {
  const { name, body } = binaryen.getFunctionInfo(reference);
  const loop = body === 0 ? null : loopIn(body);
  if (loop === null) return null;
  const registers = registersOf(module, loop, withLocals(module, reference, OWN_LOCALS));
  const done = {
    ways: leadTheWay(module, body, loop, registers),
    unasked: goOnWithoutAsking(body) + callWithoutPrinting(module, body),
    calculated: calculateWhereRead(module, body, loop),
    answers: setAnswerWhereRead(module, body, loop),
    kept: keepBytecodeWhereRead(module, body, loop),
    tops: setTopAtOnce(module, body, loop),
  };
  module.runPassesOnFunction(module.getFunction(name), PASSES);
  return done;
}
