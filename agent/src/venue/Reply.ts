import { VenueError } from './VenueError.ts';

/** One JSON object of a reply. ccxt hands numbers on as their text, so nothing is lost before it is read here. */
export type Reply = Readonly<Record<string, unknown>>;

/** A reply cannot be read: for a read that is a failed read, for an order it leaves the outcome open. */
export function malformed(expected: string, came: unknown): VenueError {
  return new VenueError(
    { kind: 'internal', leaf: 'malformed-reply', outcome: 'ambiguous' },
    `expected ${expected}, got ${came === undefined ? 'nothing' : (JSON.stringify(came) ?? typeof came).slice(0, 120)}. The venue may have changed its interface.`,
  );
}

export function objectOf(value: unknown, name: string): Reply {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`an object for ${name}`, value);
  return value as Reply;
}

export function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(`a list for ${name}`, value);
  return value;
}

export function objectsOf(value: unknown, name: string): readonly Reply[] {
  return listOf(value, name).map((item) => objectOf(item, name));
}

export function textOf(reply: Reply, field: string): string {
  const value = reply[field];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw malformed(`text in "${field}"`, value);
}

/** The double nearest to a decimal text. */
export function parseDecimal(value: unknown, name: string): number {
  const text = typeof value === 'number' ? String(value) : value;
  const number = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) throw malformed(`a decimal in "${name}"`, value);
  return number;
}

export function decimalOf(reply: Reply, field: string): number {
  return parseDecimal(reply[field], field);
}

/** As `decimalOf`, with 0 for a field that is absent or null. */
export function decimalOr0(reply: Reply, field: string): number {
  const value = reply[field];
  return value === undefined || value === null || value === '' ? 0 : parseDecimal(value, field);
}

/** Milliseconds since 1970-01-01 UTC. */
export function timeOf(reply: Reply, field: string): number {
  const timeMs = decimalOf(reply, field);
  if (!Number.isSafeInteger(timeMs) || timeMs < 0)
    throw malformed(`a time in milliseconds in "${field}"`, timeMs);
  return timeMs;
}

export function flagOf(reply: Reply, field: string): boolean {
  const value = reply[field];
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw malformed(`true or false in "${field}"`, value);
}

/** A flag that may be missing; unknown stays unknown. */
export function flagOrNull(reply: Reply, field: string): boolean | null {
  const value = reply[field];
  return value === undefined || value === null ? null : flagOf(reply, field);
}
