import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { checkConfig, type Config } from './Config.ts';
import { ConfigError } from './ConfigError.ts';

export const CONFIG_FILE = 'plimsoll.yaml';

/**
 * Reads a configuration; paths in it become absolute.
 * @throws ConfigError naming the place and what to write there
 */
export async function readConfig(path: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new ConfigError(
      code === 'ENOENT'
        ? `expected a configuration in ${path}, got no file. Make one with: plimsoll init`
        : `expected to read ${path}, got ${code}. Check whose file it is.`,
    );
  }
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) throw mistaken(path, (fault.message.split('\n')[0] ?? '').replace(/[:.]+$/, ''));
  const { config, faults } = checkConfig(document.toJS());
  if (config === null) throw mistaken(path, faults.join('; '));
  return { ...config, state: resolve(dirname(path), config.state) };
}

function mistaken(path: string, faults: string): ConfigError {
  return new ConfigError(
    `expected a configuration without mistakes in ${path}, got ${faults}. Each place is named; plimsoll init writes one with comments.`,
  );
}
