import { redact } from '../../credentials/Redaction.ts';
import { VenueError, type VenueFailure } from '../VenueError.ts';

/** What a class of ccxt means. For a write `ambiguous` says that the order may exist. */
const MEANINGS: readonly (readonly [name: string, failure: VenueFailure, advice: string])[] = [
  ['InsufficientFunds', rejected('insufficient-margin'), 'Fund the account or ask for less.'],
  ['OrderImmediatelyFillable', rejected('would-trigger'), 'The price is already beyond the trigger.'],
  ['DuplicateOrderId', rejected('duplicate-order-id'), 'An order with this id is known: look it up.'],
  ['OrderNotFound', rejected('not-found'), 'It is done, cancelled or was never placed.'],
  ['InvalidOrder', rejected('refused'), 'Correct the order before sending another.'],
  ['InvalidNonce', temporary('clock-skew', 'rejected'), "Set this machine's clock (NTP)."],
  ['AuthenticationError', rejected('key-refused'), 'Check the key, its permissions and its address list.'],
  ['NoChange', rejected('unchanged'), 'Nothing to do: it is so already.'],
  ['RateLimitExceeded', temporary('rate-limited', 'rejected'), 'Wait before the next request.'],
  ['DDoSProtection', temporary('rate-limited', 'rejected'), 'Wait before the next request.'],
  ['RequestTimeout', temporary('no-answer', 'ambiguous'), 'Look it up before sending again.'],
  ['ExchangeNotAvailable', temporary('execution-unknown', 'ambiguous'), 'Look it up before sending again.'],
  ['NetworkError', temporary('no-answer', 'ambiguous'), 'Look it up before sending again.'],
  ['ExchangeError', rejected('refused'), 'Correct the request before sending another.'],
];

const NEVER_CONNECTED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/;
const MAX_SAID = 160;

function rejected(leaf: VenueFailure['leaf']): VenueFailure {
  return { kind: 'request', leaf, outcome: 'rejected' };
}

function temporary(leaf: VenueFailure['leaf'], outcome: VenueFailure['outcome']): VenueFailure {
  return { kind: 'temporary', leaf, outcome };
}

/**
 * Our error for one of ccxt's, by its class and those above it. What is no answer of the venue is never taken for a no.
 * @param what the request in a person's words
 */
export function unifiedFailure(what: string, error: unknown): VenueError {
  if (error instanceof VenueError) return error;
  const names = classesOf(error);
  const text = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : '';
  if (names.includes('NetworkError') && NEVER_CONNECTED.test(text)) {
    return new VenueError(
      temporary('unreachable', 'denied'),
      `expected an answer to ${what}, but no connection could be opened. Nothing was sent; check the network.`,
    );
  }
  const found = MEANINGS.find(([name]) => names.includes(name));
  if (found === undefined) {
    return new VenueError(
      { kind: 'internal', leaf: 'malformed-reply', outcome: 'ambiguous' },
      `expected ${what} to be understood, got ${names[0] ?? typeof error}. The venue may have changed its interface.`,
    );
  }
  const [, failure, advice] = found;
  // The text of a network error may hold an address with parameters; that of an answer is the venue's own.
  const isAnswer = !names.includes('NetworkError');
  const said = isAnswer ? ` "${redact(text).replace(/\s+/g, ' ').trim().slice(0, MAX_SAID)}"` : '';
  return new VenueError(failure, `expected ${what} to be accepted, got ${names[0] ?? ''}${said}. ${advice}`);
}

function classesOf(error: unknown): readonly string[] {
  const names: string[] = [];
  let type: unknown = typeof error === 'object' && error !== null ? error.constructor : null;
  while (typeof type === 'function' && type !== Error && type.name !== '') {
    names.push(type.name);
    type = Object.getPrototypeOf(type);
  }
  return names;
}

/** Makes one request and gives its failure our type. @throws VenueError */
export async function ask<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unifiedFailure(what, error);
  }
}
