import { parseEnv } from 'node:util';
import { CredentialError } from './CredentialError.ts';
import { Secret } from './Secret.ts';
import { readSecretFile } from './SecretFile.ts';

/** What signs requests to a venue. */
export interface Credentials {
  readonly apiKey: Secret;
  readonly secret: Secret;
  /** Asked for by some venues (OKX) beside the key; null where none was given. */
  readonly passphrase: Secret | null;
  /** Where they were found, for a person. */
  readonly source: string;
}

/** Names, in the environment and in the file. */
export const CREDENTIAL_NAMES = {
  apiKey: 'PLIMSOLL_API_KEY',
  secret: 'PLIMSOLL_API_SECRET',
  passphrase: 'PLIMSOLL_API_PASSPHRASE',
} as const;
/** Names the file. */
export const FILE_NAME = 'PLIMSOLL_CREDENTIALS';
/** Where systemd puts what `LoadCredential=plimsoll:…` names. */
const SYSTEMD_DIRECTORY = 'CREDENTIALS_DIRECTORY';
const SYSTEMD_CREDENTIAL = 'plimsoll';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The venue's credentials: from the environment, or from the file (`NAME=value` lines, mode 0600) that
 * `PLIMSOLL_CREDENTIALS` or systemd names; never from both, for then nobody could tell which were used.
 * @throws CredentialError
 */
export async function readCredentials(environment: Environment = process.env): Promise<Credentials> {
  const named = fileIn(environment);
  const inEnvironment = Object.values(CREDENTIAL_NAMES).filter((name) => isGiven(environment[name]));
  if (named === null) return credentialsOf(environment, 'the environment');
  const { path } = named;
  if (inEnvironment.length > 0) {
    throw new CredentialError(
      'both-given',
      `expected credentials in one place, got ${inEnvironment.join(' and ')} in the environment and the file ${path}. Remove one.`,
    );
  }
  return credentialsOf(parseEnv(await readSecretFile(path, named)), path);
}

/**
 * One value by name: from the variable `NAME`, or from the private file that `NAME_FILE` names. For what is not a
 * venue's key: a webhook's address, a bot's token, a password of mail.
 * @throws CredentialError
 */
export async function readSecret(name: string, environment: Environment = process.env): Promise<Secret> {
  const value = environment[name];
  const path = environment[`${name}_FILE`];
  if (isGiven(value) && isGiven(path)) {
    throw new CredentialError('both-given', `expected ${name} or ${name}_FILE, got both. Remove one.`);
  }
  if (isGiven(path)) return new Secret(name, (await readSecretFile(path)).trim());
  if (isGiven(value)) return new Secret(name, value.trim());
  throw missing(name, `the environment, nor ${name}_FILE naming a file`);
}

function fileIn(environment: Environment): { readonly path: string; readonly isFromSystemd: boolean } | null {
  const named = environment[FILE_NAME];
  if (isGiven(named)) return { path: named, isFromSystemd: false };
  const directory = environment[SYSTEMD_DIRECTORY];
  // systemd gives the directory for other credentials of the unit too; ours is used where the variables are absent.
  if (isGiven(directory) && !isGiven(environment[CREDENTIAL_NAMES.apiKey]))
    return { path: `${directory}/${SYSTEMD_CREDENTIAL}`, isFromSystemd: true };
  return null;
}

function credentialsOf(values: Environment, source: string): Credentials {
  const secretOf = (name: string): Secret => {
    const value = values[name];
    if (!isGiven(value)) throw missing(name, source);
    return new Secret(name, value.trim());
  };
  return {
    apiKey: secretOf(CREDENTIAL_NAMES.apiKey),
    secret: secretOf(CREDENTIAL_NAMES.secret),
    passphrase: isGiven(values[CREDENTIAL_NAMES.passphrase]) ? secretOf(CREDENTIAL_NAMES.passphrase) : null,
    source,
  };
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

function missing(name: string, where: string): CredentialError {
  return new CredentialError(
    'missing',
    `expected ${name}, got nothing of that name in ${where}. Set it there, or name a file of mode 0600 in ${FILE_NAME}.`,
  );
}
