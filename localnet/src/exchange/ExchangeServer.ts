import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Exchange } from './Exchange.ts';
import { answer } from './Router.ts';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 64 * 1024;

/** The exchange could not take its port. */
export class ExchangePortError extends Error {
  readonly port: number;

  constructor(port: number, cause: unknown) {
    const got = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    super(
      `exchange: expected port ${port} of ${HOST} to be free, got ${got}; stop what listens there or choose another port`,
      { cause },
    );
    this.name = 'ExchangePortError';
    this.port = port;
  }
}

/** Puts an exchange behind HTTP on the loopback address. */
export class ExchangeServer {
  readonly exchange: Exchange;
  private readonly extras: Readonly<Record<string, () => unknown>>;
  private server: Server | undefined;

  /** @param extras paths of this machine's own, beside the venue's, answered to GET with JSON. */
  constructor(exchange: Exchange, extras: Readonly<Record<string, () => unknown>> = {}) {
    this.exchange = exchange;
    this.extras = extras;
  }

  /**
   * Listens on a port, 0 for any free one.
   * @returns the base address, as in `http://127.0.0.1:4944`
   * @throws ExchangePortError
   */
  start(port: number): Promise<string> {
    if (this.server !== undefined)
      throw new Error('exchange: expected a server that is not running; close it first');
    const server = createServer((request, response) => void this.serve(request, response));
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => reject(new ExchangePortError(port, cause)));
      server.listen(port, HOST, () => {
        this.server = server;
        const { port: taken } = server.address() as AddressInfo;
        resolve(`http://${HOST}:${taken}`);
      });
    });
  }

  /** Stops listening and drops connections; a second call does nothing. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
      const extra = request.method === 'GET' ? this.extras[path] : undefined;
      if (extra !== undefined) {
        send(response, 200, extra());
        return;
      }
      const apiKey = request.headers['x-mbx-apikey'];
      const { status, body: content } = answer(this.exchange, {
        method: request.method ?? 'GET',
        path,
        query,
        body,
        apiKey: typeof apiKey === 'string' ? apiKey : undefined,
      });
      send(response, status, content);
    } catch (error) {
      const msg = error instanceof Error ? error.message : String(error);
      send(response, 500, {
        code: -1000,
        msg: `An unknown error occurred while processing the request: ${msg}`,
      });
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`expected a body of at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, content: unknown): void {
  const text = JSON.stringify(content);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
