/**
 * The engine's checks of its numbers, as conditions. A call costs the interpreter as much as ten of them.
 *
 * @type {Readonly<Record<string, (value: string) => string>>}
 */
const CHECKS = {
  requirePositive: (value) => `${value} > 0 && ${value} < Infinity`,
  requireNonNegative: (value) => `${value} >= 0 && ${value} < Infinity`,
  requireFinite: (value) => `${value} - ${value} === 0`,
  requireSide: (value) => `${value} === 1 || ${value} === -1`,
};
const CHECK = /^ *(require\w+)\('[^']*', ([\w.]+)\);$/gm;

/**
 * Calls the engine's checks only where they would refuse: what they ask is asked on the spot.
 *
 * @param {string} source TypeScript, a statement a line
 */
export function checkedOnTheSpot(source) {
  return source.replace(CHECK, (statement, name, value) => {
    const isGood = CHECKS[name];
    return isGood === undefined ? statement : `if (!(${isGood(value)})) ${statement.trimStart()}`;
  });
}
