import { VenueError } from './VenueError.ts';

/** Multiples of `numerator / denominator`; the denominator is a power of ten, so that every multiple has decimal text. */
export interface Grid {
  readonly numerator: number;
  readonly denominator: number;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;
/** Relative distance from the grid that is put down to double arithmetic. */
const TOLERANCE = 1e-9;

/** The grid of a filter's decimal text: `"0.0010"` is 1/1000, exactly. @throws VenueError `malformed-reply` */
export function gridOf(text: string): Grid {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  const digits = fraction.replace(/0+$/, '');
  const numerator = Number(`${whole ?? ''}${digits}`);
  if (whole === undefined || !(numerator > 0) || !Number.isSafeInteger(numerator) || digits.length > 12) {
    throw new VenueError(
      { kind: 'internal', leaf: 'malformed-reply', outcome: 'rejected' },
      `expected a filter's step as a decimal above 0 such as "0.001", got "${text}". Do not trade this symbol until the filter is understood.`,
    );
  }
  return { numerator, denominator: 10 ** digits.length };
}

/** The coarser of two grids, where one divides the other as a venue's filters do. */
export function coarser(a: Grid, b: Grid): Grid {
  return a.numerator / a.denominator >= b.numerator / b.denominator ? a : b;
}

export function stepOf(grid: Grid): number {
  return grid.numerator / grid.denominator;
}

/**
 * Exact decimal text of a value on the grid.
 * @throws VenueError `off-grid` (nothing was sent): what is off the grid is refused, never rounded in silence
 */
export function textOnGrid(grid: Grid, value: number, name: string): string {
  const steps = Math.round((value * grid.denominator) / grid.numerator);
  const nearest = (steps * grid.numerator) / grid.denominator;
  if (
    !(steps > 0) ||
    !Number.isSafeInteger(steps) ||
    Math.abs(nearest - value) > TOLERANCE * Math.max(1, value)
  ) {
    throw new VenueError(
      { kind: 'request', leaf: 'off-grid', outcome: 'denied' },
      `expected ${name} as a multiple of ${String(stepOf(grid))} above 0, got ${String(value)}. Round it to the venue's grid first.`,
    );
  }
  const places = String(grid.denominator).length - 1;
  const digits = (BigInt(steps) * BigInt(grid.numerator)).toString().padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
