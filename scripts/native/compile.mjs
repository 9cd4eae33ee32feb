import { basename } from 'node:path';
import binaryen from 'binaryen';
import ts from 'typescript';
import { OBJECT } from '../interpreter/layout.mjs';
import { ARRAYS, inferTypes, strip, typeOf } from './types.mjs';
import { definitionOf, moduleAt, valueOf } from './source.mjs';

/*
 * A compiler of what the kernels say: functions of numbers and typed arrays, with `let`, `const`, `if`, `for`, `while`,
 * `return`, the operators of numbers, some of Math, and calls of one another. A number is a double, and an integer of 32
 * bits where nothing but such is ever put into it. The bits are JavaScript's: WebAssembly rounds as it does, one operation
 * at a time.
 *
 * Two things differ, both where a mistake would have been made: what lies beyond an array's end is no `undefined`, and
 * nothing can be thrown. The message traps, and the subnet takes back whatever it did.
 */

const { f64: F64, i32: I32, i64: I64, none: NONE } = binaryen;
const WASM = { f64: F64, i32: I32, bool: I32, void: NONE };
const { SyntaxKind: Kind } = ts;

const BITS = 'DoubleBits.ts';

/** @returns the compiler's memory for one module: what it has compiled, by path and name */
export function compilerOf(module) {
  const compiled = new Map();
  const compile = (path, name) => {
    const key = `${path} ${name}`;
    let made = compiled.get(key);
    if (made === undefined) compiled.set(key, (made = compileFunction(module, compile, path, name)));
    return made;
  };
  return compile;
}

class Refused extends Error {
  constructor(node, expected) {
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    super(`${file.fileName}:${String(line + 1)}: expected ${expected}, got ${node.getText()}`);
  }
}

/** How a double's words are taken and put; in TypeScript two views of the same memory. */
const intrinsics = ({ i32, i64, f64 }) => {
  const upper = (double) => i64.shr_u(i64.reinterpret(double), i64.const(32, 0));
  const raised = (word) => i64.shl(i64.extend_u(word), i64.const(32, 0));
  const lower = (double) => i64.and(i64.reinterpret(double), i64.const(-1, 0));
  return {
    highWordOf: { result: 'i32', of: (double) => i32.wrap(upper(double)) },
    withHighWord: {
      result: 'f64',
      of: (double, word) => f64.reinterpret(i64.or(lower(double), raised(word))),
    },
  };
};

const mathOf = ({ f64 }) => ({
  abs: f64.abs,
  ceil: f64.ceil,
  floor: f64.floor,
  max: f64.max,
  min: f64.min,
  sqrt: f64.sqrt,
  trunc: f64.trunc,
});

/**
 * Adds `name` of the file at `path` to a module, and what it calls.
 *
 * @returns {{ readonly wasm: string, readonly parameters: readonly string[], readonly result: string }} its name in
 *   WebAssembly, the kinds of its parameters (`f64` or an array's type) and of what it returns (`f64`, `i32`, `bool`, `void`)
 */
function compileFunction(module, compile, path, name) {
  const source = moduleAt(path);
  const declaration = source.functions.get(name);
  if (declaration === undefined) throw new Error(`${path}: expected a function ${name}`);
  const wasm = `kernel$${name}`;
  const { i32, i64, f64, local } = module;
  const bits = intrinsics(module);
  const math = mathOf(module);

  const callee = (node) => {
    if (!ts.isIdentifier(node.expression)) return null;
    const { module: from, name: called } = definitionOf(source, node.expression.text);
    if (basename(from.path) === BITS && called in bits) return { bits: bits[called] };
    if (!from.functions.has(called)) throw new Refused(node, 'a function whose text is at hand');
    return { made: compile(from.path, called) };
  };
  const constant = (node) => valueOf(node, source);
  const returned = (node) => {
    const found = callee(node);
    return found === null ? 'f64' : (found.bits ?? found.made).result;
  };
  const types = inferTypes(declaration, { constant, returned });
  const kinds = declaration.parameters.map((parameter) => parameter.type.getText());
  for (const [i, kind] of kinds.entries()) {
    if (kind !== 'number' && !(kind in ARRAYS))
      throw new Refused(declaration.parameters[i], 'number or a typed array');
  }
  const parameters = kinds.map((kind) => (kind === 'number' ? 'f64' : kind));

  const vars = [];
  const indices = new Map();
  const newLocal = (type) => kinds.length + vars.push(type) - 1;
  const arrays = new Map();
  for (const [i, { name: parameter }] of declaration.parameters.entries()) {
    if (kinds[i] === 'number') indices.set(parameter.text, i);
    else
      arrays.set(parameter.text, {
        ...ARRAYS[kinds[i]],
        object: i,
        data: newLocal(I32),
        length: newLocal(I32),
      });
  }
  for (const [variable, type] of types.locals) {
    if (!indices.has(variable)) indices.set(variable, newLocal(WASM[type]));
  }
  const typed = (node) => typeOf(node, types.locals, arrays, { constant, returned });
  const getLocal = (variable) => local.get(indices.get(variable), WASM[types.locals.get(variable)]);
  const arrayOf = (node) => {
    const inner = strip(node);
    const array = ts.isIdentifier(inner) ? arrays.get(inner.text) : undefined;
    if (array === undefined) throw new Refused(node, 'a typed array that is a parameter');
    return array;
  };

  /** A place in an array: what finds it, and its address then. */
  const placeOf = (node) => {
    const array = arrayOf(node.expression);
    const index = newLocal(I32);
    const at = node.argumentExpression;
    const isWord = isSum(at);
    const double = isWord ? null : newLocal(F64);
    const set = isWord
      ? [local.set(index, integer(at))]
      : [local.set(double, number(at)), local.set(index, i32.trunc_s.f64(local.get(double, F64)))];
    const within = i32.lt_u(local.get(index, I32), local.get(array.length, I32));
    const isIn = isWord
      ? within
      : i32.and(within, f64.eq(f64.convert_s.i32(local.get(index, I32)), local.get(double, F64)));
    const address = newLocal(I32);
    const reached = i32.add(
      local.get(array.data, I32),
      i32.shl(local.get(index, I32), i32.const(array.shift)),
    );
    const find = [...set, module.if(i32.eqz(isIn), module.unreachable()), local.set(address, reached)];
    return { array, find, address: () => local.get(address, I32) };
  };
  const loadOf = (array, address) => {
    if (array.load === 'f64') return f64.load(0, 8, address);
    return array.load === 'u8' ? i32.load8_u(0, 1, address) : i32.load(0, 4, address);
  };
  const storeOf = (array, address, node) => {
    if (array.load === 'f64') return f64.store(0, 8, address, node);
    return array.load === 'u8' ? i32.store8(0, 1, address, node) : i32.store(0, 4, address, node);
  };
  const elementType = (array) => (array.load === 'f64' ? F64 : I32);

  /** Whether a sum wraps as its terms' words do: what `| 0` asks of it. */
  const isSum = (node) => {
    const inner = strip(node);
    if (typed(inner) === 'i32' || isUnsignedElement(inner)) return true;
    if (!ts.isBinaryExpression(inner)) return false;
    const { kind } = inner.operatorToken;
    return (kind === Kind.PlusToken || kind === Kind.MinusToken) && isSum(inner.left) && isSum(inner.right);
  };
  const isUnsignedElement = (node) =>
    ts.isElementAccessExpression(node) && arrays.get(strip(node.expression).text)?.isUnsigned === true;

  const toInt32 = (double) => module.call(wholeOf(module), [double], I32);

  /** An expression as an integer of 32 bits, as JavaScript's bit operators take it. */
  const integer = (node) => {
    const inner = strip(node);
    const value = constant(inner);
    if (value !== undefined) return i32.const(value | 0);
    if (typed(inner) === 'i32') return any(inner);
    if (isUnsignedElement(inner)) {
      const { array, find, address } = placeOf(inner);
      return module.block(null, [...find, loadOf(array, address())], I32);
    }
    if (ts.isBinaryExpression(inner) && isSum(inner)) {
      const add = inner.operatorToken.kind === Kind.PlusToken ? i32.add : i32.sub;
      return add(integer(inner.left), integer(inner.right));
    }
    return toInt32(number(inner));
  };

  /** A whole expression in 64 bits, where it cannot overflow. */
  const long = (node) => {
    const inner = strip(node);
    if (typed(inner) === 'i32') return i64.extend_s(integer(inner));
    const [left, right] = [long(inner.left), long(inner.right)];
    const { kind } = inner.operatorToken;
    return (kind === Kind.PlusToken ? i64.add : kind === Kind.MinusToken ? i64.sub : i64.mul)(left, right);
  };

  /** 64 bits as 32 of them; traps where they are too few. */
  const shortened = (value) => {
    const wide = newLocal(I64);
    const kept = () => i32.wrap(local.get(wide, I64));
    const isHeld = i64.eq(i64.extend_s(kept()), local.get(wide, I64));
    const check = module.if(i32.eqz(isHeld), module.unreachable());
    return module.block(null, [local.set(wide, value), check, kept()], I32);
  };

  /** A whole expression as a word. */
  const whole = (node) => (typed(strip(node)) === 'i32' ? integer(node) : shortened(long(node)));

  /** An expression as a double. */
  const number = (node) => {
    const inner = strip(node);
    const value = constant(inner);
    if (value !== undefined) return f64.const(value);
    if (isUnsignedElement(inner)) return f64.convert_u.i32(integer(inner));
    const type = typed(inner);
    if (type === 'f64') return any(inner);
    if (type === 'i32') return f64.convert_s.i32(any(inner));
    throw new Refused(node, 'a number');
  };

  const truth = (node) => {
    const inner = strip(node);
    if (typed(inner) !== 'bool') throw new Refused(node, 'a comparison');
    return any(inner);
  };

  const as = (type, node) => (type === 'f64' ? number(node) : type === 'i32' ? whole(node) : truth(node));

  const compare = (node, ofDoubles, ofWords) => {
    const { left, right } = node;
    return typed(strip(left)) === 'i32' && typed(strip(right)) === 'i32'
      ? ofWords(integer(left), integer(right))
      : ofDoubles(number(left), number(right));
  };

  const ARITHMETIC = new Map([
    [Kind.PlusToken, f64.add],
    [Kind.MinusToken, f64.sub],
    [Kind.AsteriskToken, f64.mul],
    [Kind.SlashToken, f64.div],
  ]);
  const WORDWISE = new Map([
    [Kind.AmpersandToken, i32.and],
    [Kind.BarToken, i32.or],
    [Kind.CaretToken, i32.xor],
    [Kind.LessThanLessThanToken, i32.shl],
    [Kind.GreaterThanGreaterThanToken, i32.shr_s],
    [Kind.GreaterThanGreaterThanGreaterThanToken, i32.shr_u],
  ]);
  const COMPARING = new Map([
    [Kind.LessThanToken, [f64.lt, i32.lt_s]],
    [Kind.LessThanEqualsToken, [f64.le, i32.le_s]],
    [Kind.GreaterThanToken, [f64.gt, i32.gt_s]],
    [Kind.GreaterThanEqualsToken, [f64.ge, i32.ge_s]],
    [Kind.EqualsEqualsEqualsToken, [f64.eq, i32.eq]],
    [Kind.ExclamationEqualsEqualsToken, [f64.ne, i32.ne]],
  ]);
  const COMPOUND = new Map([
    [Kind.PlusEqualsToken, f64.add],
    [Kind.MinusEqualsToken, f64.sub],
    [Kind.AsteriskEqualsToken, f64.mul],
    [Kind.SlashEqualsToken, f64.div],
  ]);

  const binary = (node) => {
    const { kind } = node.operatorToken;
    const { left, right } = node;
    if (ARITHMETIC.has(kind)) return ARITHMETIC.get(kind)(number(left), number(right));
    if (kind === Kind.BarToken && constant(strip(right)) === 0) return integer(left);
    if (kind === Kind.GreaterThanGreaterThanGreaterThanToken && typed(node) !== 'i32')
      throw new Refused(node, 'a shift by 1 to 31 places');
    if (WORDWISE.has(kind)) return WORDWISE.get(kind)(integer(left), integer(right));
    if (COMPARING.has(kind)) return compare(node, ...COMPARING.get(kind));
    if (kind === Kind.AmpersandAmpersandToken) return module.if(truth(left), truth(right), i32.const(0));
    if (kind === Kind.BarBarToken) return module.if(truth(left), i32.const(1), truth(right));
    throw new Refused(node, 'an operator of numbers');
  };

  /** What an assignment stores, as a list of statements and what the value is then. */
  const assign = (node) => {
    const target = strip(node.left);
    const { kind } = node.operatorToken;
    const compound = COMPOUND.get(kind);
    if (compound === undefined && kind !== Kind.EqualsToken) throw new Refused(node, 'an assignment');
    if (ts.isIdentifier(target)) {
      const type = types.locals.get(target.text);
      if (type === undefined) throw new Refused(node, 'a variable of the function');
      const sum = kind === Kind.PlusEqualsToken ? i64.add : i64.sub;
      const value =
        compound === undefined
          ? as(type, node.right)
          : type === 'i32'
            ? shortened(sum(long(target), long(node.right)))
            : compound(number(target), number(node.right));
      return { done: [local.set(indices.get(target.text), value)], value: () => getLocal(target.text) };
    }
    const { array, find, address } = placeOf(target);
    const value = newLocal(elementType(array));
    const of = (double) => (array.load === 'f64' ? double : toInt32(double));
    const old = loadOf(array, address());
    const before = array.load === 'f64' ? old : (array.isUnsigned ? f64.convert_u : f64.convert_s).i32(old);
    const next = compound
      ? of(compound(before, number(node.right)))
      : array.load === 'f64'
        ? number(node.right)
        : integer(node.right);
    const put = storeOf(array, address(), local.get(value, elementType(array)));
    return {
      done: [...find, local.set(value, next), put],
      value: () => local.get(value, elementType(array)),
    };
  };

  const isAssignment = (node) =>
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= Kind.FirstAssignment &&
    node.operatorToken.kind <= Kind.LastAssignment;
  const isStep = (node) =>
    (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
    (node.operator === Kind.PlusPlusToken || node.operator === Kind.MinusMinusToken);

  /** An expression as what it is. */
  const any = (node) => {
    const inner = strip(node);
    const type = typed(inner);
    if (isAssignment(inner)) {
      const { done, value } = assign(inner);
      return module.block(null, [...done, value()], WASM[type]);
    }
    if (ts.isBinaryExpression(inner)) return binary(inner);
    if (ts.isPrefixUnaryExpression(inner)) {
      if (inner.operator === Kind.MinusToken) return f64.neg(number(inner.operand));
      if (inner.operator === Kind.ExclamationToken) return i32.eqz(truth(inner.operand));
    }
    if (ts.isConditionalExpression(inner))
      return module.if(truth(inner.condition), as(type, inner.whenTrue), as(type, inner.whenFalse));
    if (ts.isElementAccessExpression(inner)) {
      const { array, find, address } = placeOf(inner);
      return module.block(null, [...find, loadOf(array, address())], elementType(array));
    }
    if (ts.isPropertyAccessExpression(inner) && inner.name.text === 'length')
      return local.get(arrayOf(inner.expression).length, I32);
    if (ts.isIdentifier(inner) && indices.has(inner.text)) return getLocal(inner.text);
    if (inner.kind === Kind.TrueKeyword || inner.kind === Kind.FalseKeyword)
      return i32.const(inner.kind === Kind.TrueKeyword ? 1 : 0);
    if (ts.isCallExpression(inner)) return call(inner);
    throw new Refused(node, 'what a kernel may say');
  };

  const call = (node) => {
    const { expression } = node;
    if (ts.isPropertyAccessExpression(expression) && expression.expression.getText() === 'Math') {
      const operate = math[expression.name.text];
      if (operate === undefined) throw new Refused(node, `one of Math's ${Object.keys(math).join(', ')}`);
      return operate(...node.arguments.map(number));
    }
    const found = callee(node);
    if (found === null) throw new Refused(node, 'a call of a function');
    if (found.bits) {
      const [double, word] = node.arguments;
      return found.bits.of(number(double), ...(word === undefined ? [] : [integer(word)]));
    }
    const { made } = found;
    const operands = node.arguments.map((argument, i) =>
      made.parameters[i] === 'f64' ? number(argument) : local.get(arrayOf(argument).object, I32),
    );
    return module.call(made.wasm, operands, WASM[made.result]);
  };

  let labels = 0;
  const loops = [];
  const loop = (node, before, condition, after) => {
    const number = String(labels++);
    const [end, again, next] = [`end$${number}`, `again$${number}`, `next$${number}`];
    loops.push({ end, next });
    const body = [
      ...(condition ? [module.br(end, i32.eqz(truth(condition)))] : []),
      module.block(next, [statement(node.statement)]),
      ...(after ? [effect(after)] : []),
      module.br(again),
    ];
    loops.pop();
    return module.block(end, [...before, module.loop(again, module.block(null, body))]);
  };

  const declare = (list) =>
    list.declarations.flatMap(({ name: variable, initializer }) =>
      initializer === undefined
        ? []
        : [local.set(indices.get(variable.text), as(types.locals.get(variable.text), initializer))],
    );

  /** An expression for what it does. */
  const effect = (node) => {
    const inner = strip(node);
    if (isAssignment(inner)) return module.block(null, assign(inner).done);
    if (isStep(inner)) {
      const { operand, operator } = inner;
      const isUp = operator === Kind.PlusPlusToken;
      const next =
        typed(operand) === 'i32'
          ? shortened((isUp ? i64.add : i64.sub)(long(operand), i64.const(1, 0)))
          : (isUp ? f64.add : f64.sub)(number(operand), f64.const(1));
      return local.set(indices.get(operand.text), next);
    }
    if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === Kind.CommaToken)
      return module.block(null, [effect(inner.left), effect(inner.right)]);
    if (!ts.isCallExpression(inner)) throw new Refused(node, 'an assignment or a call');
    const made = any(inner);
    return returned(inner) === 'void' ? made : module.drop(made);
  };

  const statement = (node) => {
    if (ts.isBlock(node)) return module.block(null, node.statements.map(statement));
    if (ts.isVariableStatement(node)) return module.block(null, declare(node.declarationList));
    if (ts.isExpressionStatement(node)) return effect(node.expression);
    if (ts.isIfStatement(node)) {
      const otherwise = node.elseStatement ? statement(node.elseStatement) : undefined;
      return module.if(truth(node.expression), statement(node.thenStatement), otherwise);
    }
    if (ts.isForStatement(node)) {
      const { initializer } = node;
      const before =
        initializer === undefined
          ? []
          : ts.isVariableDeclarationList(initializer)
            ? declare(initializer)
            : [effect(initializer)];
      return loop(node, before, node.condition, node.incrementor);
    }
    if (ts.isWhileStatement(node)) return loop(node, [], node.expression, undefined);
    if (ts.isBreakStatement(node)) return module.br(loops.at(-1).end);
    if (ts.isContinueStatement(node)) return module.br(loops.at(-1).next);
    if (ts.isThrowStatement(node)) return module.unreachable();
    if (ts.isReturnStatement(node))
      return module.return(node.expression && as(types.result, node.expression));
    throw new Refused(node, 'a statement that a kernel may make');
  };

  const begin = [...arrays.values()].flatMap(({ object, data, length }) => [
    local.set(data, i32.load(OBJECT.elements, 4, local.get(object, I32))),
    local.set(length, i32.load(OBJECT.length, 4, local.get(object, I32))),
  ]);
  const statements = declaration.body.statements.map(statement);
  const end = types.result === 'void' ? [] : [module.unreachable()];
  module.addFunction(
    wasm,
    binaryen.createType(parameters.map((kind) => (kind === 'f64' ? F64 : I32))),
    WASM[types.result],
    vars,
    module.block(null, [...begin, ...statements, ...end], WASM[types.result]),
  );
  tidied(module, wasm);
  return { wasm, parameters, result: types.result };
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

const WHOLE = 'kernel$wholeOf';
const TWO_32 = 4_294_967_296;

/** `x | 0`: the lower 32 bits of the whole part. */
function wholeOf(module) {
  if (module.getFunction(WHOLE) !== 0) return WHOLE;
  const { i32, i64, f64, local } = module;
  const x = () => local.get(0, F64);
  const below = (bound) => f64.lt(f64.abs(x()), f64.const(bound));
  // Beyond 2^63 a double is a multiple of 2^11; taking whole turns of 2^32 away is exact.
  const rest = f64.sub(x(), f64.mul(f64.floor(f64.div(x(), f64.const(TWO_32))), f64.const(TWO_32)));
  module.addFunction(
    WHOLE,
    F64,
    I32,
    [],
    module.block(null, [
      module.if(below(TWO_32 / 2), module.return(i32.trunc_s.f64(x()))),
      module.if(below(TWO_32 * (TWO_32 / 2)), module.return(i32.wrap(i64.trunc_s.f64(x())))),
      module.if(below(Infinity), module.return(i32.wrap(i64.trunc_s.f64(rest)))),
      module.return(i32.const(0)),
    ]),
  );
  return WHOLE;
}
