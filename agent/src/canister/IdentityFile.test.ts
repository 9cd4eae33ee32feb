import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIdentityFile, IdentityFileError, readIdentityFile } from './IdentityFile.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'identity-'));
  path = join(directory, 'agent.pem');
});
afterEach(() => rm(directory, { recursive: true }));

it('a created key is readable by its owner alone and reads back as the same identity that signs', async () => {
  const created = await createIdentityFile(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const read = await readIdentityFile(path);
  expect(read.getPrincipal().toText()).toBe(created.getPrincipal().toText());
  const message = Uint8Array.of(1, 2, 3);
  expect(await read.sign(message)).toEqual(await created.sign(message));
});

it('two created keys differ', async () => {
  const one = await createIdentityFile(path);
  const other = await createIdentityFile(`${path}2`);
  expect(one.getPrincipal().toText()).not.toBe(other.getPrincipal().toText());
});

it('a key is never overwritten', async () => {
  await createIdentityFile(path);
  const before = await readFile(path);
  await expect(createIdentityFile(path)).rejects.toMatchObject({ leaf: 'exists' });
  expect(await readFile(path)).toEqual(before);
});

it.each([0o640, 0o604, 0o660, 0o700 | 0o010])('permissions %o are refused', async (mode) => {
  await createIdentityFile(path);
  await chmod(path, mode);
  await expect(readIdentityFile(path)).rejects.toMatchObject({ leaf: 'permissions' });
});

it('what is missing, no key, or a key of another kind is told apart, and none of it is quoted', async () => {
  await expect(readIdentityFile(path)).rejects.toMatchObject({ leaf: 'missing' });
  await expect(createIdentityFile(join(directory, 'no', 'such'))).rejects.toMatchObject({
    leaf: 'unwritable',
  });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'pem',
    type: 'pkcs8',
  });
  for (const content of [
    '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n',
    'secret',
    String(other),
  ]) {
    await writeFile(path, content, { mode: 0o600 });
    const error: unknown = await readIdentityFile(path).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(IdentityFileError);
    expect(error).toMatchObject({ leaf: 'not-a-key' });
    expect(String(error)).not.toContain(content.split('\n')[1] ?? content);
    expect((error as Error).cause).toBeUndefined();
  }
});
