/**
 * Stable memory holds what this code cannot read: another version, or damage. Nothing sensible can be answered, so it
 * ends in a trap that names the value.
 */
export class StoreError extends Error {
  constructor(value: string, expected: string, came: string) {
    super(`stable memory: ${value} must be ${expected}, but ${came} came; install a module that reads it`);
    this.name = 'StoreError';
  }
}
