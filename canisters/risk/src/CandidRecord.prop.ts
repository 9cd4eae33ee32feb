import { IDL } from '@dfinity/candid';
import { EngineError } from '@plimsoll/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOMBS } from '../test/support/CandidBombs.ts';
import { decodeRecordArgument, fieldHash, type Value } from './CandidRecord.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const plain = (value: Value): unknown => (value instanceof Uint8Array ? [...value] : value);

describe('a record in Candid', () => {
  it('is read as the client’s library wrote it', () => {
    const shape = IDL.Record({
      text: IDL.Text,
      small: IDL.Nat16,
      wide: IDL.Opt(IDL.Nat64),
      blobs: IDL.Vec(IDL.Vec(IDL.Nat8)),
      pairs: IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text)),
      kind: IDL.Opt(IDL.Variant({ open: IDL.Null, closed: IDL.Null })),
    });
    const blob = fc.uint8Array({ maxLength: 40 });
    const records = fc.record({
      text: fc.string(),
      small: fc.nat({ max: 65_535 }),
      wide: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      blobs: fc.array(blob, { maxLength: 5 }),
      pairs: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 }),
      kind: fc.option(fc.constantFrom('open', 'closed')),
    });
    fc.assert(
      fc.property(records, ({ text, small, wide, blobs, pairs, kind }) => {
        const sent = {
          text,
          small,
          wide: wide === null ? [] : [wide],
          blobs,
          pairs,
          kind: kind === null ? [] : [{ [kind]: null }],
        };
        const fields = decodeRecordArgument(IDL.encode([shape], [sent]));
        const field = (name: string): Value => fields.get(fieldHash(name))!;
        expect(plain(field('text'))).toEqual([...utf8(text)]);
        expect(plain(field('small'))).toEqual([small & 255, small >> 8]);
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(wide ?? 0n);
        expect(plain(field('wide'))).toEqual(wide === null ? null : [...bytes]);
        expect((field('blobs') as readonly Value[]).map(plain)).toEqual(blobs.map((one) => [...one]));
        const held = field('pairs') as readonly ReadonlyMap<number, Value>[];
        expect(held.map((pair) => [plain(pair.get(0)!), plain(pair.get(1)!)])).toEqual(
          pairs.map((pair) => pair.map((one) => [...utf8(one)])),
        );
        const chosen = field('kind');
        expect(chosen).toEqual(kind === null ? null : new Map([[fieldHash(kind), null]]));
      }),
    );
  });

  it.each(Object.keys(BOMBS))('is refused at once where it is none, or none that ends: %s', (name) => {
    expect(() => decodeRecordArgument(BOMBS[name]!)).toThrow(EngineError);
  });
});
