/*
 * A double's bits, seen through two arrays over the same memory: to QuickJS an element costs a twentieth of a DataView's
 * method.
 */
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** Which of the words is the upper one, with the sign and the exponent, on this machine. */
double[0] = 1;
const HIGH = words[1] === 0 ? 0 : 1;

/** The upper word of a double: sign, exponent and the first 20 bits of the mantissa. */
export function highWordOf(x: number): number {
  double[0] = x;
  return words[HIGH]!;
}

/** A double with another upper word. */
export function withHighWord(x: number, word: number): number {
  double[0] = x;
  words[HIGH] = word;
  return double[0];
}
