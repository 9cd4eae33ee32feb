import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/Config.ts';
import { CONFIG_FILE, readConfig } from '../config/readConfig.ts';
import type { Reply } from '../control/Protocol.ts';
import { CliError } from './CliError.ts';
import { CODES } from './tellingWhy.ts';
import { printJson, printLines } from './Output.ts';

/** Options that every command of the agent has. */
export interface CommonFlags {
  readonly config: string;
  readonly json?: true;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration', CONFIG_FILE)
    .option('--json', 'one JSON object instead of text');
}

/** The configuration of a command line. @throws ConfigError */
export function configOf(flags: CommonFlags): Promise<Config> {
  return readConfig(resolve(flags.config));
}

/** Prints a value for a machine, or its text for a person. */
export function print(flags: Pick<CommonFlags, 'json'>, value: unknown, text: readonly string[]): void {
  if (flags.json === true) printJson(value);
  else printLines(text);
}

/** What the running agent answered. @throws CliError when it refused */
export function accepted(reply: Reply): Extract<Reply, { ok: true }> {
  if (reply.ok) return reply;
  throw new CliError(reply.message, CODES[reply.kind]);
}
