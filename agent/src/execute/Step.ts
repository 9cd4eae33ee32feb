import type { Role, Severity } from '../journal/Rows.ts';
import type { OrderKind, OrderRequest } from '../venue/Venue.ts';

/** One act on the venue. Steps are carried out in order; one that fails ends the list. */
export type Step =
  /** One-way mode, isolated margin and this leverage, read back. */
  | { readonly do: 'prepare'; readonly leverage: number }
  | {
      readonly do: 'send';
      readonly role: Role;
      readonly version: number;
      readonly order: OrderRequest;
      /** What allows it, for the record. */
      readonly because: string;
    }
  | {
      readonly do: 'cancel';
      readonly clientOrderId: string;
      readonly kind: OrderKind;
      readonly because: string;
    };

/** Something for the person; acts on nothing. */
export interface Note {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
}

/** What to do about a decision. */
export interface Planned {
  readonly steps: readonly Step[];
  readonly notes: readonly Note[];
  /** The decision as a whole cannot be acted on; the notes say why. */
  readonly isRefused: boolean;
}
