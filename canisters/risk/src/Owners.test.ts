import { expect, it, vi } from 'vitest';
import { freeSlot, MAX_OWNERS } from './Owners.ts';

const store = vi.hoisted(() => ({ owners: 0 }));
vi.mock('./Memory.ts', () => ({ MEMORY: {}, stableMap: () => ({ len: () => store.owners }) }));

it('slots are given in turn to a hundred thousand owners, and to no more', () => {
  expect(MAX_OWNERS).toBe(100_000);
  expect(freeSlot()).toBe(0);
  store.owners = MAX_OWNERS - 1;
  expect(freeSlot()).toBe(MAX_OWNERS - 1);
  store.owners = MAX_OWNERS;
  expect(freeSlot).toThrow(expect.objectContaining({ kind: 'temporary', leaf: 'full' }));
});
