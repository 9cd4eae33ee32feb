/** Who has to act: the trader (`request`), nobody but time (`temporary`), or we ourselves (`internal`). */
export type VenueErrorKind = 'request' | 'temporary' | 'internal';

/**
 * What is known about a request that failed. `denied`: it certainly never reached the venue's matching, so it may be
 * sent again. `rejected`: the venue said no. `ambiguous`: it may have been carried out; look it up before anything else.
 */
export type FailureOutcome = 'denied' | 'rejected' | 'ambiguous';

/** Why a request failed. Stable names; the message is advice for a person. */
export type VenueLeaf =
  | 'not-found'
  | 'insufficient-margin'
  | 'would-trigger'
  | 'reduce-only-rejected'
  | 'duplicate-order-id'
  | 'position-limit'
  | 'leverage-limit'
  | 'below-min-notional'
  | 'off-grid'
  | 'unchanged'
  | 'settings-differ'
  | 'key-refused'
  | 'clock-skew'
  | 'rate-limited'
  | 'overloaded'
  | 'unavailable'
  | 'unreachable'
  | 'no-answer'
  | 'execution-unknown'
  | 'malformed-reply'
  | 'forbidden-host'
  | 'refused';

export interface VenueFailure {
  readonly kind: VenueErrorKind;
  readonly leaf: VenueLeaf;
  readonly outcome: FailureOutcome;
  /** The venue's own number, where it gave one. */
  readonly venueCode?: number;
}

/** A venue did not do what was asked. Carries no key, signature or URL: it may be logged and shown as it is. */
export class VenueError extends Error {
  override readonly name = 'VenueError';
  readonly kind: VenueErrorKind;
  readonly leaf: VenueLeaf;
  readonly outcome: FailureOutcome;
  readonly venueCode: number | null;

  constructor(failure: VenueFailure, message: string) {
    super(`${failure.leaf}: ${message}`);
    this.kind = failure.kind;
    this.leaf = failure.leaf;
    this.outcome = failure.outcome;
    this.venueCode = failure.venueCode ?? null;
  }
}
