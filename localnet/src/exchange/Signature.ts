import { createHmac, timingSafeEqual } from 'node:crypto';
import { refusals } from './VenueError.ts';

/** The account's key pair. The defaults open the local exchange only and are no secret. */
export interface Credentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export const LOCAL_CREDENTIALS: Credentials = { apiKey: 'localnet', apiSecret: 'localnet-secret' };

const DEFAULT_WINDOW_MS = 5_000;
const MAX_WINDOW_MS = 60_000;
const AHEAD_MS = 1_000;

/** HMAC-SHA256 of the parameter text, hex. */
export function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/**
 * Checks a signed request: the signature is over query text followed by body text without the signature itself, the
 * timestamp is wall time.
 * @throws VenueError -1102, -1131, -1021, -1022
 */
export function requireSignature(
  credentials: Credentials,
  request: { readonly query: string; readonly body: string; readonly sent: URLSearchParams },
  nowMs: number,
): void {
  const { sent } = request;
  const timestamp = sent.get('timestamp') ?? '';
  if (!/^\d{1,16}$/.test(timestamp)) throw refusals.missing('timestamp');
  const signature = sent.get('signature');
  if (signature === null || signature === '') throw refusals.missing('signature');
  const window = Number(sent.get('recvWindow') ?? DEFAULT_WINDOW_MS);
  if (!(window > 0)) throw refusals.missing('recvWindow');
  if (window > MAX_WINDOW_MS) throw refusals.recvWindow();
  const ageMs = nowMs - Number(timestamp);
  if (ageMs < -AHEAD_MS) throw refusals.timestampAhead();
  if (ageMs > window) throw refusals.timestamp();
  const expected = sign(unsigned(request.query) + unsigned(request.body), credentials.apiSecret);
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected)))
    throw refusals.signature();
}

function unsigned(text: string): string {
  return text
    .split('&')
    .filter((part) => !part.startsWith('signature='))
    .join('&');
}
