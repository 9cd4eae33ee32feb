import ts from 'typescript';
import { Refused } from './refused.mjs';

/**
 * Statements of a kernel.
 *
 * @param frame the function that is compiled, see `compile.mjs`
 * @param expressions see `expressions.mjs`
 */
export function statementsIn(frame, { truth, as, effect }) {
  const { module, locals } = frame;
  /** Where `break` and `continue` lead to, the innermost loop last. */
  const loops = [];
  let labels = 0;

  const declare = ({ declarations }) =>
    declarations.flatMap(({ name, initializer }) =>
      initializer === undefined ? [] : [locals.set(name.text, as(locals.typeOf(name.text), initializer))],
    );

  const loop = (node, before, condition, after) => {
    const number = String(labels++);
    const [end, again, next] = [`end$${number}`, `again$${number}`, `next$${number}`];
    loops.push({ end, next });
    const body = [
      ...(condition ? [module.br(end, module.i32.eqz(truth(condition)))] : []),
      module.block(next, [statement(node.statement)]),
      ...(after ? [effect(after)] : []),
      module.br(again),
    ];
    loops.pop();
    return module.block(end, [...before, module.loop(again, module.block(null, body))]);
  };

  const begun = (initializer) => {
    if (initializer === undefined) return [];
    return ts.isVariableDeclarationList(initializer) ? declare(initializer) : [effect(initializer)];
  };

  const jump = (node, where) => {
    if (node.label !== undefined || loops.length === 0) throw new Refused(node, 'a jump within a loop');
    return module.br(loops.at(-1)[where]);
  };

  const statement = (node) => {
    if (ts.isBlock(node)) return module.block(null, node.statements.map(statement));
    if (ts.isVariableStatement(node)) return module.block(null, declare(node.declarationList));
    if (ts.isExpressionStatement(node)) return effect(node.expression);
    if (ts.isIfStatement(node)) {
      const otherwise = node.elseStatement && statement(node.elseStatement);
      return module.if(truth(node.expression), statement(node.thenStatement), otherwise);
    }
    if (ts.isForStatement(node)) return loop(node, begun(node.initializer), node.condition, node.incrementor);
    if (ts.isWhileStatement(node)) return loop(node, [], node.expression, undefined);
    if (ts.isBreakStatement(node)) return jump(node, 'end');
    if (ts.isContinueStatement(node)) return jump(node, 'next');
    if (ts.isThrowStatement(node)) return module.unreachable();
    if (ts.isReturnStatement(node))
      return module.return(node.expression && as(frame.result, node.expression));
    throw new Refused(node, 'a statement that a kernel may make');
  };
  return statement;
}
