import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { CredentialError } from './CredentialError.ts';

const MAX_BYTES = 65_536;
const OTHERS = 0o077;
/** systemd shows the service's own right to read, an entry of an access list, as the group's. */
const OTHERS_OF_SYSTEMD = 0o037;
const ROOT = 0;

export interface SecretFileOptions {
  /** The file lies where systemd put it for this service alone: then root may own it. */
  readonly isFromSystemd: boolean;
}

/**
 * Text of a file that nobody but this user can read. The permissions are those of the very file that is read: it is
 * opened first.
 * @throws CredentialError `unreadable`, `open-to-others`, `foreign-owner` or `malformed`
 */
export async function readSecretFile(
  path: string,
  options: SecretFileOptions = { isFromSystemd: false },
): Promise<string> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK a pipe put in its place would hold the agent for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new CredentialError(
      'unreadable',
      `expected a file of credentials at ${path}, got ${codeOf(cause)}. Make it with: install -m 600 /dev/null ${path}`,
    );
  }
  try {
    await refuseExposed(file, path, options);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
    if (bytesRead > MAX_BYTES) {
      throw new CredentialError(
        'malformed',
        `expected at most ${String(MAX_BYTES)} bytes in ${path}, got more. Is it the right file?`,
      );
    }
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function refuseExposed(
  file: FileHandle,
  path: string,
  { isFromSystemd }: SecretFileOptions,
): Promise<void> {
  const facts = await file.stat();
  if (!facts.isFile()) {
    throw new CredentialError(
      'unreadable',
      `expected a plain file at ${path}, got something else. Give the file itself.`,
    );
  }
  const user = process.getuid?.();
  const isOurs = facts.uid === user || (isFromSystemd && facts.uid === ROOT);
  if (user !== undefined && !isOurs) {
    throw new CredentialError(
      'foreign-owner',
      `expected ${path} to belong to this user (${String(user)}), got user ${String(facts.uid)}. Whoever owns it can change it: chown it.`,
    );
  }
  if ((facts.mode & (isFromSystemd ? OTHERS_OF_SYSTEMD : OTHERS)) !== 0) {
    throw new CredentialError(
      'open-to-others',
      `expected ${path} to be readable by its owner alone (0600), got ${(facts.mode & 0o777).toString(8).padStart(4, '0')}. Run: chmod 600 ${path}; if it was ever shared, make new keys.`,
    );
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error';
}
