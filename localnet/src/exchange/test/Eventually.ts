import { expect } from 'vitest';

/** An expectation of something that comes by itself, on a busy machine later. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 15_000 });
}
