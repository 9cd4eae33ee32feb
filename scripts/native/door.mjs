import { Buffer } from 'node:buffer';
import binaryen from 'binaryen';
import { objectsIn } from '../interpreter/objects.mjs';
import { OBJECT } from '../interpreter/layout.mjs';
import { valuesIn } from '../interpreter/values.mjs';
import { infoOf } from '../interpreter/walk.mjs';
import { compilerOf, tidied } from './compile.mjs';
import { DOOR, KERNELS } from './kernels.mjs';
import { ARRAYS } from './types.mjs';

/*
 * How the canister's text calls a kernel: as `Math.hypot(number, …)`. Nothing else here has a use for that function, and its
 * place in the table of functions is found by its name in QuickJS's list of them. What stands there now takes the kernel's
 * number, the arguments out of their tags, and puts a tag on what comes back.
 */

/** A list entry: its name's address, flags, kind, magic, then how many arguments, how it is called, and the function. */
const ENTRY = { bytes: 16, kind: 5, length: 8, calling: 9, function: 12 };
const PLAIN_FUNCTION = { kind: 0, length: 2, calling: 0 };

const { i32: I32, i64: I64, f64: F64 } = binaryen;
/** QuickJS's call of a function of C: context, `this`, how many arguments and where they lie. */
const COUNT = 2;
const ARGUMENTS = 3;
const VALUE_BYTES = 8;
const UNDEFINED = [0, 3];

/** Memory as the module begins with it. */
function memoryOf(module) {
  const segments = Array.from({ length: module.getNumMemorySegments() }, (_, i) =>
    module.getMemorySegmentInfoByIndex(i),
  ).filter(({ passive }) => !passive);
  const end = Math.max(...segments.map(({ offset, data }) => offset + data.byteLength));
  const memory = Buffer.alloc(end);
  for (const { offset, data } of segments) memory.set(new Uint8Array(data), offset);
  return memory;
}

/** The name of the function behind the door. */
function doorOf(module) {
  const memory = memoryOf(module);
  const name = memory.indexOf(`\0${DOOR}\0`) + 1;
  const places = [];
  for (let at = 0; name > 0 && at + ENTRY.bytes <= memory.length; at += 4) {
    const isEntry =
      memory.readUInt32LE(at) === name &&
      memory[at + ENTRY.kind] === PLAIN_FUNCTION.kind &&
      memory[at + ENTRY.length] === PLAIN_FUNCTION.length &&
      memory[at + ENTRY.calling] === PLAIN_FUNCTION.calling;
    if (isEntry) places.push(memory.readUInt32LE(at + ENTRY.function));
  }
  const [place] = places;
  for (let i = 0; i < module.getNumElementSegments(); i++) {
    const { offset, data } = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(i));
    const found = places.length === 1 ? data[place - infoOf(offset).value] : undefined;
    if (found !== undefined) return found;
  }
  throw new Error(`azle: expected one function Math.${DOOR} in QuickJS's list; look for it anew`);
}

/** Puts the kernels into a module and opens the door. Returns how many. */
export function putKernels(module) {
  const compile = compilerOf(module);
  const kernels = KERNELS.map(({ path, name }) => compile(path, name));
  const { i32, i64, f64, local } = module;
  const door = doorOf(module);
  module.removeFunction(door);

  const [value, object, count, answer] = [4, 5, 6, 7];
  const values = valuesIn(module);
  const word = (index) => local.get(index, I32);
  const { take } = objectsIn(module, { word }, values, { object, count });
  const argument = (i) => i64.load(i * VALUE_BYTES, 8, word(ARGUMENTS));
  const refused = 'refused$door';

  /** An argument as a kernel wants it; anything else is a mistake of the build. */
  const taken = (kind, i) => {
    const set = local.set(value, argument(i + 1));
    if (kind === 'f64') {
      const isNumber = i32.or(values.isInteger(value), values.isDouble(value));
      const number = module.if(
        values.isInteger(value),
        f64.convert_s.i32(values.integer(value)),
        values.double(value),
      );
      return module.block(null, [set, module.br(refused, i32.eqz(isNumber)), number], F64);
    }
    const isOfClass = i32.eq(
      i32.load16_u(OBJECT.classNumber, 2, word(object)),
      i32.const(ARRAYS[kind].classNumber),
    );
    return module.block(
      null,
      [set, ...take(value, refused), module.br(refused, i32.eqz(isOfClass)), word(object)],
      I32,
    );
  };
  const given = ({ wasm, parameters, result }) => {
    const isComplete = i32.eq(word(COUNT), i32.const(1 + parameters.length));
    return [module.br(refused, i32.eqz(isComplete)), ...answered(wasm, parameters.map(taken), result)];
  };
  const answered = (wasm, operands, result) => {
    if (result === 'void')
      return [module.call(wasm, operands, binaryen.none), module.return(i64.const(...UNDEFINED))];
    if (result === 'f64') {
      const bits = i64.reinterpret(module.call(wasm, operands, F64));
      return [local.set(answer, bits), module.return(values.ofBits(answer))];
    }
    const made = module.call(wasm, operands, I32);
    return [module.return(result === 'bool' ? values.ofTruth(made) : i64.extend_u(made))];
  };

  let body = module.block('kernel$0', [
    module.switch(
      kernels.map((_, i) => `kernel$${String(i)}`),
      refused,
      i32.wrap(argument(0)),
    ),
  ]);
  kernels.forEach((kernel, i) => {
    const parts = [body, ...given(kernel)];
    body = module.block(i + 1 < kernels.length ? `kernel$${String(i + 1)}` : refused, parts);
  });
  module.addFunction(
    door,
    binaryen.createType([I32, I64, I32, I32]),
    I64,
    [I64, I32, I32, I64],
    module.block(null, [body, module.unreachable()], I64),
  );
  tidied(module, door);
  return kernels.length;
}
