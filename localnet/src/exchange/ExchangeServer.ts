import { setTimeout } from 'node:timers/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Exchange } from './Exchange.ts';
import { answerWithFaults } from './faults/FaultyAnswer.ts';
import type { StreamTimes } from './socket/Heartbeat.ts';
import { StreamServer } from './socket/StreamServer.ts';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 64 * 1024;
const TOO_LARGE_PAGE =
  '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n</body>\r\n</html>\r\n';

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

/** A body that is larger than any request of the venue's. */
class BodyTooLargeError extends Error {}

/** Puts an exchange behind HTTP and WebSocket on the loopback address. */
export class ExchangeServer {
  readonly exchange: Exchange;
  private readonly extras: Readonly<Record<string, (query: string) => unknown>>;
  readonly streams: StreamServer;
  private server: Server | undefined;

  /**
   * @param extras this machine's own routes beside the venue's, such as `GET /localnet/v1/instructions`: given the query,
   * they return what is answered as JSON; what they throw becomes a 400 with its message.
   * @param times how long connections and their pings last, where it is not as at the venue.
   */
  constructor(
    exchange: Exchange,
    extras: Readonly<Record<string, (query: string) => unknown>> = {},
    times: Partial<StreamTimes> = {},
  ) {
    this.exchange = exchange;
    this.extras = extras;
    this.streams = new StreamServer(exchange, times);
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
        this.streams.attach(server);
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
    this.streams.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
      const extra = this.extras[`${request.method} ${path}`];
      if (extra !== undefined) {
        answerExtra(response, () => extra(query));
        return;
      }
      const apiKey = request.headers['x-mbx-apikey'];
      const wire = {
        method: request.method ?? 'GET',
        path,
        query,
        body,
        apiKey: typeof apiKey === 'string' ? apiKey : undefined,
        address: request.socket.remoteAddress ?? HOST,
      };
      const outcome = await answerWithFaults(this.exchange, wire, (delayMs) => setTimeout(delayMs));
      if (outcome.answer === undefined) {
        request.socket.destroy();
        return;
      }
      const { status, body: content, headers } = outcome.answer;
      send(response, status, content, headers);
    } catch (error) {
      if (error instanceof BodyTooLargeError) {
        response.setHeader('connection', 'close');
        send(response, 413, error.message);
        return;
      }
      process.emitWarning(error instanceof Error ? error : String(error));
      send(response, 500, {
        code: -1000,
        msg: 'An unknown error occurred while processing the request.',
      });
    }
  }
}

function answerExtra(response: ServerResponse, extra: () => unknown): void {
  try {
    send(response, 200, extra());
  } catch (error) {
    send(response, 400, { msg: error instanceof Error ? error.message : String(error) });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Left whole on refusal: the answer still goes out over the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new BodyTooLargeError(TOO_LARGE_PAGE);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  response: ServerResponse,
  status: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const isPage = typeof content === 'string';
  const text = isPage ? content : JSON.stringify(content);
  response.writeHead(status, {
    'content-type': isPage ? 'text/html' : 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
