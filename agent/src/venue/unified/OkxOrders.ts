import { decimalOf, decimalOr0, malformed, textOf, timeOf, type Reply } from '../Reply.ts';
import type { OrderSide, VenueOrder, VenueOrderState } from '../Venue.ts';
import { VenueError } from '../VenueError.ts';
import type { Contract } from './Dialect.ts';

/* Orders as OKX tells of them: two worlds, sizes in contracts, ids without dashes. */

const ORDINARY: Readonly<Record<string, VenueOrderState>> = {
  live: 'resting',
  partially_filled: 'resting',
  filled: 'filled',
  canceled: 'cancelled',
  mmp_canceled: 'cancelled',
};
/** `effective`: it fired and became an order, which alone knows what was filled. */
const CONDITIONAL: Readonly<Record<string, VenueOrderState>> = {
  live: 'resting',
  pause: 'resting',
  partially_effective: 'triggered',
  effective: 'triggered',
  canceled: 'cancelled',
  order_failed: 'rejected',
  // Not the venue's word: said here once the order it became is known to be done.
  filled: 'filled',
};
const OURS = /^plm-(in|sl|tp1|tp2|out|cut)-([0-9a-z]{1,7})-([0-9a-f]{20})$/;
const THEIRS = /^pl(in|sl|tp1|tp2|out|cut)([0-9a-z]{1,7})([0-9a-f]{20})$/;

function stateOf(states: Readonly<Record<string, VenueOrderState>>, raw: Reply): VenueOrderState {
  const state = states[textOf(raw, 'state')];
  if (state === undefined) throw malformed('a known order state', raw['state']);
  return state;
}

function sideOf(raw: Reply): OrderSide {
  const side = textOf(raw, 'side');
  if (side !== 'buy' && side !== 'sell') throw malformed('buy or sell in "side"', side);
  return side;
}

export const orderOf = (raw: Reply, contract: Contract): VenueOrder =>
  isConditional(raw) ? conditionalOf(raw, contract) : ordinaryOf(raw, contract);

/** Orders in the book have fields of the conditional one they came from: what they have alone tells them apart. */
function isConditional(raw: Reply): boolean {
  return !('accFillSz' in raw);
}

function conditionalOf(raw: Reply, { contractSize }: Contract): VenueOrder {
  const stopPrice = decimalOr0(raw, 'slTriggerPx');
  const takePrice = decimalOr0(raw, 'tpTriggerPx');
  const isStop = stopPrice > 0 && takePrice === 0;
  const isTake = takePrice > 0 && stopPrice === 0;
  const trigger = raw[isTake ? 'tpTriggerPxType' : 'slTriggerPxType'];
  return {
    kind: 'conditional',
    clientOrderId: fromVenueId(textOf(raw, 'algoClOrdId')),
    venueId: textOf(raw, 'algoId'),
    type: isStop ? 'stop' : isTake ? 'take-profit' : 'other',
    side: sideOf(raw),
    quantity: decimalOr0(raw, 'sz') * contractSize,
    filledQuantity: decimalOr0(raw, 'actualSz') * contractSize,
    averagePrice: decimalOr0(raw, 'actualPx'),
    triggerPrice: isTake ? takePrice : stopPrice,
    reduceOnly: raw['reduceOnly'] === 'true' || raw['reduceOnly'] === true,
    trigger: trigger === 'mark' ? 'mark' : 'last',
    state: stateOf(CONDITIONAL, raw),
    createdMs: timeOf(raw, 'cTime'),
    updatedMs: timeOf(raw, raw['uTime'] === undefined || raw['uTime'] === '' ? 'cTime' : 'uTime'),
  };
}

function ordinaryOf(raw: Reply, { contractSize }: Contract): VenueOrder {
  const type = textOf(raw, 'ordType');
  return {
    kind: 'ordinary',
    clientOrderId: fromVenueId(textOf(raw, 'clOrdId')),
    venueId: textOf(raw, 'ordId'),
    type: type === 'market' ? 'market' : type === 'limit' || type === 'post_only' ? 'limit' : 'other',
    side: sideOf(raw),
    quantity: decimalOf(raw, 'sz') * contractSize,
    filledQuantity: decimalOr0(raw, 'accFillSz') * contractSize,
    averagePrice: decimalOr0(raw, 'avgPx'),
    triggerPrice: 0,
    reduceOnly: raw['reduceOnly'] === 'true' || raw['reduceOnly'] === true,
    trigger: null,
    state: stateOf(ORDINARY, raw),
    createdMs: timeOf(raw, 'cTime'),
    updatedMs: timeOf(raw, 'uTime'),
  };
}

export function toVenueId(clientOrderId: string): string {
  const [, role, version, hash] = OURS.exec(clientOrderId) ?? [];
  if (role !== undefined && version !== undefined && hash !== undefined) return `pl${role}${version}${hash}`;
  if (/^[A-Za-z0-9]{1,32}$/.test(clientOrderId)) return clientOrderId;
  throw new VenueError(
    { kind: 'request', leaf: 'refused', outcome: 'denied' },
    `expected an order id of ours, or one of at most 32 letters and digits, got "${clientOrderId}". Nothing was sent.`,
  );
}

export function fromVenueId(venueId: string): string {
  const [, role, version, hash] = THEIRS.exec(venueId) ?? [];
  return role === undefined ? venueId : `plm-${role}-${version ?? ''}-${hash ?? ''}`;
}

/** A conditional order that fired is as done as the order it became. */
export function withActual(row: Reply, actual: Reply): Reply {
  const state = textOf(actual, 'state');
  return {
    ...row,
    state: state === 'filled' || state === 'canceled' ? state : textOf(row, 'state'),
    actualSz: actual['accFillSz'],
    actualPx: actual['avgPx'],
    uTime: actual['uTime'],
  };
}
