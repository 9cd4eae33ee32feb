import binaryen from 'binaryen';
import ts from 'typescript';
import { mathOf, toInt32 } from './intrinsics.mjs';
import { placesIn } from './places.mjs';
import { Refused } from './refused.mjs';
import { strip, WASM } from './types.mjs';

const { i32: I32, i64: I64 } = binaryen;
const { SyntaxKind: Kind } = ts;

const isAssignment = (node) =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind >= Kind.FirstAssignment &&
  node.operatorToken.kind <= Kind.LastAssignment;
const isStep = (node) =>
  (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
  (node.operator === Kind.PlusPlusToken || node.operator === Kind.MinusMinusToken);

/**
 * Expressions, as what is asked for: a double, a word of 32 bits, a truth.
 *
 * @param frame the function that is compiled, see `compile.mjs`
 */
export function expressionsIn(frame) {
  const { module, typed, constant, locals } = frame;
  const { i32, i64, f64, local } = module;
  const math = mathOf(module);

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

  const isUnsigned = (node) =>
    ts.isElementAccessExpression(node) && frame.arrayOf(node.expression).isUnsigned;
  /** Whether an expression wraps as its terms' words do: what `| 0` asks of it. */
  const isSum = (node) => {
    const inner = strip(node);
    if (typed(inner) === 'i32' || isUnsigned(inner)) return true;
    if (!ts.isBinaryExpression(inner)) return false;
    const { kind } = inner.operatorToken;
    return (kind === Kind.PlusToken || kind === Kind.MinusToken) && isSum(inner.left) && isSum(inner.right);
  };

  /** A word, as JavaScript's bit operators take it of anything. */
  const integer = (node) => {
    const inner = strip(node);
    const value = constant(inner);
    if (value !== undefined) return i32.const(value | 0);
    if (typed(inner) === 'i32') return any(inner);
    if (isUnsigned(inner)) return places.element(inner);
    if (ts.isBinaryExpression(inner) && isSum(inner)) {
      const add = inner.operatorToken.kind === Kind.PlusToken ? i32.add : i32.sub;
      return add(integer(inner.left), integer(inner.right));
    }
    return toInt32(module, number(inner));
  };

  /** What `isWhole` is true of, in 64 bits, where it cannot overflow. */
  const long = (node) => {
    const inner = strip(node);
    if (typed(inner) === 'i32') return i64.extend_s(integer(inner));
    const [left, right] = [long(inner.left), long(inner.right)];
    const { kind } = inner.operatorToken;
    return (kind === Kind.PlusToken ? i64.add : kind === Kind.MinusToken ? i64.sub : i64.mul)(left, right);
  };

  /** 64 bits as 32 of them; traps where they are too few. */
  const shortened = (value) => {
    const wide = locals.add(I64);
    const kept = () => i32.wrap(local.get(wide, I64));
    const isHeld = i64.eq(i64.extend_s(kept()), local.get(wide, I64));
    const check = module.if(i32.eqz(isHeld), module.unreachable());
    return module.block(null, [local.set(wide, value), check, kept()], I32);
  };

  const number = (node) => {
    const inner = strip(node);
    const value = constant(inner);
    if (value !== undefined) return f64.const(value);
    if (isUnsigned(inner)) return f64.convert_u.i32(places.element(inner));
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

  const as = (type, node) => {
    if (type === 'f64') return number(node);
    if (type === 'bool') return truth(node);
    return typed(strip(node)) === 'i32' ? integer(node) : shortened(long(node));
  };

  const compare = ({ left, right }, [ofDoubles, ofWords]) =>
    typed(strip(left)) === 'i32' && typed(strip(right)) === 'i32'
      ? ofWords(integer(left), integer(right))
      : ofDoubles(number(left), number(right));

  const binary = (node) => {
    const { left, right } = node;
    const { kind } = node.operatorToken;
    if (ARITHMETIC.has(kind)) return ARITHMETIC.get(kind)(number(left), number(right));
    if (kind === Kind.BarToken && constant(strip(right)) === 0) return integer(left);
    if (kind === Kind.GreaterThanGreaterThanGreaterThanToken && typed(node) !== 'i32')
      throw new Refused(node, 'a shift by 1 to 31 places');
    if (WORDWISE.has(kind)) return WORDWISE.get(kind)(integer(left), integer(right));
    if (COMPARING.has(kind)) return compare(node, COMPARING.get(kind));
    if (kind === Kind.AmpersandAmpersandToken) return module.if(truth(left), truth(right), i32.const(0));
    if (kind === Kind.BarBarToken) return module.if(truth(left), i32.const(1), truth(right));
    throw new Refused(node, 'an operator of numbers');
  };

  const call = (node) => {
    const { expression } = node;
    if (ts.isPropertyAccessExpression(expression) && expression.expression.getText() === 'Math') {
      const operate = math[expression.name.text];
      if (operate === undefined) throw new Refused(node, `one of Math's ${Object.keys(math).join(', ')}`);
      return operate(...node.arguments.map(number));
    }
    const { bits, made } = frame.calleeOf(node);
    if (bits !== undefined) {
      const [double, ...word] = node.arguments;
      return bits.of(number(double), ...word.map(integer));
    }
    const operands = node.arguments.map((argument, i) =>
      made.parameters[i] === 'f64' ? number(argument) : local.get(frame.arrayOf(argument).object, I32),
    );
    return module.call(made.wasm, operands, WASM[made.result]);
  };

  /** An expression as what it is. */
  const any = (node) => {
    const inner = strip(node);
    const type = typed(inner);
    if (isAssignment(inner)) {
      const { done, value } = places.assign(inner);
      return module.block(null, [...done, value()], WASM[type]);
    }
    if (ts.isBinaryExpression(inner)) return binary(inner);
    if (ts.isPrefixUnaryExpression(inner) && inner.operator === Kind.MinusToken)
      return f64.neg(number(inner.operand));
    if (ts.isPrefixUnaryExpression(inner) && inner.operator === Kind.ExclamationToken)
      return i32.eqz(truth(inner.operand));
    if (ts.isConditionalExpression(inner))
      return module.if(truth(inner.condition), as(type, inner.whenTrue), as(type, inner.whenFalse));
    if (ts.isElementAccessExpression(inner)) return places.element(inner);
    if (ts.isPropertyAccessExpression(inner) && inner.name.text === 'length')
      return local.get(frame.arrayOf(inner.expression).length, I32);
    if (ts.isIdentifier(inner) && locals.has(inner.text)) return locals.get(inner.text);
    if (inner.kind === Kind.TrueKeyword) return i32.const(1);
    if (inner.kind === Kind.FalseKeyword) return i32.const(0);
    if (ts.isCallExpression(inner)) return call(inner);
    throw new Refused(node, 'what a kernel may say');
  };

  /** `variable++`, `--variable` and the like. */
  const step = ({ operand, operator }) => {
    if (!ts.isIdentifier(operand) || !locals.has(operand.text))
      throw new Refused(operand, 'a variable of the function');
    const isUp = operator === Kind.PlusPlusToken;
    const next =
      typed(operand) === 'i32'
        ? shortened((isUp ? i64.add : i64.sub)(long(operand), i64.const(1, 0)))
        : (isUp ? f64.add : f64.sub)(number(operand), f64.const(1));
    return locals.set(operand.text, next);
  };

  /** An expression for what it does. */
  const effect = (node) => {
    const inner = strip(node);
    if (isAssignment(inner)) return module.block(null, places.assign(inner).done);
    if (isStep(inner)) return step(inner);
    if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === Kind.CommaToken)
      return module.block(null, [effect(inner.left), effect(inner.right)]);
    if (!ts.isCallExpression(inner)) throw new Refused(node, 'an assignment or a call');
    const made = call(inner);
    return typed(inner) === 'void' ? made : module.drop(made);
  };

  const expressions = { number, integer, truth, as, isSum, long, shortened, effect };
  const places = placesIn(frame, expressions);
  return expressions;
}
