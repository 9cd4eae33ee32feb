/** Who has to act: the caller (`request`), nobody but time (`temporary`), or we ourselves (`internal`). */
export type Disposition = 'request' | 'temporary' | 'internal';

/** A refusal with its reason. `leaf` is the stable machine name; the message is advice for a person. */
export class EngineError extends Error {
  readonly kind: Disposition;
  readonly leaf: string;
  readonly field: string;
  readonly expected: string;
  readonly came: string;

  constructor(kind: Disposition, leaf: string, field: string, expected: string, came: number | string) {
    super(`${leaf}: ${field} must be ${expected}, but ${String(came)} came`);
    this.name = 'EngineError';
    this.kind = kind;
    this.leaf = leaf;
    this.field = field;
    this.expected = expected;
    this.came = String(came);
  }
}

/** The `request` error of a field outside its domain: the caller must send something else. */
export function outOfDomain(field: string, expected: string, came: number | string): EngineError {
  return new EngineError('request', 'out-of-domain', field, expected, came);
}

/** Refuses anything but a finite number above zero. */
export function requirePositive(field: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw outOfDomain(field, 'a finite number above 0', value);
}

/** Refuses anything but a finite number of zero or more. */
export function requireNonNegative(field: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) throw outOfDomain(field, 'a finite number of 0 or more', value);
}

/** Refuses NaN and the infinities. */
export function requireFinite(field: string, value: number): void {
  if (!(value > -Infinity && value < Infinity)) throw outOfDomain(field, 'a finite number', value);
}

/** Refuses anything but +1 (long) or -1 (short). */
export function requireSide(field: string, value: number): void {
  if (value !== 1 && value !== -1) throw outOfDomain(field, '1 (long) or -1 (short)', value);
}
