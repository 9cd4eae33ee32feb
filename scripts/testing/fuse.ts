import { afterAll } from 'vitest';
import { takeBlown } from './fuse.mjs';

// A test that reaches out has failed, whatever it made of the refusal.
afterAll(() => {
  const hosts = takeBlown();
  if (hosts.length > 0) throw new Error(`this file tried to reach ${hosts.join(', ')}`);
});
