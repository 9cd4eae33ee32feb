import { IC_ROOT_KEY } from '@icp-sdk/core/agent';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../test/Fixtures.ts';
import { toHex } from './Bytes.ts';
import { ProofError } from './ProofError.ts';
import { checkRootKey, mainnetRootKey, parseRootKey } from './RootKey.ts';

describe('a root key', () => {
  it('reads the same from hexadecimal of either case, base64, and with blanks around', () => {
    const hex = toHex(ROOT.der);
    for (const text of [hex, hex.toUpperCase(), Buffer.from(ROOT.der).toString('base64'), `  ${hex}\n`]) {
      expect(parseRootKey(text)).toEqual(ROOT.der);
    }
  });

  it('of the public network is the published one, a fresh copy each time', () => {
    mainnetRootKey().fill(0);
    expect(toHex(mainnetRootKey())).toBe(IC_ROOT_KEY);
  });

  it.each([
    '',
    'zz',
    'abc',
    toHex(ROOT.der).slice(2),
    `${toHex(ROOT.der)}00`,
    `00${toHex(ROOT.der).slice(2)}`,
    '-----BEGIN',
  ])('is refused as %j', (text) => {
    expect(() => parseRootKey(text)).toThrow(
      expect.objectContaining({ name: 'ProofError', reason: 'root-key' }),
    );
  });

  it('is refused with any bit of its prefix flipped, and is copied', () => {
    for (let i = 0; i < 37; i += 1) {
      expect(() => checkRootKey(ROOT.der.map((byte, at) => (at === i ? byte ^ 4 : byte)))).toThrow(
        ProofError,
      );
    }
    expect(checkRootKey(ROOT.der)).not.toBe(ROOT.der);
  });
});
