import { requestIdOf } from '@dfinity/agent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpError } from './HttpError.ts';
import { hashOfMap } from './RequestId.ts';

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 40 }),
  fc.nat(),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const key = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).filter((name) => name !== '__proto__');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('the representation-independent hash', () => {
  it('is the one clients compute, for any nesting of maps, arrays, text, bytes and naturals', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true }), (map) => {
        expect(Uint8Array.from(hashOfMap(Object.entries(map)))).toEqual(Uint8Array.from(requestIdOf(map)));
      }),
    );
  });

  it('is the published one for the example of the interface specification', () => {
    const example = {
      request_type: 'call',
      canister_id: Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 0xd2),
      method_name: 'hello',
      arg: new Uint8Array(Buffer.from('4449444c00fd2a', 'hex')),
    };
    expect(Buffer.from(hashOfMap(Object.entries(example))).toString('hex')).toBe(
      '8781291c347db32a9d8c10eb62b710fce5a93be676474c42babc74c51858f94b',
    );
  });

  it.each([null, true, -1, 0.5, undefined])('is refused for a field of value %s', (odd) => {
    expect(() => hashOfMap([['field', odd]])).toThrow(HttpError);
  });
});
