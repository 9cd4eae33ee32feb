/** One line of what was measured. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | '×' | '/s';
  /**
   * The bound that it is held to; undefined for what is only reported. Times depend on the machine: only ratios within
   * one run decide whether the bench passes.
   */
  readonly atMost?: number;
}

/** The ratios that are above their bounds. */
export function broken(rows: readonly Row[]): Row[] {
  return rows.filter(({ value, unit, atMost }) => unit === '×' && atMost !== undefined && value > atMost);
}

/** A table for people. */
export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, value, unit, atMost }) => {
      const digits = unit === '/s' || value >= 100 ? 0 : 2;
      const verdict =
        atMost === undefined ? '' : `  at most ${atMost}: ${value <= atMost ? 'kept' : 'not kept'}`;
      return `${name.padEnd(width)}  ${value.toFixed(digits).padStart(8)} ${unit.padEnd(2)}${verdict}`.trimEnd();
    })
    .join('\n');
}
