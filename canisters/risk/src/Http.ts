import { EngineError } from '@plimsoll/engine';
import { decodeRecordArgument, fieldHash } from './CandidRecord.ts';
import { health, metricsText } from './Metrics.ts';

/** As the HTTP gateways call it. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
}

/** Of either text: what is asked here is a few letters. */
const MAX_TEXT_BYTES = 2_000;

/** Whatever else a gateway tells of the request is not looked at. @throws EngineError `request/candid` */
export function decodeHttpRequest(message: Uint8Array): HttpRequest {
  const fields = decodeRecordArgument(message);
  const textIn = (name: string): string => {
    const bytes = fields.get(fieldHash(name));
    if (bytes instanceof Uint8Array && bytes.length <= MAX_TEXT_BYTES) return textOfAscii(bytes);
    throw new EngineError(
      'request',
      'candid',
      name,
      `a text of at most ${String(MAX_TEXT_BYTES)} bytes`,
      'none',
    );
  };
  return { method: textIn('method'), url: textIn('url') };
}

export interface HttpResponse {
  readonly status_code: number;
  readonly headers: [string, string][];
  readonly body: Uint8Array;
}

/**
 * `/metrics` for Prometheus and `/health`. They are not certified: a gateway serves them under the canister's `raw`
 * address only, and whoever must not be lied to asks by certified query instead.
 */
export function serve({ method, url }: HttpRequest, timeMs: number): HttpResponse {
  const path = url.split('?')[0];
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD');
  if (path === '/metrics') return text(200, metricsText(timeMs), 'text/plain; version=0.0.4; charset=utf-8');
  if (path === '/health') {
    const state = health(timeMs);
    return text(state.status === 'ok' ? 200 : 503, `${JSON.stringify(state)}\n`, 'application/json');
  }
  return text(404, 'here are /metrics and /health');
}

function text(status_code: number, content: string, type = 'text/plain; charset=utf-8'): HttpResponse {
  const headers: [string, string][] = [
    ['content-type', type],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
  ];
  return { status_code, headers, body: ascii(content) };
}

function ascii(content: string): Uint8Array {
  const bytes = new Uint8Array(content.length);
  for (let i = 0; i < content.length; i++) bytes[i] = content.charCodeAt(i) & 0x7f;
  return bytes;
}

function textOfAscii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
