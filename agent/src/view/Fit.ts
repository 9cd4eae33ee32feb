/** One of the parts that a line is made of: shown whole or not at all. */
export interface Part {
  readonly text: string;
  /** Where there is not room for all, the least important part goes first. */
  readonly importance: number;
  /** Between it and what stands before it; two spaces unless told otherwise. */
  readonly gap?: string;
}

const GAP = '  ';

/** As many of the parts as fit beside each other, the most important ones, in the order given. */
export function fitting<T extends Part>(parts: readonly T[], columns: number): readonly T[] {
  const kept = [...parts];
  while (kept.length > 0 && lineOf(kept).length > columns) {
    const least = kept.reduce((a, b) => (b.importance < a.importance ? b : a));
    kept.splice(kept.indexOf(least), 1);
  }
  return kept;
}

/** What stands before a part: nothing before the first. */
export function gapBefore(parts: readonly Part[], index: number): string {
  return index === 0 ? '' : (parts[index]?.gap ?? GAP);
}

export function lineOf(parts: readonly Part[]): string {
  return parts.map(({ text }, i) => gapBefore(parts, i) + text).join('');
}
