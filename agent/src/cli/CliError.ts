import { EXIT, type ExitCode } from './ExitCode.ts';

/** What a person is told of a mistake. */
export interface Mistake {
  readonly expected: string;
  readonly got: string;
  /** What to do; empty where nothing can be. */
  readonly advice: string;
}

/** Ends a command with one line for the person, or one JSON object for a program, and a code for the shell. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  /** Null for a message that is not of this form. */
  readonly mistake: Mistake | null;

  /** @param what empty for a command that has said everything already */
  constructor(what: string | Mistake, exitCode: ExitCode = EXIT.request) {
    super(typeof what === 'string' ? what : sentenceOf(what));
    this.exitCode = exitCode;
    this.mistake = typeof what === 'string' ? null : what;
  }
}

function sentenceOf({ expected, got, advice }: Mistake): string {
  return `expected ${expected}, got ${got}${advice === '' ? '' : `: ${advice}`}`;
}
