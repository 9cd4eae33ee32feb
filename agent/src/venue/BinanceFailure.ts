import { VenueError, type FailureOutcome, type VenueErrorKind, type VenueLeaf } from './VenueError.ts';

/** What is known of a failed request on the wire: an HTTP answer, or how it came to none. */
export interface WireFailure {
  readonly isWrite: boolean;
  /** Absent when no HTTP answer came. */
  readonly status?: number;
  readonly body?: string;
  /** Network error text, where no answer came; used to tell a connection never opened from one that broke. */
  readonly network?: string;
}

interface Meaning {
  readonly leaf: VenueLeaf;
  readonly kind: VenueErrorKind;
  readonly advice: string;
}

const meaning = (leaf: VenueLeaf, kind: VenueErrorKind, advice: string): Meaning => ({ leaf, kind, advice });
const KEY = meaning('key-refused', 'request', 'Check the API key, its permissions and its address list.');
const CLOCK = meaning('clock-skew', 'temporary', "Set this machine's clock (NTP).");
const GRID = meaning('off-grid', 'request', "Read the symbol's filters again.");
const RATE = meaning('rate-limited', 'temporary', 'Wait before the next request; do not hammer.');
const UNCHANGED = meaning('unchanged', 'request', 'Nothing to do: it is so already.');
const MARGIN = meaning('insufficient-margin', 'request', 'Fund the account or ask for less.');
const LEVERAGE = meaning(
  'leverage-limit',
  'request',
  'Ask for a leverage that the tier of this notional offers.',
);

/** Binance's published error codes that mean something to us; every other code is a plain refusal. */
const CODES: ReadonlyMap<number, Meaning> = new Map([
  [-1003, RATE],
  [-1008, meaning('overloaded', 'temporary', 'The venue throttles; reduce-only orders are exempt.')],
  [-1015, RATE],
  [-1021, CLOCK],
  [-1022, meaning('key-refused', 'request', 'Check the API secret: the signature does not fit the key.')],
  [-1111, GRID],
  [-2011, meaning('not-found', 'request', 'It is done, cancelled or was never placed.')],
  [-2013, meaning('not-found', 'request', 'It was never placed, or is too old to be asked for.')],
  [-2014, KEY],
  [-2015, KEY],
  [-2018, MARGIN],
  [-2019, MARGIN],
  [-2021, meaning('would-trigger', 'request', 'The price is already beyond the trigger.')],
  [
    -2022,
    meaning(
      'reduce-only-rejected',
      'request',
      'Read the position again: there is nothing to reduce on that side.',
    ),
  ],
  [-2027, meaning('position-limit', 'request', 'Lower the leverage or the size.')],
  [-4014, GRID],
  [-4028, LEVERAGE],
  [-4046, UNCHANGED],
  [-4059, UNCHANGED],
  [-4116, meaning('duplicate-order-id', 'request', 'An order with this id is open: look it up.')],
  [-4161, LEVERAGE],
  [-4164, meaning('below-min-notional', 'request', 'The order is smaller than the venue takes.')],
]);

/** These never got as far as a connection. */
const NEVER_CONNECTED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/;
/** Binance: the request was passed on but its answer did not come in time; its execution is unknown. */
const EXECUTION_UNKNOWN = /unknown error|status unknown|timeout waiting/i;
const UNAVAILABLE = /service unavailable/i;

function codeAndMessage(body: string): { readonly code: number | null; readonly text: string } {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'code' in parsed) {
      const text = 'msg' in parsed ? String(parsed.msg) : '';
      const code = Number(parsed.code);
      return { code: Number.isInteger(code) ? code : null, text };
    }
  } catch {
    return { code: null, text: body };
  }
  return { code: null, text: body };
}

/**
 * The typed error of a failed request.
 * @param what the request in a person's words, without parameters
 */
export function failureOf(what: string, wire: WireFailure): VenueError {
  const { status, isWrite } = wire;
  if (status === undefined) {
    const never = NEVER_CONNECTED.test(wire.network ?? '');
    const outcome: FailureOutcome = never ? 'denied' : 'ambiguous';
    return new VenueError(
      { kind: 'temporary', leaf: never ? 'unreachable' : 'no-answer', outcome },
      never
        ? `expected an answer to ${what}, but no connection could be opened. Nothing was sent; check the network.`
        : `expected an answer to ${what}, but the connection ended or timed out without one.` +
            (isWrite ? ' It may have been carried out: look it up before sending again.' : ' Ask again.'),
    );
  }
  const { code, text } = codeAndMessage(wire.body ?? '');
  const said = `"${text.replace(/\s+/g, ' ').slice(0, 160)}" (HTTP ${String(status)}${code === null ? '' : `, code ${String(code)}`})`;
  const fail = (leaf: VenueLeaf, kind: VenueErrorKind, outcome: FailureOutcome, advice: string): VenueError =>
    new VenueError(
      { kind, leaf, outcome, ...(code === null ? {} : { venueCode: code }) },
      `expected ${what} to be accepted, got ${said}. ${advice}`,
    );
  if (status === 418 || status === 429) return fail(RATE.leaf, RATE.kind, 'rejected', RATE.advice);
  const known = code === null ? undefined : CODES.get(code);
  const isUnknown = code === -1007 || code === -1006 || EXECUTION_UNKNOWN.test(text);
  if (isUnknown) {
    return fail(
      'execution-unknown',
      'temporary',
      'ambiguous',
      'Its execution is unknown: look it up before sending again.',
    );
  }
  if (known !== undefined) return fail(known.leaf, known.kind, 'rejected', known.advice);
  if (status === 503 && UNAVAILABLE.test(text)) {
    return fail('unavailable', 'temporary', 'rejected', 'The venue says that it failed: try again later.');
  }
  // Any other answer of a gateway (408, 500, 502, 503, 504) says nothing about what lies behind it.
  if (status >= 500 || status === 408) {
    return fail('execution-unknown', 'temporary', 'ambiguous', 'Look it up before sending again.');
  }
  return fail('refused', 'request', 'rejected', 'Correct the request before sending another.');
}
