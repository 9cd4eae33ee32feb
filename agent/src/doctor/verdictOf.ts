import type { Finding } from './Finding.ts';

/** What findings mean for a start in live mode. */
export interface Verdict {
  /** In one line; null when nothing failed. */
  readonly failed: string | null;
  /** Whether another look may find all of it in order. */
  readonly mayPass: boolean;
  /** Whether what failed is needed for entries alone: what is held can be looked after without it. */
  readonly isForEntries: boolean;
}

/** An exit needs the venue, its key, a journal and an engine that computes as the canister does, and nothing else. */
const FOR_ENTRIES: ReadonlySet<string> = new Set([
  'canister',
  'controllers',
  'clock',
  'cycles',
  'grant',
  'ladder',
  'listing',
  'settings',
]);

export function verdictOf(findings: readonly Finding[]): Verdict {
  const failed = findings.filter(({ grade }) => grade === 'fail');
  const [first] = failed;
  const others = failed.length > 1 ? ` and ${String(failed.length - 1)} more` : '';
  return {
    failed: first === undefined ? null : `${first.name}: ${first.found}${others}`,
    mayPass: failed.every(({ mayPass }) => mayPass === true),
    isForEntries: failed.every(({ name }) => FOR_ENTRIES.has(name)),
  };
}
