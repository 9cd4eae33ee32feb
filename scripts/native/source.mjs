import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

/*
 * What the compiler asks of a source file: its functions, its numeric constants, and where an imported name comes from.
 */

/** @type {Map<string, ReturnType<typeof read>>} */
const known = new Map();

/** @param {string} path absolute */
export function moduleAt(path) {
  let module = known.get(path);
  if (module === undefined) known.set(path, (module = read(path)));
  return module;
}

function read(path) {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const functions = new Map();
  const constants = new Map();
  const imports = importsOf(file, path);
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement)) functions.set(statement.name.text, statement);
    if (!ts.isVariableStatement(statement)) continue;
    if ((statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer !== undefined) constants.set(name.text, initializer);
    }
  }
  return { path, file, functions, constants, imports };
}

/**
 * Where imported names come from, as far as those are files of ours.
 *
 * @param {ts.SourceFile} file
 * @param {string} path
 * @returns {Map<string, { readonly path: string, readonly name: string }>}
 */
export function importsOf(file, path) {
  const imports = new Map();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const from = statement.moduleSpecifier.text;
    const bindings = statement.importClause?.namedBindings;
    if (!from.startsWith('.') || bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const { name, propertyName } of bindings.elements) {
      imports.set(name.text, { path: resolve(dirname(path), from), name: (propertyName ?? name).text });
    }
  }
  return imports;
}

/** Where a name that a module uses is defined: there, or where it imports it from. */
export function definitionOf(module, name) {
  const imported = module.imports.get(name);
  return imported === undefined ? { module, name } : definitionOf(moduleAt(imported.path), imported.name);
}

const OPERATORS = new Map([
  [ts.SyntaxKind.PlusToken, (a, b) => a + b],
  [ts.SyntaxKind.MinusToken, (a, b) => a - b],
  [ts.SyntaxKind.AsteriskToken, (a, b) => a * b],
  [ts.SyntaxKind.SlashToken, (a, b) => a / b],
  [ts.SyntaxKind.BarToken, (a, b) => a | b],
]);

const NOTHING = new Set();

/**
 * The value of a constant expression: numbers, what is calculated from them, and other constants.
 *
 * @param {ReadonlySet<string>} hidden names that mean something else where the expression stands
 * @returns {number | undefined} undefined for anything else
 */
export function valueOf(expression, module, hidden = NOTHING) {
  if (ts.isNumericLiteral(expression)) return Number(expression.text);
  if (ts.isParenthesizedExpression(expression)) return valueOf(expression.expression, module, hidden);
  if (ts.isPrefixUnaryExpression(expression) && expression.operator === ts.SyntaxKind.MinusToken) {
    const value = valueOf(expression.operand, module, hidden);
    return value === undefined ? undefined : -value;
  }
  if (ts.isBinaryExpression(expression)) {
    const operate = OPERATORS.get(expression.operatorToken.kind);
    const [left, right] = [
      valueOf(expression.left, module, hidden),
      valueOf(expression.right, module, hidden),
    ];
    return operate === undefined || left === undefined || right === undefined
      ? undefined
      : operate(left, right);
  }
  if (ts.isCallExpression(expression) && expression.expression.getText() === 'Math.sqrt') {
    const value = valueOf(expression.arguments[0], module, hidden);
    return value === undefined ? undefined : Math.sqrt(value);
  }
  if (!ts.isIdentifier(expression) || hidden.has(expression.text)) return undefined;
  if (expression.text === 'Infinity') return Infinity;
  if (expression.text === 'NaN') return NaN;
  const { module: from, name } = definitionOf(module, expression.text);
  const initializer = from.constants.get(name);
  return initializer === undefined ? undefined : valueOf(initializer, from);
}
