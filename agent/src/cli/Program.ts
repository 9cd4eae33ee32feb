import { Command, CommanderError } from 'commander';
import agentPackage from '../../package.json' with { type: 'json' };
import { complaintOf } from './Complaint.ts';
import { EXIT, type ExitCode } from './ExitCode.ts';

/** A file of `commands/`. */
export interface CommandModule {
  readonly register: (program: Command) => void;
}

/**
 * Runs one command line and says what the process should exit with. A person's mistake costs them one line, or with
 * `--json` one JSON object on standard error, and never a stack trace.
 * @param args without the program's own name
 */
export async function runProgram(
  commands: readonly CommandModule[],
  args: readonly string[],
): Promise<ExitCode> {
  const isJson = args.includes('--json');
  const program = new Command('plimsoll')
    .description(
      'Leverage, size and every exit for ICP perpetuals: decided by rules in a canister, certified, verified, carried out.',
    )
    .version(agentPackage.version)
    .exitOverride()
    .showHelpAfterError('(plimsoll --help lists the commands)');
  // What a command line lacks is told below, as everything else is.
  if (isJson) program.configureOutput({ writeErr: () => undefined });
  for (const command of commands) command.register(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    const complaint = complaintOf(error);
    if (complaint === null) return EXIT.ok;
    const { message, exitCode } = complaint;
    // A command that has said everything already ends with its code alone.
    if (message === '') return exitCode;
    if (isJson) process.stderr.write(`${JSON.stringify({ error: complaint }, null, 2)}\n`);
    // Of a command line that it could not read, commander has told the person already.
    else if (!(error instanceof CommanderError)) process.stderr.write(`plimsoll: ${message}\n`);
    return exitCode;
  }
}
