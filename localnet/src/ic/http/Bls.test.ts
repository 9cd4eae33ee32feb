import { bls12_381 } from '@noble/curves/bls12-381';
import { describe, expect, it } from 'vitest';
import { PROBE, blsKeyFromSeed } from './Bls.ts';
import { utf8 } from './Bytes.ts';
import { subnetKeysFromSeed } from './SubnetKeys.ts';

describe('a root key', () => {
  it('signs what an independent library verifies, as it does its own', async () => {
    const { shortSignatures } = bls12_381;
    for (const seed of ['one', 'two', '']) {
      const key = await blsKeyFromSeed(utf8(seed));
      const publicKey = key.publicKeyDer.subarray(37);
      for (const text of ['', 'a', 'x'.repeat(200)]) {
        const signature = key.sign(utf8(text));
        expect(signature).toHaveLength(48);
        expect(shortSignatures.verify(signature, shortSignatures.hash(utf8(text)), publicKey)).toBe(true);
        expect(shortSignatures.verify(signature, shortSignatures.hash(utf8(`${text}!`)), publicKey)).toBe(
          false,
        );
      }
    }
  });

  it('is checked against a signature that an independent library gives too', () => {
    const { shortSignatures } = bls12_381;
    const one = new Uint8Array(32).with(31, 1);
    const signature = shortSignatures.sign(shortSignatures.hash(PROBE.message), one);
    expect(signature.toHex(true)).toBe(PROBE.signature);
  });

  it('is the same for the same seed and another for another', async () => {
    const [a, again, b] = await Promise.all(['a', 'a', 'b'].map((seed) => subnetKeysFromSeed(utf8(seed))));
    expect(again!.root.publicKeyDer).toEqual(a!.root.publicKeyDer);
    expect(again!.node.publicKeyDer).toEqual(a!.node.publicKeyDer);
    expect(b!.root.publicKeyDer).not.toEqual(a!.root.publicKeyDer);
    expect(b!.node.nodeId).not.toEqual(a!.node.nodeId);
  });

  it('has the lengths clients insist on', async () => {
    const keys = await subnetKeysFromSeed(utf8('lengths'));
    expect(keys.root.publicKeyDer).toHaveLength(133);
    expect(keys.node.publicKeyDer).toHaveLength(44);
    expect(keys.subnetId).toHaveLength(29);
    expect(keys.node.nodeId).toHaveLength(29);
  });
});
