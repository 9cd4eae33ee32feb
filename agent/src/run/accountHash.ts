import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The venue's account behind a salt of our own: the canister can tell accounts apart and name none. */
export async function accountHashOf(stateDir: string, account: string): Promise<Uint8Array> {
  const path = join(stateDir, 'account.salt');
  if (!existsSync(path)) await writeFile(path, randomBytes(32), { mode: 0o600 });
  const salt = await readFile(path);
  return Uint8Array.from(createHash('sha256').update(salt).update(account).digest());
}
