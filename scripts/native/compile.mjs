import { basename } from 'node:path';
import binaryen from 'binaryen';
import ts from 'typescript';
import { OBJECT } from '../interpreter/layout.mjs';
import { expressionsIn } from './expressions.mjs';
import { BITS_FILE, bitsOf } from './intrinsics.mjs';
import { Refused } from './refused.mjs';
import { definitionOf, moduleAt, valueOf } from './source.mjs';
import { statementsIn } from './statements.mjs';
import { ARRAYS, inferTypes, strip, typeOf, WASM } from './types.mjs';

/*
 * A compiler of what the kernels say: functions of numbers and typed arrays, with `let`, `const`, `if`, `for`, `while`,
 * `return`, the operators of numbers, some of Math, and calls of one another. A number is a double, and an integer of 32
 * bits where nothing but such is ever put into it. The bits are JavaScript's: WebAssembly rounds as it does, one operation
 * at a time.
 *
 * Three things differ, each where a mistake would have been made: what lies beyond an array's end is no `undefined`, an
 * integer does not become a larger number, and nothing can be thrown. The message traps, and the subnet takes back whatever
 * it did.
 */

const { i32: I32 } = binaryen;

/** @returns what compiles functions into a module, each once, with what they call */
export function compilerOf(module) {
  const known = new Map();
  const compile = (path, name) => {
    const wasm = `kernel$${basename(path, '.ts')}.${name}`;
    const made = known.get(wasm);
    if (made === null) throw new Error(`${path}: expected ${name} not to call itself`);
    if (made !== undefined && made.path !== path)
      throw new Error(`${path}: expected no other ${name} in a file of the same name, got ${made.path}`);
    if (made !== undefined) return made;
    known.set(wasm, null);
    const compiled = { path, wasm, ...compileFunction(module, compile, { path, name, wasm }) };
    known.set(wasm, compiled);
    return compiled;
  };
  return compile;
}

/**
 * Adds a function to a module.
 *
 * @returns {{ readonly parameters: readonly string[], readonly result: string }} the kinds of its parameters (`f64` or an
 *   array's type) and of what it returns (`f64`, `i32`, `bool`, `void`)
 */
function compileFunction(module, compile, { path, name, wasm }) {
  const source = moduleAt(path);
  const declaration = source.functions.get(name);
  if (declaration === undefined) throw new Error(`${path}: expected a function ${name}`);
  const parameters = declaration.parameters.map((parameter) => {
    const type = parameter.type?.getText();
    const isPlain = !parameter.initializer && !parameter.questionToken && !parameter.dotDotDotToken;
    if (!isPlain || (type !== 'number' && !(type in ARRAYS)))
      throw new Refused(parameter, 'number or a typed array');
    return type === 'number' ? 'f64' : type;
  });
  const frame = frameOf({ module, compile, source, declaration, parameters });
  const { locals, arrays, result } = frame;
  const statement = statementsIn(frame, expressionsIn(frame));
  const { i32, local } = module;
  const begin = arrays.flatMap(({ object, data, length }) => [
    local.set(data, i32.load(OBJECT.elements, 4, local.get(object, I32))),
    local.set(length, i32.load(OBJECT.length, 4, local.get(object, I32))),
  ]);
  const statements = declaration.body.statements.map(statement);
  const end = result === 'void' ? [] : [module.unreachable()];
  module.addFunction(
    wasm,
    binaryen.createType(parameters.map((kind) => WASM[kind] ?? I32)),
    WASM[result],
    locals.types,
    module.block(null, [...begin, ...statements, ...end], WASM[result]),
  );
  tidied(module, wasm);
  return { parameters, result };
}

/** What is known of a function while it is compiled: its variables, its arrays, what it calls, and the types of all that. */
function frameOf({ module, compile, source, declaration, parameters }) {
  const bits = bitsOf(module);
  const calleeOf = (node) => {
    const { expression } = node;
    if (!ts.isIdentifier(expression)) throw new Refused(node, 'a call of a function');
    const { module: from, name } = definitionOf(source, expression.text);
    if (basename(from.path) === BITS_FILE && name in bits) return { bits: bits[name] };
    if (!from.functions.has(name)) throw new Refused(node, 'a function whose text is at hand');
    return { made: compile(from.path, name) };
  };
  const returned = (node) => {
    if (ts.isPropertyAccessExpression(node.expression)) return 'f64';
    const { bits: ofBits, made } = calleeOf(node);
    return (ofBits ?? made).result;
  };
  const hidden = namesIn(declaration);
  const constant = (node) => valueOf(node, source, hidden);
  const { types, result } = inferTypes(declaration, { constant, returned });

  const added = [];
  const add = (type) => parameters.length + added.push(type) - 1;
  const indices = new Map();
  const arrays = new Map();
  declaration.parameters.forEach(({ name }, i) => {
    if (parameters[i] === 'f64') indices.set(name.text, i);
    else arrays.set(name.text, { ...ARRAYS[parameters[i]], object: i, data: add(I32), length: add(I32) });
  });
  for (const [name, type] of types) if (!indices.has(name)) indices.set(name, add(WASM[type]));
  const locals = {
    add,
    types: added,
    has: (name) => indices.has(name),
    typeOf: (name) => types.get(name),
    get: (name) => module.local.get(indices.get(name), WASM[types.get(name)]),
    set: (name, value) => module.local.set(indices.get(name), value),
  };
  const arrayOf = (node) => {
    const inner = strip(node);
    const array = ts.isIdentifier(inner) ? arrays.get(inner.text) : undefined;
    if (array === undefined) throw new Refused(node, 'a typed array that is a parameter');
    return array;
  };
  const typed = (node) => typeOf(node, types, arrays, { constant, returned });
  return { module, locals, arrays: [...arrays.values()], arrayOf, calleeOf, constant, typed, result };
}

/** All names that a function gives to something of its own: outside of it they may mean something else. */
function namesIn(declaration) {
  const names = new Set();
  const visit = (node) => {
    if (ts.isParameter(node) || ts.isVariableDeclaration(node)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return names;
}

/** What makes of an expression's many locals and blocks as few as if they had been written by hand. */
const PASSES = [
  'ssa',
  'simplify-locals',
  'vacuum',
  'reorder-locals',
  'coalesce-locals',
  'optimize-instructions',
  'remove-unused-brs',
  'remove-unused-names',
  'merge-blocks',
  'precompute',
  'vacuum',
];

/** Makes a function of the module shorter that does the same. */
export function tidied(module, name) {
  module.runPassesOnFunction(module.getFunction(name), PASSES);
}
