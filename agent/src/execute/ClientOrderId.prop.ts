import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROLES } from '../journal/Rows.ts';
import { clientOrderIdOf, parseClientOrderId } from './ClientOrderId.ts';

const name = fc.record({
  planId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  role: fc.constantFrom(...ROLES),
  version: fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 0xffff_ffff })),
});

test('an id fits the venue’s rules and says its role and version', () => {
  fc.assert(
    fc.property(name, (given) => {
      const id = clientOrderIdOf(given);
      expect(id).toMatch(/^[.A-Z:/a-z0-9_-]{1,36}$/);
      expect(parseClientOrderId(id)).toEqual({ role: given.role, version: given.version });
    }),
  );
});

test('the same name has the same id, another name another', () => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      const isSame = Buffer.compare(a.planId, b.planId) === 0 && a.role === b.role && a.version === b.version;
      expect(clientOrderIdOf(a) === clientOrderIdOf(b)).toBe(isSame);
      expect(clientOrderIdOf({ ...a, planId: Uint8Array.from(a.planId) })).toBe(clientOrderIdOf(a));
    }),
  );
});

test('an id of somebody else, or a version that is no count, is not taken', () => {
  for (const id of [
    '',
    'by-hand',
    'x-xcKtGhcu123',
    'autoclose-123',
    'plm-sl-1-xyz',
    'plm-no-1-00000000000000000000',
  ]) {
    expect(parseClientOrderId(id)).toBeNull();
  }
  for (const version of [-1, 1.5, Number.NaN, 2 ** 32]) {
    expect(() => clientOrderIdOf({ planId: new Uint8Array(16), role: 'stop', version })).toThrow(RangeError);
  }
});
