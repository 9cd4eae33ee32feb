import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../credentials/Secret.ts';

/** Header with `sha256=` and the HMAC-SHA-256 of the body in hex, for senders that can sign. */
export const SIGNATURE_HEADER = 'x-plimsoll-signature';
const HEX = /^sha256=([0-9a-f]{64})$/i;

/** Both are hashed with a key of this process first, so that neither length nor content shows in the time it takes. */
const PROCESS_KEY = randomBytes(32);

function isEqual(a: string | Buffer, b: string | Buffer): boolean {
  const digest = (value: string | Buffer): Buffer => createHmac('sha256', PROCESS_KEY).update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Whether the body was signed with the secret. @param header value of {@link SIGNATURE_HEADER} */
export function isSigned(body: Buffer, header: string, secret: Secret): boolean {
  const expected = createHmac('sha256', secret.reveal()).update(body).digest();
  const given = Buffer.from(HEX.exec(header)?.[1] ?? '', 'hex');
  return isEqual(given, expected);
}

/** Whether a payload holds the secret itself in its field `secret`, as senders do that can set no header. */
export function holdsSecret(payload: unknown, secret: Secret): boolean {
  const given =
    typeof payload === 'object' && payload !== null && Object.hasOwn(payload, 'secret')
      ? (payload as { readonly secret: unknown }).secret
      : undefined;
  const isText = typeof given === 'string';
  return isEqual(isText ? given : '', secret.reveal()) && isText;
}
