import binaryen from 'binaryen';
import ts from 'typescript';
import { toInt32 } from './intrinsics.mjs';
import { Refused } from './refused.mjs';
import { strip } from './types.mjs';

const { f64: F64, i32: I32 } = binaryen;
const { SyntaxKind: Kind } = ts;

/**
 * Elements of typed arrays and variables, as what is read and assigned to. An index that is no whole number, or lies beyond
 * the array, traps.
 *
 * @param frame the function that is compiled, see `compile.mjs`
 * @param expressions see `expressions.mjs`
 */
export function placesIn(frame, expressions) {
  const { module, locals } = frame;
  const { i32, i64, f64, local } = module;
  const { number, integer, as, isSum, long, shortened } = expressions;

  const find = (node) => {
    const array = frame.arrayOf(node.expression);
    const [index, address] = [locals.add(I32), locals.add(I32)];
    const at = node.argumentExpression;
    const isWord = isSum(at);
    const double = isWord ? null : locals.add(F64);
    const set = isWord
      ? [local.set(index, integer(at))]
      : [local.set(double, number(at)), local.set(index, i32.trunc_s.f64(local.get(double, F64)))];
    const isWithin = i32.lt_u(local.get(index, I32), local.get(array.length, I32));
    const isWhole = () => f64.eq(f64.convert_s.i32(local.get(index, I32)), local.get(double, F64));
    const isThere = isWord ? isWithin : i32.and(isWithin, isWhole());
    const shifted = i32.shl(local.get(index, I32), i32.const(array.shift));
    const found = [
      ...set,
      module.if(i32.eqz(isThere), module.unreachable()),
      local.set(address, i32.add(local.get(array.data, I32), shifted)),
    ];
    return { array, found, address: () => local.get(address, I32) };
  };
  const isOfDoubles = ({ load }) => load === 'f64';
  const typeIn = (array) => (isOfDoubles(array) ? F64 : I32);
  const loaded = (array, address) => {
    if (isOfDoubles(array)) return f64.load(0, 8, address);
    return array.load === 'u8' ? i32.load8_u(0, 1, address) : i32.load(0, 4, address);
  };
  const stored = (array, address, value) => {
    if (isOfDoubles(array)) return f64.store(0, 8, address, value);
    return array.load === 'u8' ? i32.store8(0, 1, address, value) : i32.store(0, 4, address, value);
  };

  const COMPOUND = new Map([
    [Kind.PlusEqualsToken, f64.add],
    [Kind.MinusEqualsToken, f64.sub],
    [Kind.AsteriskEqualsToken, f64.mul],
    [Kind.SlashEqualsToken, f64.div],
  ]);

  const assignVariable = ({ text }, kind, right) => {
    const type = locals.typeOf(text);
    const compound = COMPOUND.get(kind);
    const sum = kind === Kind.PlusEqualsToken ? i64.add : i64.sub;
    const word = () => i64.extend_s(locals.get(text));
    const double = () => (type === 'i32' ? f64.convert_s.i32(locals.get(text)) : locals.get(text));
    const value =
      compound === undefined
        ? as(type, right)
        : type === 'i32'
          ? shortened(sum(word(), long(right)))
          : compound(double(), number(right));
    return { done: [locals.set(text, value)], value: () => locals.get(text) };
  };
  const assignElement = (target, kind, right) => {
    const { array, found, address } = find(target);
    const type = typeIn(array);
    const value = locals.add(type);
    const compound = COMPOUND.get(kind);
    const asDouble = isOfDoubles(array)
      ? (element) => element
      : (array.isUnsigned ? f64.convert_u : f64.convert_s).i32;
    const asElement = isOfDoubles(array) ? (double) => double : (double) => toInt32(module, double);
    const plain = isOfDoubles(array) ? number : integer;
    const next =
      compound === undefined
        ? plain(right)
        : asElement(compound(asDouble(loaded(array, address())), number(right)));
    const done = [...found, local.set(value, next), stored(array, address(), local.get(value, type))];
    return { done, value: () => local.get(value, type) };
  };

  return {
    /** An element as it lies there: a word without a sign is still one with it. */
    element: (node) => {
      const { array, found, address } = find(node);
      return module.block(null, [...found, loaded(array, address())], typeIn(array));
    },
    /** What an assignment does, and what its value is then. */
    assign: (node) => {
      const { left, right, operatorToken } = node;
      const target = strip(left);
      const { kind } = operatorToken;
      if (kind !== Kind.EqualsToken && !COMPOUND.has(kind)) throw new Refused(node, 'an assignment');
      if (ts.isElementAccessExpression(target)) return assignElement(target, kind, right);
      if (!ts.isIdentifier(target) || !locals.has(target.text))
        throw new Refused(node, 'a variable of the function');
      return assignVariable(target, kind, right);
    },
  };
}
