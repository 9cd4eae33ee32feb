import ts from 'typescript';
import { DOOR, kernelNumber } from './kernels.mjs';
import { importsOf } from './source.mjs';

/** How often a text names the function that calls kernels in a canister. */
export const doorsIn = (text) => text.match(new RegExp(`\\bMath\\.${DOOR}\\b`, 'g'))?.length ?? 0;

/** @throws Error for a text that would call a kernel without knowing. */
export function assertDoorIsFree(text, path) {
  if (doorsIn(text) > 0) throw new Error(`${path}: expected no use of Math.${DOOR}, which calls kernels`);
}

/**
 * Calls of kernels as the canister's text makes them, through the door.
 *
 * @param {string} source TypeScript
 * @param {string} path where it lies, absolute
 */
export function withNativeCalls(source, path) {
  assertDoorIsFree(source, path);
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true);
  const numbers = new Map();
  const note = (local, from, name) => {
    const number = kernelNumber(from, name);
    if (number >= 0) numbers.set(local, number);
  };
  for (const [local, { path: from, name }] of importsOf(file, path)) note(local, from, name);
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement)) note(statement.name.text, path, statement.name.text);
  }
  if (numbers.size === 0) return source;
  const changes = [];
  const visit = (node) => {
    const isNaming = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if (isNaming && numbers.has(node.name.text))
      throw new Error(`${path}: expected no variable named like the kernel ${node.name.text}`);
    if (ts.isCallExpression(node) && numbers.has(node.expression.getText())) {
      const number = numbers.get(node.expression.getText());
      const next = node.arguments.length > 0 ? ', ' : '';
      changes.push([node.expression.getStart(), node.arguments.pos, `Math.${DOOR}(${String(number)}${next}`]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let text = source;
  for (const [from, to, call] of changes.sort((a, b) => b[0] - a[0]))
    text = text.slice(0, from) + call + text.slice(to);
  return text;
}
