import type { VenueOrderState } from '../venue/Venue.ts';
import type { OrderState } from './Rows.ts';

/** An order may be put on the wire again only from these: it is certain that no earlier attempt is on it. */
export const RESENDABLE: readonly OrderState[] = ['intended', 'denied', 'rejected'];

/** How the venue's view of an order reads in the journal. */
export const STATE_OF: Readonly<Record<VenueOrderState, OrderState>> = {
  resting: 'confirmed',
  triggered: 'confirmed',
  filled: 'filled',
  cancelled: 'cancelled',
  expired: 'cancelled',
  rejected: 'rejected',
};

/** As a list of SQL. */
export const quoted = (states: readonly OrderState[]): string =>
  states.map((state) => `'${state}'`).join(', ');
