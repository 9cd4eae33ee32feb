import { FetchError, ProofError } from '@plimsoll/proof';
import { CanisterError } from '../canister/CanisterError.ts';
import { LogError } from '../canister/LogError.ts';
import type { Severity } from '../journal/Rows.ts';
import { ObserverError } from '../observe/ObserverError.ts';
import { VenueError } from '../venue/VenueError.ts';

/** Who is in trouble, and what a running agent does about it. */
export interface Trouble {
  /**
   * `venue`: it cannot be read or refuses. `canister`: no answer that may be believed. `refused`: the canister's own no.
   * `over`: nothing may follow any more; the resident stop remains.
   */
  readonly who: 'venue' | 'canister' | 'refused' | 'over';
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
}

/** Refusals that the next look settles by itself. */
const PASSING: ReadonlySet<string> = new Set(['clock-late', 'clock-ahead', 'out-of-order', 'not-newer']);
/** Another agent holds the lease on this account. */
const LEASED: ReadonlySet<string> = new Set(['lease']);

/** Whether another look settles it. */
export function isPassing(error: unknown): boolean {
  return error instanceof CanisterError && (error.kind === 'temporary' || PASSING.has(error.leaf));
}

/** What a failure of one round means; null for one that is a defect and belongs to the supervisor. */
export function troubleOf(error: unknown): Trouble | null {
  if (error instanceof VenueError) {
    const isKey = error.leaf === 'key-refused';
    return {
      who: 'venue',
      severity: isKey ? 'alarm' : 'warning',
      code: `venue-${error.leaf}`,
      message: error.message,
    };
  }
  if (error instanceof FetchError)
    return { who: 'canister', severity: 'warning', code: 'canister-silent', message: error.message };
  if (error instanceof ProofError)
    return { who: 'canister', severity: 'alarm', code: 'not-proven', message: error.message };
  if (error instanceof LogError) {
    const isFork = error.leaf === 'fork';
    return {
      who: isFork ? 'over' : 'canister',
      severity: 'alarm',
      code: `log-${error.leaf}`,
      message: error.message,
    };
  }
  if (error instanceof CanisterError) {
    if (LEASED.has(error.leaf))
      return { who: 'over', severity: 'alarm', code: 'second-agent', message: error.message };
    return {
      who: 'refused',
      severity: isPassing(error) ? 'info' : 'alarm',
      code: `refused-${error.leaf}`,
      message: error.message,
    };
  }
  if (error instanceof ObserverError)
    return { who: 'venue', severity: 'warning', code: error.leaf, message: error.message };
  return null;
}
