import binaryen from 'binaryen';

/* How Binaryen's expressions are looked into. Nested blocks are walked by calling oneself: a deep stack is needed. */

export const { getExpressionInfo: infoOf } = binaryen;

const {
  BinaryId,
  BlockId,
  BreakId,
  CallId,
  CallIndirectId,
  ConstId,
  DropId,
  GlobalGetId,
  GlobalSetId,
  IfId,
  LoadId,
  LocalGetId,
  LocalSetId,
  LoopId,
  MemoryCopyId,
  MemoryFillId,
  MemoryGrowId,
  MemorySizeId,
  NopId,
  ReturnId,
  SelectId,
  StoreId,
  SwitchId,
  UnaryId,
  UnreachableId,
} = binaryen;

/** What an expression is made of, as it is evaluated; null for kinds that nobody has looked into. */
export function partsOf(info) {
  switch (info.id) {
    case BlockId:
      return info.children;
    case IfId:
      return [info.condition, info.ifTrue, info.ifFalse];
    case SelectId:
      return [info.ifTrue, info.ifFalse, info.condition];
    case LoopId:
      return [info.body];
    case BreakId:
    case SwitchId:
      return [info.value, info.condition];
    case CallId:
      return info.operands;
    case CallIndirectId:
      return [...info.operands, info.target];
    case LocalSetId:
    case GlobalSetId:
    case UnaryId:
    case DropId:
    case ReturnId:
      return [info.value];
    case LoadId:
      return [info.ptr];
    case StoreId:
      return [info.ptr, info.value];
    case BinaryId:
      return [info.left, info.right];
    case MemoryCopyId:
      return [info.dest, info.source, info.size];
    case MemoryFillId:
      return [info.dest, info.value, info.size];
    case MemoryGrowId:
      return [info.delta];
    case ConstId:
    case GlobalGetId:
    case LocalGetId:
    case MemorySizeId:
    case NopId:
    case UnreachableId:
      return [];
    default:
      return null;
  }
}

/** Calls `visit` with every expression in `expression`, from the outside in. */
export function walk(expression, visit) {
  const info = infoOf(expression);
  visit(expression, info);
  for (const part of partsOf(info) ?? []) if (part !== 0) walk(part, visit);
}

export function isConst(expression, value) {
  const info = infoOf(expression);
  return info.id === ConstId && info.value === value;
}

/** Puts an expression into a block, after one of those in it. */
export function insertAfter(block, child, expression) {
  binaryen.Block.insertChildAt(block, infoOf(block).children.indexOf(child) + 1, expression);
}

/** Puts an expression into a block, before one of those in it. */
export function insertBefore(block, child, expression) {
  binaryen.Block.insertChildAt(block, infoOf(block).children.indexOf(child), expression);
}

/** Puts an expression into a block instead of one of those in it. */
export function replace(block, child, expression) {
  binaryen.Block.setChildAt(block, infoOf(block).children.indexOf(child), expression);
}

/** Takes an expression out of a block. */
export function remove(block, child) {
  binaryen.Block.removeChildAt(block, infoOf(block).children.indexOf(child));
}
