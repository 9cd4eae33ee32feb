import type { Keys } from '../run/openAgent.ts';
import { CliError } from './CliError.ts';

const KEY = 'PLIMSOLL_API_KEY';
const SECRET = 'PLIMSOLL_API_SECRET';

/** The exchange's keys from the environment, null where there are none. @throws CliError for half of them */
export function keysOrNull(environment: NodeJS.ProcessEnv = process.env): Keys | null {
  const { [KEY]: apiKey = '', [SECRET]: secret = '' } = environment;
  if (apiKey === '' && secret === '') return null;
  if (apiKey === '' || secret === '')
    throw new CliError(`expected ${KEY} and ${SECRET} together in the environment, got one of them`);
  return { apiKey, secret };
}

/** @throws CliError when there are none */
export function keys(): Keys {
  const known = keysOrNull();
  if (known === null)
    throw new CliError(
      `expected ${KEY} and ${SECRET} in the environment, got neither; give the exchange's keys there`,
    );
  return known;
}
