import { FetchError, ProofError } from '@plimsoll/proof';
import { CanisterError } from '../canister/CanisterError.ts';
import { IdentityFileError } from '../canister/IdentityFile.ts';
import { LogError } from '../canister/LogError.ts';
import { StandingError } from '../canister/Standing.ts';
import { JournalError } from '../journal/JournalError.ts';
import { StoreError, type StoreLeaf } from '../receipts/StoreError.ts';
import { ReplayError } from '../replay/ReplayError.ts';
import { VenueError } from '../venue/VenueError.ts';
import { CliError } from './CliError.ts';
import { EXIT, type ExitCode } from './ExitCode.ts';

export const CODES = {
  request: EXIT.request,
  temporary: EXIT.temporary,
  internal: EXIT.internal,
} as const;

const UNWRITABLE: ReadonlySet<StoreLeaf> = new Set<StoreLeaf>(['unwritable', 'taken']);

/** Runs a command; what a person or the weather did wrong costs one line and a code, never a stack trace. */
export async function tellingWhy(work: () => Promise<ExitCode | undefined>): Promise<void> {
  let code: ExitCode | undefined;
  try {
    code = await work();
  } catch (error) {
    const known = exitOf(error);
    if (known === null || !(error instanceof Error)) throw error;
    throw new CliError(error.message, known);
  }
  if (code !== undefined && code !== EXIT.ok) throw new CliError('', code);
}

/** What an error of our own means to a shell; null for one that is a defect, or that knows its code itself. */
function exitOf(error: unknown): ExitCode | null {
  if (error instanceof VenueError || error instanceof CanisterError) return CODES[error.kind];
  // A disk that is full is emptied some day: a supervisor has to try again.
  if (error instanceof JournalError)
    return error.reason === 'not-writable' ? EXIT.temporary : CODES[error.kind];
  if (error instanceof StoreError) return UNWRITABLE.has(error.leaf) ? EXIT.temporary : EXIT.request;
  if (error instanceof IdentityFileError || error instanceof ReplayError) return EXIT.request;
  if (error instanceof FetchError || error instanceof StandingError) return EXIT.temporary;
  if (error instanceof LogError) return EXIT.notProven;
  if (error instanceof ProofError) return proofExit(error);
  return null;
}

function proofExit({ reason, kind }: ProofError): ExitCode {
  // The key that a person pinned, and not what the network answered.
  if (reason === 'root-key' || reason === 'options') return EXIT.request;
  return kind === 'temporary' ? EXIT.temporary : EXIT.notProven;
}
