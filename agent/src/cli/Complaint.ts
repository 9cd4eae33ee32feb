import { CommanderError } from 'commander';
import { ConfigError } from '../config/ConfigError.ts';
import { CredentialError } from '../credentials/CredentialError.ts';
import { redact } from '../credentials/Redaction.ts';
import { CliError, type Mistake } from './CliError.ts';
import { EXIT, type ExitCode } from './ExitCode.ts';

/** A command that failed, as a program reads it under `--json`: on standard error, as `{"error": …}`. */
export interface Complaint {
  /** Who has to act, or what was found: the name of the exit code. */
  readonly kind: keyof typeof EXIT;
  readonly exitCode: ExitCode;
  /** The line that a person reads; empty where the answer itself said everything. */
  readonly message: string;
  /** The parts of that line, null where it has none. */
  readonly expected: string | null;
  readonly got: string | null;
  readonly advice: string | null;
}

/** Errors below the commands say it in one sentence and the advice in the next. */
const IN_SENTENCES = /[Ee]xpected (.+?), (?:but )?got:? (.+?)(?:\. (.+))?$/s;
const PREFIX = 'error: ';

/** What to tell of whatever ended a command; null for help and version, which are no failures. */
export function complaintOf(error: unknown): Complaint | null {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return null;
    const text = error.message.startsWith(PREFIX) ? error.message.slice(PREFIX.length) : error.message;
    return complaint(EXIT.request, text, { advice: 'plimsoll --help lists the commands' });
  }
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof CliError) return complaint(error.exitCode, text, error.mistake ?? partsOf(text));
  if (error instanceof ConfigError || error instanceof CredentialError)
    return complaint(EXIT.request, text, partsOf(text));
  return complaint(EXIT.internal, `internal error, please report it: ${text}`, partsOf(text));
}

function complaint(exitCode: ExitCode, text: string, parts: Partial<Mistake>): Complaint {
  const kind = (Object.keys(EXIT) as (keyof typeof EXIT)[]).find((name) => EXIT[name] === exitCode);
  const { expected, got, advice } = parts;
  return {
    kind: kind ?? 'internal',
    exitCode,
    message: oneLine(text),
    expected: lineOrNull(expected),
    got: lineOrNull(got),
    advice: lineOrNull(advice),
  };
}

function partsOf(text: string): Partial<Mistake> {
  const [, expected, got, advice] = IN_SENTENCES.exec(text) ?? [];
  if (expected === undefined || got === undefined) return {};
  return { expected, got: got.replace(/\.$/, ''), ...(advice === undefined ? {} : { advice }) };
}

/** Without a secret, and without the lines of a stack or a certificate. */
const oneLine = (text: string): string => redact(text).replace(/\s+/g, ' ').trim();

const lineOrNull = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : oneLine(text);
