import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCredentials, readSecret } from './Credentials.ts';
import { redact } from './Redaction.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-credentials-'));
  path = join(folder, 'keys');
  await writeFile(
    path,
    '# of the trading account\nPLIMSOLL_API_KEY=key-in-file\nPLIMSOLL_API_SECRET="secret-in-file"\n',
    {
      mode: 0o600,
    },
  );
});

afterEach(() => rm(folder, { recursive: true }));

const IN_ENVIRONMENT = {
  PLIMSOLL_API_KEY: 'key-in-environment',
  PLIMSOLL_API_SECRET: 'secret-in-environment',
};

test('the environment gives credentials, and they are redacted from then on', async () => {
  const { apiKey, secret, passphrase, source } = await readCredentials(IN_ENVIRONMENT);
  expect([apiKey.reveal(), secret.reveal(), passphrase]).toEqual([
    'key-in-environment',
    'secret-in-environment',
    null,
  ]);
  expect(source).toBe('the environment');
  expect(redact('sent key-in-environment')).toBe('sent [redacted]');
});

test('a private file gives them too, named by hand or by systemd', async () => {
  const byHand = await readCredentials({ PLIMSOLL_CREDENTIALS: path });
  expect([byHand.apiKey.reveal(), byHand.secret.reveal(), byHand.source]).toEqual([
    'key-in-file',
    'secret-in-file',
    path,
  ]);
  await symlink(path, join(folder, 'plimsoll'));
  expect((await readCredentials({ CREDENTIALS_DIRECTORY: folder })).apiKey.reveal()).toBe('key-in-file');
});

test('a file that others may read, or write, is refused and says how to close it', async () => {
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o666, 0o777]) {
    await chmod(path, mode);
    await expect(readCredentials({ PLIMSOLL_CREDENTIALS: path })).rejects.toMatchObject({
      leaf: 'open-to-others',
      message: expect.stringContaining(`chmod 600 ${path}`) as string,
    });
  }
  await chmod(path, 0o400);
  await expect(readCredentials({ PLIMSOLL_CREDENTIALS: path })).resolves.toBeDefined();
});

test('what systemd put there for this service may show the group’s right to read, and no more', async () => {
  await symlink(path, join(folder, 'plimsoll'));
  await chmod(path, 0o440);
  await expect(readCredentials({ CREDENTIALS_DIRECTORY: folder })).resolves.toBeDefined();
  for (const mode of [0o444, 0o460, 0o450]) {
    await chmod(path, mode);
    await expect(readCredentials({ CREDENTIALS_DIRECTORY: folder })).rejects.toMatchObject({
      leaf: 'open-to-others',
    });
  }
});

test.runIf(process.getuid?.() === 0)('a file of another user is refused', async () => {
  const { chown } = await import('node:fs/promises');
  await chown(path, 12_345, 12_345);
  await expect(readCredentials({ PLIMSOLL_CREDENTIALS: path })).rejects.toMatchObject({
    leaf: 'foreign-owner',
  });
});

test('two places at once, nothing, a folder and a file too large are refused without a value in the message', async () => {
  const attempts = [
    { ...IN_ENVIRONMENT, PLIMSOLL_CREDENTIALS: path },
    {},
    { PLIMSOLL_API_KEY: 'key-in-environment' },
    { PLIMSOLL_CREDENTIALS: folder },
    { PLIMSOLL_CREDENTIALS: join(folder, 'absent') },
    { PLIMSOLL_API_KEY: 'tiny', PLIMSOLL_API_SECRET: 'secret-in-environment' },
    { PLIMSOLL_API_KEY: 'with a blank', PLIMSOLL_API_SECRET: 'secret-in-environment' },
  ];
  const leaves: string[] = [];
  for (const environment of attempts) {
    const error = (await readCredentials(environment).catch((e: unknown) => e)) as Error & { leaf: string };
    leaves.push(error.leaf);
    expect(error.message).not.toMatch(/key-in|secret-in|tiny|with a blank/);
  }
  expect(leaves).toEqual([
    'both-given',
    'missing',
    'missing',
    'unreadable',
    'unreadable',
    'too-short',
    'malformed',
  ]);
  await writeFile(path, 'x'.repeat(70_000));
  await expect(readCredentials({ PLIMSOLL_CREDENTIALS: path })).rejects.toMatchObject({ leaf: 'malformed' });
});

test('any other secret comes from its variable or from the file beside it', async () => {
  await writeFile(path, 'token-of-the-bot\n', { mode: 0o600 });
  expect((await readSecret('BOT', { BOT: 'token-in-variable' })).reveal()).toBe('token-in-variable');
  expect((await readSecret('BOT', { BOT_FILE: path })).reveal()).toBe('token-of-the-bot');
  await expect(readSecret('BOT', { BOT: 'token-in-variable', BOT_FILE: path })).rejects.toMatchObject({
    leaf: 'both-given',
  });
  await expect(readSecret('BOT', {})).rejects.toMatchObject({ leaf: 'missing' });
});
