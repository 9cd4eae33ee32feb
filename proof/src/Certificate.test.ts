import { IC_ROOT_KEY } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { decode, encode } from 'cborg';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CANISTER, receiptOf, ROOT } from '../test/Fixtures.ts';
import { join, pruned, selfDescribed, type Tree } from '../test/MiniIc.ts';
import { fromHex } from './Bytes.ts';
import { readCertificateForm, verifyCertificate } from './Certificate.ts';
import { parseRootKey } from './RootKey.ts';

/**
 * Certificates of the public network that the library ships for its own tests: the ground truth for what is genuine.
 * Read as text, for the module that holds them also declares a test.
 */
const agentModule = fileURLToPath(import.meta.resolve('@icp-sdk/core/agent'));
const goldenFile = agentModule.replace(/index\.js$/, 'agent/http/__certificates__/goldenCertificates.js');
const golden = new Map(
  [...readFileSync(goldenFile, 'utf8').matchAll(/(\w+):\s*[`']([0-9a-f]+)[`']/g)].map(([, name, hex]) => [
    name,
    fromHex(hex ?? '')!,
  ]),
);

const GENUINE = receiptOf().certificate;
const content = decode(GENUINE.subarray(3)) as { tree: Tree; signature: Uint8Array };

describe('certificates of the public network', () => {
  it.each([...golden])('the strict form reads %s', (_, certificate) => {
    const { timeNs } = readCertificateForm(certificate);
    expect(timeNs).toBeGreaterThan(1_600_000_000_000_000_000n);
  });

  it.each([
    ['mainnetApplicationLegacy', 'fs35c-jyaaa-aaaab-qaaaa-cai'],
    ['mainnetSystem', 'ryjl3-tyaaa-aaaaa-aaaba-cai'],
  ] as const)(
    '%s verifies under the published root key for a canister of its ranges',
    async (name, canister) => {
      const rootKey = parseRootKey(IC_ROOT_KEY);
      const certificate = golden.get(name)!;
      await expect(
        verifyCertificate(certificate, rootKey, Principal.fromText(canister)),
      ).resolves.toBeDefined();
    },
  );

  it.each([
    [
      'mainnetApplicationLegacy',
      'a canister outside the ranges of its delegation',
      'ryjl3-tyaaa-aaaaa-aaaba-cai',
    ],
    ['mainnetApplication', 'any canister, its delegation showing no ranges', 'uc7f6-kaaaa-aaaaq-qaaaa-cai'],
  ] as const)('%s is refused for %s', async (name, _, canister) => {
    const check = verifyCertificate(
      golden.get(name)!,
      parseRootKey(IC_ROOT_KEY),
      Principal.fromText(canister),
    );
    await expect(check).rejects.toMatchObject({ reason: 'wrong-canister' });
  });
});

describe('a certificate in another form than the one there is', () => {
  const refused = (certificate: Uint8Array) =>
    expect(verifyCertificate(certificate, ROOT.der, CANISTER)).rejects.toMatchObject({ reason: 'malformed' });

  it('is the same certificate when rebuilt, so that the refusals below have their one cause', async () => {
    await expect(verifyCertificate(selfDescribed(content), ROOT.der, CANISTER)).resolves.toBeDefined();
  });

  it('is refused without the tag, or with another', async () => {
    const wrongTag = join(Uint8Array.of(0xd9, 0xd9, 0xf6), GENUINE.subarray(3));
    expect(() => readCertificateForm(wrongTag)).toThrow(/tag 55799/);
    await refused(GENUINE.subarray(3));
    await refused(wrongTag);
  });

  it('is refused with an integer not in its shortest form, though its value is the same', async () => {
    const body = GENUINE.subarray(3);
    // The tree is the first value: a2 64 't' 'r' 'e' 'e' 83 01 …; 01 becomes 18 01.
    expect([...body.subarray(5, 8)]).toEqual([0x65, 0x83, 0x01]);
    await refused(join(GENUINE.subarray(0, 10), Uint8Array.of(0x18, 0x01), body.subarray(8)));
  });

  it('is refused with a field more, a field twice, or a delegation that is none', async () => {
    await refused(selfDescribed({ ...content, extra: 1 }));
    await refused(selfDescribed({ ...content, delegation: undefined }));
    await refused(selfDescribed({ ...content, delegation: { subnet_id: new Uint8Array(29) } }));
    const signature = encode({ signature: content.signature }).subarray(1);
    await refused(join(Uint8Array.of(0xd9, 0xd9, 0xf7, 0xa3), GENUINE.subarray(4), signature));
  });

  it('is refused with trailing bytes', () => refused(join(GENUINE, Uint8Array.of(0))));

  it('is refused with a signature or a pruned hash of another length', async () => {
    await refused(selfDescribed({ ...content, signature: content.signature.subarray(1) }));
    await refused(selfDescribed({ ...content, tree: [1, content.tree, [4, new Uint8Array(31)]] }));
  });

  it('is refused with a node that is none, or deeper than any state tree', async () => {
    for (const node of [
      [5],
      [0, 0],
      [1, [0]],
      [2, 'label', [0]],
      [3],
      [3, 'text'],
      ['3', new Uint8Array()],
      {},
      null,
    ]) {
      await refused(selfDescribed({ ...content, tree: [1, content.tree, node] }));
    }
    const deep = Array.from({ length: 200 }).reduce<unknown>((tree) => [1, tree, [0]], content.tree);
    await refused(selfDescribed({ ...content, tree: deep }));
  });

  it('still verifies when a part that does not matter is pruned, for pruning keeps the hash', async () => {
    const [kind, left, right] = content.tree;
    if (kind !== 1 || left[0] !== 1 || right === undefined) throw new Error('Expected two forks at the top');
    const tree: Tree = [1, [1, pruned(left[1]), left[2]], right];
    await expect(
      verifyCertificate(selfDescribed({ ...content, tree }), ROOT.der, CANISTER),
    ).resolves.toBeDefined();
  });
});
