import { parseE8 } from '../market/E8.ts';
import type { Side } from './Position.ts';
import { refusals, type VenueError } from './VenueError.ts';

/** The parameters of one request, read by name; a reader refuses what it cannot use in the venue's own terms. */
export interface Parameters {
  /** The text, or undefined when absent or empty. */
  text(name: string): string | undefined;
  /** @throws VenueError -1102 when absent */
  required(name: string): string;
  /** `true` or `false` in any case; absent is false. @throws VenueError -1130 */
  flag(name: string): boolean;
  /** A whole number of at least 0. @throws VenueError -1102 when malformed */
  integer(name: string): number | undefined;
  /** One of the given words, in any case. @throws VenueError -1130, or `refusal` where the venue has one of its own */
  choice<T extends string>(name: string, choices: readonly T[], refusal?: () => VenueError): T | undefined;
  /** @throws VenueError -1102, -1117 */
  side(): Side;
}

/** Parameters that carry the signature and its clock; every signed request has them. */
export const SIGNING_PARAMETERS = ['timestamp', 'recvWindow', 'signature'] as const;

/**
 * Checks names against those a route reads.
 * @throws VenueError -1101 for one sent twice, -1104 for one that would not be read, -1023 for a span that runs backwards
 */
export function readParameters(sent: URLSearchParams, known: readonly string[]): Parameters {
  const names = [...sent.keys()];
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw refusals.duplicateParameter(repeated);
  const unread = names.filter((name) => !known.includes(name));
  if (unread.length > 0) throw refusals.unread(unread, names.length - unread.length, names.length);
  const text = (name: string): string | undefined => {
    const value = sent.get(name);
    return value === null || value === '' ? undefined : value;
  };
  requireForward(text('startTime'), text('endTime'));
  const required = (name: string): string => {
    const value = text(name);
    if (value === undefined) throw refusals.missing(name);
    return value;
  };
  const choice = <T extends string>(
    name: string,
    choices: readonly T[],
    refusal?: () => VenueError,
  ): T | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const found = choices.find((word) => word === value.toUpperCase());
    if (found !== undefined) return found;
    throw refusal?.() ?? refusals.invalid(name, `expected ${choices.join(' or ')}, got '${value}'`);
  };
  return {
    text,
    required,
    choice,
    flag: (name) => choice(name, ['TRUE', 'FALSE']) === 'TRUE',
    integer: (name) => {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) throw refusals.missing(name);
      return Number(value);
    },
    side: () => {
      required('side');
      return choice('side', ['BUY', 'SELL'], refusals.side) ?? 'BUY';
    },
  };
}

function requireForward(start: string | undefined, end: string | undefined): void {
  if (start !== undefined && end !== undefined && Number(start) > Number(end)) throw refusals.startAfterEnd();
}

/** A value out of JSON as the text of a parameter. An object must not be asked for its own idea of text. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A positive decimal amount in e8. @throws VenueError -1102, -1111 */
export function requiredAmount(parameters: Parameters, name: string): bigint {
  const text = parameters.required(name);
  if (parseE8(text, 'truncate') === undefined) throw refusals.missing(name);
  const amountE8 = parseE8(text);
  if (amountE8 === undefined) throw refusals.precision();
  if (amountE8 <= 0n) throw refusals.missing(name);
  return amountE8;
}
