import { expect, test } from 'vitest';
import { fail, failNow, ok, warn } from './Finding.ts';
import { verdictOf } from './verdictOf.ts';

test('what passed, or only asks for a look, keeps nobody from starting', () => {
  expect(verdictOf([ok('venue', ''), warn('cycles', '', '')])).toMatchObject({ failed: null });
});

test('what an exit needs is told apart from what entries alone need, and what may pass from what may not', () => {
  const silent = failNow('canister', 'no answer', '');
  const revoked = fail('grant', 'revoked', '');
  const key = fail('keys', 'may withdraw', '');
  expect(verdictOf([ok('venue', ''), silent])).toEqual({
    failed: 'canister: no answer',
    mayPass: true,
    isForEntries: true,
  });
  expect(verdictOf([silent, revoked])).toEqual({
    failed: 'canister: no answer and 1 more',
    mayPass: false,
    isForEntries: true,
  });
  expect(verdictOf([silent, key])).toMatchObject({ mayPass: false, isForEntries: false });
  for (const name of ['engine', 'disk', 'identity', 'root key', 'venue', 'adapter', 'keys', 'position'])
    expect(verdictOf([failNow(name, '', '')]).isForEntries).toBe(false);
});
