import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { NO_ARGUMENT, canister, reply, testSubnet } from '../../test/TestCanister.ts';
import { manage } from './ManagementClient.ts';
import type { ManagementMethod } from './ManagementTypes.ts';
import { ManagementError } from './Reject.ts';
import type { PrincipalBytes, Reject } from './Subnet.types.ts';

const OWNER = Uint8Array.of(1, 2, 3, 2);
const principal = (bytes: PrincipalBytes) => Principal.fromUint8Array(bytes);
const wasm = canister([{ name: 'canister_query hi', body: (indexOf) => reply(indexOf, 0, 4) }]);

const setUp = () => {
  const { subnet } = testSubnet();
  const id = subnet.createCanister({ sender: OWNER });
  subnet.installCode(id, wasm, { sender: OWNER });
  const target = { canister_id: principal(id) };
  const call = (method: ManagementMethod, argument: unknown = target) =>
    manage(subnet, method, argument, OWNER);
  const refusal = (method: ManagementMethod, argument: unknown): Reject => {
    try {
      call(method, argument);
    } catch (error) {
      if (error instanceof ManagementError) return error.reject;
      throw error;
    }
    throw new Error(`${method} was not refused`);
  };
  return { subnet, id, target, call, refusal };
};

describe('chunks', () => {
  const zipped = gzipSync(wasm);
  const upload = ({ call, target }: ReturnType<typeof setUp>) =>
    [zipped.subarray(0, 100), zipped.subarray(100)].map(
      (chunk) => call('upload_chunk', { ...target, chunk }) as { hash: Uint8Array },
    );
  const installation = (target: object, hashes: unknown, hash: Uint8Array) => ({
    ...target,
    mode: { reinstall: null },
    store_canister: [],
    chunk_hashes_list: hashes,
    wasm_module_hash: hash,
    arg: NO_ARGUMENT,
    sender_canister_version: [],
  });

  it('are put together, checked against the hash and installed', () => {
    const test = setUp();
    const hashes = upload(test);
    expect(test.call('stored_chunks')).toEqual(hashes);
    const hash = createHash('sha256').update(zipped).digest();
    test.call('install_chunked_code', installation({ target_canister: principal(test.id) }, hashes, hash));
    expect(test.subnet.canister(test.id)?.moduleHash).toEqual(new Uint8Array(hash));
    test.call('clear_chunk_store');
    expect(test.call('stored_chunks')).toEqual([]);
  });

  it('with a wrong hash, a missing chunk or too many bytes are refused', () => {
    const test = setUp();
    const hashes = upload(test);
    const target = { target_canister: principal(test.id) };
    const wrong = new Uint8Array(32);
    expect(test.refusal('install_chunked_code', installation(target, hashes, wrong)).rejectMessage).toMatch(
      /make a module with hash/,
    );
    expect(
      test.refusal('install_chunked_code', installation(target, [{ hash: wrong }], wrong)).rejectMessage,
    ).toMatch(/not in the chunk store/);
    expect(
      test.refusal('upload_chunk', { ...test.target, chunk: new Uint8Array(1024 * 1024 + 1) }).errorCode,
    ).toBe('IC0408');
  });
});
