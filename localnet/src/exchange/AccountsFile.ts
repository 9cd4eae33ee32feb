import { parseE8 } from '../market/E8.ts';
import { readText } from '../market/MarketFile.ts';
import { RecordingError } from '../market/RecordingError.ts';
import type { ApiKey } from './ApiKey.ts';
import type { AccountOptions } from './Exchange.ts';
import { LOCAL_CREDENTIALS } from './Signature.ts';

type Fields = Readonly<Record<string, unknown>>;

const EXAMPLE = '[{"equity":"5000","keys":[{"apiKey":"reader","apiSecret":"secret","mayTrade":false}]}]';
const ACCOUNT = ['equity', 'keys'];
const KEY = ['apiKey', 'apiSecret', 'mayTrade', 'mayWithdraw', 'addresses', 'expiresMs'];

/**
 * Further accounts of a JSON file: a list of `{equity, keys: [{apiKey, apiSecret, mayTrade, mayWithdraw, addresses, expiresMs}]}`,
 * equity in USDT. A key trades, does not withdraw and may be used from anywhere unless it says otherwise.
 * @throws RecordingError
 */
export function loadAccounts(path: string): AccountOptions[] {
  return parseAccounts(readText(path), path);
}

/** As `loadAccounts`, from text; `source` names it in errors. @throws RecordingError */
export function parseAccounts(text: string, source: string): AccountOptions[] {
  const refuse = (expected: string, got: unknown): never => {
    const shown = typeof got === 'string' ? `"${got}"` : (JSON.stringify(got) ?? 'nothing');
    throw new RecordingError({ source, expected, got: shown, remedy: `write it as in ${EXAMPLE}` });
  };
  const fieldsOf = (value: unknown, names: readonly string[], what: string): Fields => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(`${what} as an object`, value);
    const unknown = Object.keys(value).find((name) => !names.includes(name));
    return unknown === undefined ? { ...value } : refuse(`only ${names.join(', ')} in ${what}`, unknown);
  };
  const listOf = (value: unknown, what: string): readonly unknown[] =>
    Array.isArray(value) && value.length > 0 ? value : refuse(`${what} as a list that is not empty`, value);
  const textOf = (fields: Fields, name: string): string => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? value : refuse(`${name} as a text`, value);
  };
  const flagOf = (fields: Fields, name: string, usual: boolean): boolean => {
    const value = fields[name] ?? usual;
    return typeof value === 'boolean' ? value : refuse(`${name} as true or false`, value);
  };
  const keyOf = (value: unknown): ApiKey => {
    const fields = fieldsOf(value, KEY, 'a key');
    const { addresses, expiresMs } = fields;
    if (expiresMs !== undefined && !Number.isSafeInteger(expiresMs))
      return refuse('expiresMs as milliseconds since 1970', expiresMs);
    return {
      ...(expiresMs === undefined ? {} : { expiresMs: Number(expiresMs) }),
      apiKey: textOf(fields, 'apiKey'),
      apiSecret: textOf(fields, 'apiSecret'),
      mayTrade: flagOf(fields, 'mayTrade', true),
      mayWithdraw: flagOf(fields, 'mayWithdraw', false),
      addresses: addresses === undefined ? undefined : listOf(addresses, 'addresses').map(String),
    };
  };
  const accountOf = (value: unknown): AccountOptions => {
    const fields = fieldsOf(value, ACCOUNT, 'an account');
    const walletE8 = parseE8(String(fields['equity']));
    if (walletE8 === undefined || walletE8 <= 0n) return refuse('equity as USDT above 0', fields['equity']);
    return { walletE8, keys: listOf(fields['keys'], 'keys').map(keyOf) };
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('JSON', text.slice(0, 40));
  }
  const accounts = listOf(json, 'the accounts').map(accountOf);
  const names = [LOCAL_CREDENTIALS, ...accounts.flatMap(({ keys }) => keys)].map(({ apiKey }) => apiKey);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? accounts : refuse('every apiKey once', twice);
}
