/** Tally of one vector file: numbers compared, the worst relative error, and what failed. */
export type Check = {
  readonly tolerance: number;
  compared: number;
  worst: number;
  worstAt: string;
  readonly failures: string[];
};

export function createCheck(tolerance: number): Check {
  return { tolerance, compared: 0, worst: 0, worstAt: '', failures: [] };
}

/** An expected 0 is met by anything this near to it: batch sums and running sums round differently. */
const ZERO = 1e-15;

/** Compares one number. `null` expects that nothing is known yet: the caller passes `null` for it too. */
export function near(
  check: Check,
  at: string,
  expected: number | null | undefined,
  came: number | null,
  tolerance = check.tolerance,
): void {
  check.compared++;
  if (expected === null || expected === undefined || came === null) {
    if ((expected ?? null) !== came) check.failures.push(`${at}: expected ${expected}, came ${came}`);
    return;
  }
  const difference = Math.abs(came - expected);
  const error = expected === 0 ? (difference <= ZERO ? 0 : Infinity) : difference / Math.abs(expected);
  if (!(error <= check.worst)) {
    check.worst = error;
    check.worstAt = at;
  }
  if (!(error <= tolerance)) check.failures.push(`${at}: expected ${expected}, came ${came} (${error})`);
}

const CROSSING = 1e-3;

/**
 * Compares a sum that crosses zero. Below a thousandth of the series' largest value (`scale`) the reference's own
 * rounding shows (S[99] of sigma_side.json is off by 2.4e-10 against 40 digits), so there the error is taken
 * relative to that thousandth.
 */
export function nearSigned(check: Check, at: string, expected: number, came: number, scale: number): void {
  const floor = CROSSING * scale;
  if (Math.abs(expected) >= floor) near(check, at, expected, came);
  else near(check, at, floor, floor + (came - expected));
}

/** Compares what must be the same: names, flags, counts. */
export function same<T extends string | number | boolean>(
  check: Check,
  at: string,
  expected: T,
  came: T,
): void {
  check.compared++;
  if (expected !== came) check.failures.push(`${at}: expected ${expected}, came ${came}`);
}

/** Literals of 17 digits, and what is worked out of a few of them. */
const ROUNDING = 1e-12;

/**
 * Holds a parameter that the engine has fixed against what the file states: a file that states another is of another
 * model, and no number in it can be taken as met. Objects and lists leaf by leaf, in the file's shape and names.
 */
export function fixed(check: Check, at: string, stated: unknown, engine: unknown): void {
  if (typeof engine === 'object' && engine !== null) {
    for (const [key, value] of Object.entries(engine)) {
      fixed(check, `${at}.${key}`, (stated as Record<string, unknown> | undefined)?.[key], value);
    }
    return;
  }
  check.compared++;
  const isSame =
    typeof stated === 'number' && typeof engine === 'number'
      ? Math.abs(stated - engine) <= ROUNDING * Math.abs(engine)
      : stated === engine;
  if (!isSame)
    check.failures.push(`${at}: the file states ${String(stated)}, the engine has ${String(engine)}`);
}

/** Compares a whole list, index by index. */
export function nearAll(
  check: Check,
  at: string,
  expected: readonly (number | null)[],
  came: readonly (number | null)[],
  tolerance = check.tolerance,
): void {
  same(check, `${at}.length`, expected.length, came.length);
  for (let i = 0; i < expected.length; i++)
    near(check, `${at}[${i}]`, expected[i], came[i] ?? null, tolerance);
}
