import { Command, CommanderError } from 'commander';
import agentPackage from '../../package.json' with { type: 'json' };
import { ConfigError } from '../config/ConfigError.ts';
import { CredentialError } from '../credentials/CredentialError.ts';
import { redact } from '../credentials/Redaction.ts';
import { CliError } from './CliError.ts';
import { EXIT, type ExitCode } from './ExitCode.ts';

/** A file of `commands/`. */
export interface CommandModule {
  readonly register: (program: Command) => void;
}

/**
 * Runs one command line and says what the process should exit with. A person's mistake costs them one line, never a
 * stack trace.
 * @param args without the program's own name
 */
export async function runProgram(
  commands: readonly CommandModule[],
  args: readonly string[],
): Promise<ExitCode> {
  const program = new Command('plimsoll')
    .description(
      'Leverage, size and every exit for ICP perpetuals: decided by rules in a canister, certified, verified, carried out.',
    )
    .version(agentPackage.version)
    .exitOverride()
    .showHelpAfterError('(plimsoll --help lists the commands)');
  for (const command of commands) command.register(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has already told the person what it expected.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.request;
    const message = redact(error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
    if (error instanceof ConfigError || error instanceof CredentialError) {
      process.stderr.write(`plimsoll: ${message}\n`);
      return EXIT.request;
    }
    if (error instanceof CliError) {
      // A command that has said everything already ends with its code alone.
      if (message !== '') process.stderr.write(`plimsoll: ${message}\n`);
      return error.exitCode;
    }
    process.stderr.write(`plimsoll: internal error, please report it: ${message}\n`);
    return EXIT.internal;
  }
}
