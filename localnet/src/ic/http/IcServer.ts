import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpError, notFound } from './HttpError.ts';
import { IcApi } from './IcApi.ts';
import { parseRoute } from './Route.ts';
import type { ServedSubnet } from './ServedSubnet.ts';
import type { SubnetKeys } from './SubnetKeys.ts';

export interface IcServerOptions {
  readonly subnet: ServedSubnet;
  readonly keys: SubnetKeys;
  /** Address to listen on; this machine alone by default. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** How often a round is run without being asked, for timers and a fresh time; 0 leaves that to the caller. */
  readonly roundIntervalMs?: number;
  /** How long a synchronous call waits before it answers 202; ten seconds as on the IC. */
  readonly callTimeoutMs?: number;
  /** Larger request bodies are refused with 413. */
  readonly maxBodyBytes?: number;
  /** Told of failures of the subnet or of this server, never of clients' mistakes. */
  readonly onError?: (error: unknown) => void;
}

/** The port is taken by another process. */
export class PortInUseError extends Error {
  readonly port: number;

  constructor(host: string, port: number) {
    super(
      `Port ${port} on ${host} is in use: stop the process that holds it, or choose another port (0 takes any).`,
    );
    this.name = 'PortInUseError';
    this.port = port;
  }
}

const DEFAULT_ROUND_INTERVAL_MS = 500;
const DEFAULT_CALL_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Longer than clients keep idle connections, so that it is they who close. */
const KEEP_ALIVE_MS = 65_000;
/** How long answers under way at closing may take to be written. */
const STRAGGLERS_MS = 5_000;
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
  'Access-Control-Allow-Headers':
    'Accept, Authorization, Cache-Control, Content-Type, If-Modified-Since, Range, User-Agent, X-Requested-With',
  'Access-Control-Max-Age': '600',
};

/** An Internet Computer of one subnet, listening on a port of this machine. */
export class IcServer {
  readonly #api: IcApi;
  readonly #server: Server;
  readonly #ticker: NodeJS.Timeout | undefined;
  /** Where clients connect, for example `http://127.0.0.1:4943`. */
  readonly url: string;
  readonly port: number;
  /** DER, 133 bytes: what clients pin. */
  readonly rootKey: Uint8Array;

  private constructor(api: IcApi, server: Server, host: string, options: IcServerOptions) {
    const intervalMs = options.roundIntervalMs ?? DEFAULT_ROUND_INTERVAL_MS;
    this.#api = api;
    this.#server = server;
    this.#ticker = intervalMs > 0 ? setInterval(() => api.pool.tick(), intervalMs) : undefined;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
    this.rootKey = options.keys.root.publicKeyDer;
  }

  /**
   * Starts listening, after a first round so that the time is fresh.
   *
   * @throws PortInUseError if another process has the port
   */
  static async start(options: IcServerOptions): Promise<IcServer> {
    const host = options.host ?? '127.0.0.1';
    const maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    const onError = options.onError ?? ((error: unknown) => console.error(error));
    const server = createServer();
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    // The subnet is taken over only once the port is ours; requests come no sooner than the next turn.
    await listen(server, host, options.port ?? 0);
    const api = new IcApi({
      subnet: options.subnet,
      keys: options.keys,
      callTimeoutMs: options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS,
      onError,
    });
    server.on('request', (request, response) => {
      answer(api, request, response, maxBodyBytes).catch((error: unknown) => fail(response, error, onError));
    });
    api.pool.tick();
    return new IcServer(api, server, host, options);
  }

  /** Stops listening and running rounds; calls still waiting are answered 202. Resolves when the port is free. */
  async close(): Promise<void> {
    clearInterval(this.#ticker);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#api.pool.close();
    // Whoever waited is answered in this turn of the event loop; then idle connections go, and stragglers with them.
    setImmediate(() => this.#server.closeIdleConnections());
    const stragglers = setTimeout(() => this.#server.closeAllConnections(), STRAGGLERS_MS);
    await closed;
    clearTimeout(stragglers);
  }
}

async function answer(
  api: IcApi,
  request: IncomingMessage,
  response: ServerResponse,
  maxBodyBytes: number,
): Promise<void> {
  if (request.method === 'OPTIONS') {
    response.writeHead(204, CORS_HEADERS).end();
    return;
  }
  const path = (request.url ?? '/').split('?', 1)[0]!;
  const route = parseRoute(path);
  if (route === undefined) {
    throw notFound(
      `No endpoint ${path}: expected /api/v2/status or /api/<version>/{canister,subnet}/<id>/{query,call,read_state}.`,
    );
  }
  const method = route.kind === 'status' ? 'GET' : 'POST';
  if (request.method !== method)
    throw new HttpError(405, `Expected ${method} at ${path}, got ${request.method}.`);
  const answered = await api.handle(route, await readBody(request, maxBodyBytes));
  if (answered.status === 202) send(response, 202, 'text/plain', '');
  else send(response, 200, 'application/cbor', answered.body);
}

/** The whole body, in memory of its own: decoded byte strings are copies, never views of a pooled buffer. */
async function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<Uint8Array> {
  const tooLarge = (): HttpError =>
    new HttpError(413, `The request body is larger than ${maxBodyBytes} bytes: send less, or in chunks.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

function fail(response: ServerResponse, error: unknown, onError: (error: unknown) => void): void {
  if (response.headersSent || response.destroyed) return;
  if (error instanceof HttpError) {
    // What is left of a refused body is not read; the connection cannot be used again.
    if (error.status === 413) response.setHeader('Connection', 'close');
    send(response, error.status, 'text/plain; charset=utf-8', error.message);
    return;
  }
  onError(error);
  send(response, 500, 'text/plain; charset=utf-8', 'The localnet failed on this request; its log says why.');
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Uint8Array | string,
): void {
  response.writeHead(status, {
    ...CORS_HEADERS,
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void =>
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(host, port) : error);
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}
