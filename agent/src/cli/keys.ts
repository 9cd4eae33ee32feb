import { readCredentials } from '../credentials/Credentials.ts';
import { CredentialError } from '../credentials/CredentialError.ts';
import type { Keys } from '../run/openVenue.ts';

/** The exchange's keys. @throws CredentialError */
export async function keysOf(): Promise<Keys> {
  const { apiKey, secret, passphrase } = await readCredentials();
  return { apiKey: apiKey.reveal(), secret: secret.reveal(), passphrase: passphrase?.reveal() ?? null };
}

/** As {@link keysOf}, null where none are given. @throws CredentialError for keys that are given and cannot be used */
export async function keysOrNull(): Promise<Keys | null> {
  try {
    return await keysOf();
  } catch (error) {
    if (error instanceof CredentialError && error.leaf === 'missing') return null;
    throw error;
  }
}
