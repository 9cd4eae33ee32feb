/*
 * A double's bits, seen through two arrays over the same memory: to QuickJS an element costs a twentieth of a DataView's
 * method. Whoever writes here reads at once.
 */
export const double = new Float64Array(1);
export const words = new Uint32Array(double.buffer);

/** Which of the words is the upper one, with the sign and the exponent, on this machine. */
double[0] = 1;
export const HIGH = words[1] === 0 ? 0 : 1;
