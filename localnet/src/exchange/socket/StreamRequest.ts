/** What a client may ask for over a stream connection. */
export type StreamRequest =
  | {
      readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE';
      readonly id: RequestId;
      readonly params: readonly string[];
    }
  | { readonly method: 'LIST_SUBSCRIPTIONS'; readonly id: RequestId }
  | { readonly method: 'SET_PROPERTY'; readonly id: RequestId; readonly combined: boolean }
  | { readonly method: 'GET_PROPERTY'; readonly id: RequestId };

export type RequestId = number | string | null;

/** A request that was not understood, in the venue's own numbers (0 property, 1 value, 2 request, 3 JSON). */
export class StreamRequestError extends Error {
  readonly code: number;
  readonly id: RequestId;

  constructor(code: number, message: string, id: RequestId = null) {
    super(message);
    this.name = 'StreamRequestError';
    this.code = code;
    this.id = id;
  }
}

const METHODS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'] as const;

/** Reads one message. @throws StreamRequestError */
export function readStreamRequest(text: string): StreamRequest {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new StreamRequestError(2, 'Invalid request: expected an object');
  const fields = value as Readonly<Record<string, unknown>>;
  const id = idOf(fields['id']);
  const { method: named, params } = fields;
  if (named === undefined) throw new StreamRequestError(2, 'Invalid request: missing field `method`', id);
  const method = METHODS.find((known) => known === named);
  if (method === undefined) {
    const got = typeof named === 'string' ? named : JSON.stringify(named);
    throw new StreamRequestError(
      2,
      `Invalid request: unknown variant ${got.slice(0, 100)}, expected one of ${METHODS.join(', ')}`,
      id,
    );
  }
  if (method === 'LIST_SUBSCRIPTIONS') return { method, id };
  const list: unknown[] | undefined = Array.isArray(params) ? params : undefined;
  if (list === undefined) throw new StreamRequestError(2, 'Invalid request: params must be an array', id);
  if (method === 'SUBSCRIBE' || method === 'UNSUBSCRIBE') {
    if (!list.every((name) => typeof name === 'string'))
      throw new StreamRequestError(2, 'Invalid request: stream names must be strings', id);
    return { method, id, params: list };
  }
  if (typeof list[0] !== 'string')
    throw new StreamRequestError(2, 'Invalid request: property name must be a string', id);
  if (list[0] !== 'combined') throw new StreamRequestError(0, 'Unknown property', id);
  if (method === 'GET_PROPERTY') return { method, id };
  if (typeof list[1] !== 'boolean')
    throw new StreamRequestError(1, 'Invalid value type: expected Boolean', id);
  return { method, id, combined: list[1] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StreamRequestError(3, 'Invalid JSON: expected value at line 1 column 1');
  }
}

function idOf(value: unknown): RequestId {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value.length <= 36) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new StreamRequestError(2, 'Invalid request: request ID must be an unsigned integer');
}
