import { openHttpServer, type Address, type HttpServer, type Response } from '../http/HttpServer.ts';
import { healthOf } from './Health.ts';
import type { AgentStatus } from './AgentStatus.ts';
import type { Metrics } from './Metrics.ts';

export interface MetricsServerOptions extends Address {
  readonly metrics: Metrics;
  /** The latest status and when it was written; null before the first. */
  readonly status: () => { readonly status: AgentStatus; readonly writtenMs: number } | null;
  readonly now?: () => number;
}

/**
 * `/metrics` for Prometheus; `/live`: the process answers and its loop is not hung, so restart it when this fails;
 * `/health`: it can do its work, check by check.
 */
export function openMetricsServer(options: MetricsServerOptions): Promise<HttpServer> {
  const { host, port, metrics, status, now = Date.now } = options;
  const health = (): Response => {
    const latest = status();
    if (latest === null) return { status: 503, body: { ok: false, checks: [], detail: 'starting' } };
    const told = healthOf(latest.status, latest.writtenMs, now());
    return { status: told.ok ? 200 : 503, body: told };
  };
  const live = (): Response => {
    const latest = status();
    const loop =
      latest === null
        ? { ok: true, detail: 'starting' }
        : healthOf(latest.status, latest.writtenMs, now()).checks.find(({ name }) => name === 'loop');
    return { status: loop?.ok === true ? 200 : 503, body: loop ?? {} };
  };
  const scrape = async (): Promise<Response> => {
    const latest = status();
    if (latest !== null) metrics.show(latest.status, now());
    return { status: 200, body: await metrics.registry.metrics(), contentType: metrics.registry.contentType };
  };
  return openHttpServer({
    host,
    port,
    maxBytes: 0,
    handle: ({ method, path }) => {
      if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: { error: 'expected GET' } };
      switch (path) {
        case '/metrics':
          return scrape();
        case '/live':
          return live();
        case '/health':
          return health();
        default:
          return { status: 404, body: { error: 'expected /metrics, /health or /live' } };
      }
    },
  });
}
