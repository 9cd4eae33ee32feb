import { health, metricsText } from './Metrics.ts';

/** As the HTTP gateways call it. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
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
