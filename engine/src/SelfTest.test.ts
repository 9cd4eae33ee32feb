import { describe, expect, test } from 'vitest';
import { SELF_TEST_HASHES, selfTest } from './SelfTest.ts';

describe('the self-test', () => {
  test('passes here', () => {
    expect(selfTest()).toEqual({ passed: true, failed: [] });
  });

  test.each(Object.keys(SELF_TEST_HASHES))('names %s when its results differ', (name) => {
    const expected = { ...SELF_TEST_HASHES, [name]: 1 };
    expect(selfTest(expected)).toEqual({ passed: false, failed: [name] });
  });
});
