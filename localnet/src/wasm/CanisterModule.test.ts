import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { assemble, code, op } from '../../test/Assembler.ts';
import { prepareModule } from './CanisterModule.ts';
import { readSections, writeSections } from './Sections.ts';
import { WasmError } from './WasmError.ts';

const utf8 = new TextEncoder();
const plain = assemble({
  functions: [{ name: 'canister_query greet', body: [] }],
  custom: [
    { name: 'icp:public candid:service', content: utf8.encode('service : {}') },
    { name: 'icp:private notes', content: utf8.encode('mine') },
    { name: 'name', content: Uint8Array.of(0) },
  ],
});

describe('a canister module', () => {
  it('carries its public and private metadata and no other custom section', () => {
    const { metadata } = prepareModule(plain);
    expect([...metadata.keys()]).toEqual(['candid:service', 'notes']);
    expect(metadata.get('candid:service')).toEqual({ isPublic: true, content: utf8.encode('service : {}') });
    expect(metadata.get('notes')?.isPublic).toBe(false);
  });

  it('may be gzipped; the hash is of the bytes as uploaded', () => {
    const zipped = gzipSync(plain);
    const module = prepareModule(zipped);
    expect([...module.functions]).toEqual(['canister_query greet']);
    expect(Buffer.from(module.hash)).toEqual(createHash('sha256').update(zipped).digest());
    expect(module.hash).not.toEqual(prepareModule(plain).hash);
  });

  it('is prepared once per hash', () => {
    expect(prepareModule(plain)).toBe(prepareModule(plain.slice()));
  });

  it.each([
    ['bytes that are no module', utf8.encode('hello, world'), /expected a WebAssembly module/],
    ['a broken gzip', Uint8Array.of(0x1f, 0x8b, 1, 2, 3), /gzip cannot be unpacked/],
    ['a module cut short', plain.subarray(0, 20), /ends early/],
    [
      'a body that does not type',
      assemble({ functions: [{ name: 'f', body: op.i32Add }] }),
      /does not validate/,
    ],
    [
      'an unknown instruction',
      assemble({ functions: [{ name: 'f', body: [0xfb, 1] }] }),
      /0xfb .* not supported/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => prepareModule(bytes)).toThrow(WasmError);
    expect(() => prepareModule(bytes)).toThrow(message);
  });

  it('refuses imports that are not of ic0', () => {
    const bytes = assemble({ imports: [{ name: 'time', results: ['i64'] }], functions: [] });
    const at = Buffer.from(bytes).indexOf('ic0');
    bytes.set(utf8.encode('env'), at);
    expect(() => prepareModule(bytes)).toThrow(/env\.time is not a function of ic0/);
  });

  it('refuses a 64-bit memory and says what to do', () => {
    const { known } = readSections(assemble({ functions: [], memoryPages: 1 }));
    const wide = new Map(known).set(5, Uint8Array.of(1, 4, 1));
    expect(() => prepareModule(writeSections(wide))).toThrow(/64-bit .* classic persistence/);
  });

  it('refuses relaxed vector instructions, whose results differ between machines', () => {
    const body = code([0xfd, 0x80, 0x02], op.drop);
    expect(() => prepareModule(assemble({ functions: [{ name: 'f', body }] }))).toThrow(/not deterministic/);
  });
});
