const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** A value as text that no other of its kind has. Numbers by their bits: interpreters write some of them in other digits. */
export function shown(value: unknown): string {
  if (typeof value !== 'number')
    return typeof value === 'symbol' ? 'symbol' : `${typeof value} ${textOf(value)}`;
  if (Number.isNaN(value)) return 'NaN';
  double[0] = value;
  return `${String(words[1])}:${String(words[0])}`;
}

/** Functions are written as their source, which the build changes. */
function textOf(value: unknown): string {
  return typeof value === 'function' ? '' : String(value);
}
