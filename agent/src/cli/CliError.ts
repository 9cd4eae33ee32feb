import { EXIT, type ExitCode } from './ExitCode.ts';

/** Ends a command with one line for the person and a code for the shell. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.request) {
    super(message);
    this.exitCode = exitCode;
  }
}
