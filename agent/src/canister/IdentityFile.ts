import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';

export type IdentityFileLeaf =
  'missing' | 'exists' | 'permissions' | 'unreadable' | 'unwritable' | 'not-a-key';

/** A key file that cannot be used. Its message never holds any of the file's content. */
export class IdentityFileError extends Error {
  override readonly name = 'IdentityFileError';
  readonly leaf: IdentityFileLeaf;

  constructor(leaf: IdentityFileLeaf, message: string) {
    super(message);
    this.leaf = leaf;
  }
}

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * Makes an Ed25519 key and keeps it in a new file that this user alone may read: PKCS#8 in PEM, as the usual tools
 * of the network import it.
 * @throws IdentityFileError `exists` (a key is never overwritten) or `unwritable`
 */
export async function createIdentityFile(path: string): Promise<Ed25519KeyIdentity> {
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    const file = await open(path, 'wx', OWNER_ONLY);
    try {
      // The mode given to open is narrowed by the umask only, but a file system may widen it.
      await file.chmod(OWNER_ONLY);
      await file.writeFile(privateKey.export({ format: 'pem', type: 'pkcs8' }));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw codeOf(cause) === 'EEXIST'
      ? new IdentityFileError(
          'exists',
          `Expected no file at ${path}, got one. Use it, or name another: a key is never overwritten.`,
        )
      : new IdentityFileError(
          'unwritable',
          `Expected to write a key to ${path}, got ${codeOf(cause)}. Check directory and permissions.`,
        );
  }
  return identityOf(privateKey, path);
}

/**
 * Reads a key that {@link createIdentityFile} or another tool wrote as PKCS#8 PEM.
 * @throws IdentityFileError `missing`, `permissions`, `unreadable` or `not-a-key`
 */
export async function readIdentityFile(path: string): Promise<Ed25519KeyIdentity> {
  let pem: Buffer;
  try {
    const { mode } = await stat(path);
    if ((mode & OTHERS) !== 0) {
      throw new IdentityFileError(
        'permissions',
        `Expected ${path} to be readable by its owner alone (600), got ${(mode & 0o777).toString(8)}. Run: chmod 600 ${path}; if others may have read it, make a new key.`,
      );
    }
    pem = await readFile(path);
  } catch (cause) {
    if (cause instanceof IdentityFileError) throw cause;
    throw codeOf(cause) === 'ENOENT'
      ? new IdentityFileError(
          'missing',
          `Expected a key at ${path}, got no file. Create one first, or name another file.`,
        )
      : new IdentityFileError(
          'unreadable',
          `Expected to read a key from ${path}, got ${codeOf(cause)}. Check permissions.`,
        );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // The library's own message may quote the input.
    throw notAKey(path, 'something that is not an unencrypted private key in PEM');
  }
  return identityOf(key, path);
}

function identityOf(key: KeyObject, path: string): Ed25519KeyIdentity {
  const { d } = key.asymmetricKeyType === 'ed25519' ? key.export({ format: 'jwk' }) : {};
  if (d === undefined) throw notAKey(path, `a key of type ${String(key.asymmetricKeyType)}`);
  return Ed25519KeyIdentity.fromSecretKey(new Uint8Array(Buffer.from(d, 'base64url')));
}

function notAKey(path: string, came: string): IdentityFileError {
  return new IdentityFileError(
    'not-a-key',
    `Expected an Ed25519 private key in ${path}, got ${came}. Name the right file or create a new key.`,
  );
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown failure';
}
