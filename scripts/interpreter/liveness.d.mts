import type binaryen from 'binaryen';

/** How `readsFrom` calls a loop's beginning. */
export function beginningOf(label: string): string;

/** Whether a local is read before it is written, from each label of an expression on. */
export function readsFrom(
  expression: binaryen.ExpressionRef,
  index: number,
  outside: ReadonlyMap<string, boolean>,
): Map<string, boolean>;
