import binaryen from 'binaryen';
import ts from 'typescript';

/*
 * Which of a kernel's variables are integers of 32 bits: those into which nothing else is ever put. All others are doubles.
 */

const { SyntaxKind: Kind } = ts;

/** What types are in WebAssembly. */
export const WASM = { f64: binaryen.f64, i32: binaryen.i32, bool: binaryen.i32, void: binaryen.none };

/** Typed arrays: what is read from memory, by how many places an index is shifted, and whether words have no sign. */
export const ARRAYS = {
  Float64Array: { load: 'f64', shift: 3, isUnsigned: false, classNumber: 32 },
  Int32Array: { load: 'i32', shift: 2, isUnsigned: false, classNumber: 26 },
  Uint32Array: { load: 'i32', shift: 2, isUnsigned: true, classNumber: 27 },
  Uint8Array: { load: 'u8', shift: 0, isUnsigned: false, classNumber: 23 },
};

const WORDWISE = new Set([
  Kind.AmpersandToken,
  Kind.BarToken,
  Kind.CaretToken,
  Kind.LessThanLessThanToken,
  Kind.GreaterThanGreaterThanToken,
]);
const TRUTHS = new Set([
  Kind.LessThanToken,
  Kind.LessThanEqualsToken,
  Kind.GreaterThanToken,
  Kind.GreaterThanEqualsToken,
  Kind.EqualsEqualsEqualsToken,
  Kind.ExclamationEqualsEqualsToken,
  Kind.AmpersandAmpersandToken,
  Kind.BarBarToken,
]);

const isInt32 = (value) => (value | 0) === value && !Object.is(value, -0);

/**
 * The type of an expression: `i32`, `f64` or `bool`.
 *
 * @param {ts.Expression} node
 * @param {ReadonlyMap<string, string>} locals
 * @param {ReadonlyMap<string, { readonly load: string, readonly isUnsigned: boolean }>} arrays
 * @param {object} ask
 * @param {(node: ts.Expression) => number | undefined} ask.constant
 * @param {(node: ts.CallExpression) => string} ask.returned
 */
export function typeOf(node, locals, arrays, ask) {
  const of = (inner) => typeOf(inner, locals, arrays, ask);
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node))
    return of(node.expression);
  if (ts.isIdentifier(node) && locals.has(node.text)) return locals.get(node.text);
  const value = ask.constant(node);
  if (value !== undefined) return isInt32(value) ? 'i32' : 'f64';
  if (node.kind === Kind.TrueKeyword || node.kind === Kind.FalseKeyword) return 'bool';
  if (ts.isConditionalExpression(node)) {
    const [left, right] = [of(node.whenTrue), of(node.whenFalse)];
    return left === right ? left : 'f64';
  }
  if (ts.isElementAccessExpression(node)) {
    let array = node.expression;
    while (!ts.isIdentifier(array)) array = array.expression;
    const { load, isUnsigned } = arrays.get(array.text) ?? { load: 'f64' };
    return load === 'f64' || isUnsigned ? 'f64' : 'i32';
  }
  if (ts.isPrefixUnaryExpression(node)) return node.operator === Kind.ExclamationToken ? 'bool' : 'f64';
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'length') return 'i32';
  if (ts.isCallExpression(node)) return ask.returned(node);
  if (!ts.isBinaryExpression(node)) return 'f64';
  const { kind } = node.operatorToken;
  if (kind === Kind.EqualsToken) return of(node.left);
  if (WORDWISE.has(kind)) return 'i32';
  if (TRUTHS.has(kind)) return 'bool';
  if (kind === Kind.GreaterThanGreaterThanGreaterThanToken) {
    const places = ask.constant(node.right);
    return places >= 1 && places <= 31 ? 'i32' : 'f64';
  }
  return 'f64';
}

export const strip = (node) =>
  ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node)
    ? strip(node.expression)
    : node;

/**
 * Whether an expression is an integer that 32 bits hold, unless it is too large: sums and differences of such, and multiples
 * by a positive constant, which leave no -0.
 *
 * @param {ts.Expression} node
 * @param {(node: ts.Expression) => string} type
 */
export function isWhole(node, type, constant) {
  const inner = strip(node);
  if (type(inner) === 'i32') return true;
  if (!ts.isBinaryExpression(inner)) return false;
  const { left, right, operatorToken } = inner;
  if (operatorToken.kind === Kind.PlusToken || operatorToken.kind === Kind.MinusToken)
    return isWhole(left, type, constant) && isWhole(right, type, constant);
  if (operatorToken.kind !== Kind.AsteriskToken) return false;
  const isFactor = (side) => constant(strip(side)) > 0;
  const areWords = type(strip(left)) === 'i32' && type(strip(right)) === 'i32';
  return areWords && (isFactor(left) || isFactor(right));
}

/**
 * The types of a function's variables and of what it returns. Every variable is taken for an integer until something else
 * is put into it.
 *
 * @param {ts.FunctionDeclaration} declaration
 */
export function inferTypes(declaration, ask) {
  const arrays = new Map();
  const locals = new Map();
  const puts = [];
  const returns = [];
  for (const { name, type } of declaration.parameters) {
    if (type.getText() === 'number') locals.set(name.text, 'f64');
    else arrays.set(name.text, ARRAYS[type.getText()] ?? { load: 'f64' });
  }
  const visit = (node, scope) => {
    let inner = scope;
    if (ts.isBlock(node) || ts.isForStatement(node)) inner = new Set(scope);
    if (ts.isVariableDeclaration(node)) {
      const name = node.name.text;
      if (scope.has(name)) throw new Error(`${declaration.name.text}: ${name} hides another variable`);
      scope.add(name);
      if (!locals.has(name)) locals.set(name, 'i32');
      if (node.initializer) puts.push([name, node.initializer]);
    } else if (ts.isBinaryExpression(node) && ts.isIdentifier(node.left)) {
      const { kind } = node.operatorToken;
      const isSum = kind === Kind.PlusEqualsToken || kind === Kind.MinusEqualsToken;
      if (kind === Kind.EqualsToken || isSum) puts.push([node.left.text, node.right]);
      else if (kind >= Kind.FirstAssignment && kind <= Kind.LastAssignment) locals.set(node.left.text, 'f64');
    } else if (ts.isReturnStatement(node) && node.expression) {
      returns.push(node.expression);
    }
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(declaration.body, new Set(declaration.parameters.map(({ name }) => name.text)));
  const type = (node) => typeOf(node, locals, arrays, ask);
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    for (const [name, value] of puts) {
      const now = locals.get(name);
      const put = isWhole(value, type, ask.constant) ? 'i32' : type(value);
      if (now === 'f64' || put === now) continue;
      if (now === 'bool') throw new Error(`${declaration.name.text}: ${name} is a truth and a number`);
      locals.set(name, put);
      isSettled = false;
    }
  }
  const annotated = declaration.type.getText();
  const isWord = returns.every((value) => typeOf(value, locals, arrays, ask) === 'i32');
  const result =
    annotated === 'number' ? (isWord ? 'i32' : 'f64') : annotated === 'boolean' ? 'bool' : annotated;
  return { types: locals, result };
}
