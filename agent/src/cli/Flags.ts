import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CanisterError } from '../canister/CanisterError.ts';
import { IdentityFileError } from '../canister/IdentityFile.ts';
import type { Config } from '../config/Config.ts';
import { CONFIG_FILE, readConfig } from '../config/readConfig.ts';
import type { Reply } from '../control/Protocol.ts';
import { JournalError } from '../journal/JournalError.ts';
import { VenueError } from '../venue/VenueError.ts';
import { FetchError } from '@plimsoll/proof';
import { CliError } from './CliError.ts';
import { printJson, printLines } from './Output.ts';
import { EXIT, type ExitCode } from './ExitCode.ts';

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

const CODES = { request: EXIT.request, temporary: EXIT.temporary, internal: EXIT.internal } as const;

/** Runs a command; what a person or the weather did wrong costs one line and a code, never a stack trace. */
export async function tellingWhy(work: () => Promise<ExitCode | undefined>): Promise<void> {
  let code: ExitCode | undefined;
  try {
    code = await work();
  } catch (error) {
    if (error instanceof VenueError || error instanceof CanisterError)
      throw new CliError(error.message, CODES[error.kind]);
    if (error instanceof IdentityFileError) throw new CliError(error.message);
    if (error instanceof JournalError) throw new CliError(error.message, EXIT.temporary);
    if (error instanceof FetchError) throw new CliError(error.message, EXIT.temporary);
    throw error;
  }
  if (code !== undefined && code !== EXIT.ok) throw new CliError('', code);
}

/** What the running agent answered. @throws CliError when it refused */
export function accepted(reply: Reply): Extract<Reply, { ok: true }> {
  if (reply.ok) return reply;
  throw new CliError(reply.message, CODES[reply.kind]);
}
