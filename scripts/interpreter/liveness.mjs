import binaryen from 'binaryen';
import { infoOf, partsOf } from './walk.mjs';

const { BlockId, BreakId, IfId, LocalGetId, LocalSetId, LoopId, ReturnId, SwitchId, UnreachableId } =
  binaryen;

/** How `readsFrom` calls a loop's beginning, if its label was said to be something else. */
export const beginningOf = (label) => `${label} begins`;

/**
 * Whether a local is read before it is written, from each label of an expression on.
 *
 * @param {number} expression
 * @param {number} index the local
 * @param {ReadonlyMap<string, boolean>} outside what is known of the labels around the expression
 * @returns {Map<string, boolean>} by label, of blocks from their ends on; of loops by `beginningOf` their label, too
 */
export function readsFrom(expression, index, outside) {
  const labels = new Map(outside);
  /** Whether it is read from before an expression on, given whether it is from behind it on. */
  const before = (one, after) => {
    const info = infoOf(one);
    switch (info.id) {
      case LocalGetId:
        return info.index === index || after;
      case LocalSetId:
        return before(info.value, info.index === index ? false : after);
      case BlockId:
        if (info.name) labels.set(info.name, after);
        return info.children.reduceRight((later, child) => before(child, later), after);
      case IfId: {
        const otherwise = info.ifFalse === 0 ? after : before(info.ifFalse, after);
        return before(info.condition, before(info.ifTrue, after) || otherwise);
      }
      case LoopId: {
        // What a turn reads, the turn before may have left: again with what the first look found.
        if (!outside.has(info.name)) labels.set(info.name, false);
        let begins = before(info.body, after);
        if (begins && !outside.has(info.name)) {
          labels.set(info.name, true);
          begins = before(info.body, after);
        }
        labels.set(beginningOf(info.name), begins);
        return begins;
      }
      case BreakId: {
        const there = labels.get(info.name) ?? false;
        const later = info.condition === 0 ? there : before(info.condition, there || after);
        return info.value === 0 ? later : before(info.value, later);
      }
      case SwitchId: {
        const somewhere = [...info.names, info.defaultName].some((name) => labels.get(name) ?? false);
        return before(info.condition, somewhere);
      }
      case UnreachableId:
        return false;
      case ReturnId:
        return info.value === 0 ? false : before(info.value, false);
      default: {
        const parts = partsOf(info);
        if (parts === null)
          throw new Error(`azle: expected expressions that are known, got kind ${String(info.id)}`);
        return parts.reduceRight((later, part) => (part === 0 ? later : before(part, later)), after);
      }
    }
  };
  before(expression, false);
  return labels;
}
