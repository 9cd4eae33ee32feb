import { createHash } from 'node:crypto';
import { ROLES, type Role } from '../journal/Rows.ts';

/** What an order of ours is: its trade, its part in it, and which of several such orders. */
export interface OrderName {
  /** Id of the plan, or of the adopted trade; 16 bytes. */
  readonly planId: Uint8Array;
  readonly role: Role;
  /** Counts the orders of this role within the trade. */
  readonly version: number;
}

/** Short names, for the venue allows 36 characters. */
const SHORT: Readonly<Record<Role, string>> = {
  entry: 'in',
  stop: 'sl',
  'take-profit-1': 'tp1',
  'take-profit-2': 'tp2',
  close: 'out',
  reduce: 'cut',
};
const MAX_VERSION = 0xffff_ffff;
/** 80 bits: two orders of one account never share an id by chance. */
const HASH_HEX = 20;
const PATTERN = /^plm-([a-z0-9]+)-([0-9a-z]{1,7})-[0-9a-f]{20}$/;

/**
 * Id under which an order is sent: the same for the same name, so that an order whose fate is unknown can be looked up.
 * At most 36 characters of `[.A-Z:/a-z0-9_-]`, as the venue demands.
 * @throws RangeError for a version that is no 32-bit count
 */
export function clientOrderIdOf({ planId, role, version }: OrderName): string {
  if (!Number.isInteger(version) || version < 0 || version > MAX_VERSION) {
    throw new RangeError(`expected a version between 0 and ${String(MAX_VERSION)}, got ${String(version)}`);
  }
  const hash = createHash('sha256')
    .update('plimsoll/order/1')
    .update(Uint8Array.of(planId.length))
    .update(planId)
    .update(Uint8Array.of(ROLES.indexOf(role)))
    .update(version.toString(36))
    .digest('hex');
  return `plm-${SHORT[role]}-${version.toString(36)}-${hash.slice(0, HASH_HEX)}`;
}

/** Role and version an id of ours speaks of, of whatever trade; null when it is not ours. */
export function parseClientOrderId(id: string): { readonly role: Role; readonly version: number } | null {
  const [, short, version] = PATTERN.exec(id) ?? [];
  const role = ROLES.find((each) => SHORT[each] === short);
  return role === undefined || version === undefined ? null : { role, version: Number.parseInt(version, 36) };
}
