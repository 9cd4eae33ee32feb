import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../config/ConfigError.ts';
import { redact } from '../credentials/Redaction.ts';

export interface Address {
  /** Where to listen; another than this machine's own addresses has to be meant. */
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

export interface Request {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Address of the peer. */
  readonly peer: string;
  /** Reads the body, at most `maxBytes` of it. @throws BodyError */
  readonly body: () => Promise<Buffer>;
}

export interface Response {
  readonly status: number;
  readonly body: string | object;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpServerOptions extends Address {
  readonly maxBytes: number;
  readonly handle: (request: Request) => Response | Promise<Response>;
}

/** A body that is not taken. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

export interface HttpServer {
  /** Such as `http://127.0.0.1:9464`. */
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
/** A request that dawdles holds a socket, no more. */
const REQUEST_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 64;

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

/**
 * A small server for this machine: bounded in size, time and connections; every answer is free of secrets.
 * @throws ConfigError where it cannot listen
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port } = options;
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: 8_192 },
    (incoming, outgoing) => void answer(options, incoming, outgoing),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.keepAliveTimeout = REQUEST_TIMEOUT_MS;
  await listen(server, port, host);
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${String(bound.port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      const code = 'code' in error ? String(error.code) : error.message;
      reject(
        new ConfigError(
          `expected to listen on ${host}:${String(port)}, got ${code}; stop what listens there or configure another port`,
        ),
      );
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

async function answer(
  { handle, maxBytes }: HttpServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  let response: Response;
  try {
    response = await handle({
      method: incoming.method ?? '',
      path: (incoming.url ?? '/').split('?', 1)[0] ?? '/',
      headers: incoming.headers,
      peer: incoming.socket.remoteAddress ?? '',
      body: () => bodyOf(incoming, maxBytes),
    });
  } catch (error) {
    response =
      error instanceof BodyError
        ? { status: error.status, body: { error: error.message } }
        : { status: 500, body: { error: 'internal' } };
  }
  const { status, body, contentType, headers = {} } = response;
  const text = redact(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  // What was not read of a request would be taken for the next one.
  const close = incoming.complete ? {} : { connection: 'close' };
  outgoing.writeHead(status, {
    'content-type':
      contentType ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'),
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
    ...close,
  });
  outgoing.end(text);
}

async function bodyOf(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): BodyError =>
    new BodyError(413, `expected at most ${String(maxBytes)} bytes, got more`);
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof BodyError ? error : new BodyError(400, 'expected a whole body, got a part of one');
  }
  return Buffer.concat(chunks);
}
