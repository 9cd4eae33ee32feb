import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wallClock, type Clock } from '../ic/Clock.ts';
import { PortInUseError } from '../ic/http/IcServer.ts';
import { anchorOf, delegate } from './Anchor.ts';
import { BadRequest, parseAnchor, parseDelegationRequest } from './DelegationRequest.ts';

export interface IdentityServerOptions {
  /** Decides the keys of all anchors. */
  readonly seed: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** By which sessions expire; the machine's by default. */
  readonly clock?: Clock;
}

/** The development identity provider, listening. */
export interface IdentityServer {
  /** What applications give as `identityProvider`. */
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 16 * 1024;
const FILES: ReadonlyMap<string, readonly [name: string, type: string]> = new Map([
  ['/', ['index.html', 'text/html; charset=utf-8']],
  ['/page.js', ['page.js', 'text/javascript; charset=utf-8']],
  ['/style.css', ['style.css', 'text/css; charset=utf-8']],
]);
const ANCHOR_PATH = /^\/anchors\/(\d{1,20})$/;
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Starts a page that speaks Internet Identity's window protocol and signs anybody in as any anchor. It listens on this
 * machine alone and signs only for its own page, not for other sites open in the same browser.
 *
 * @throws PortInUseError
 */
export async function startIdentityServer(options: IdentityServerOptions): Promise<IdentityServer> {
  const { seed, port = 0, clock = wallClock } = options;
  const server = createServer((request, response) => {
    void answerOf(request, seed, clock).then(({ status, type, body }) => {
      response.writeHead(status, { ...HEADERS, 'Content-Type': type });
      response.end(body);
    }, failed(response));
  });
  await listen(server, port);
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answerOf(request: IncomingMessage, seed: string, clock: Clock): Promise<Answer> {
  const path = (request.url ?? '/').split('?', 1)[0]!;
  const own = request.headers.host ?? '';
  // Another name for this address would let a foreign site pass as ours.
  if (!/^(127\.0\.0\.1|localhost):\d+$/.test(own)) {
    return text(403, `Expected to be called at ${HOST} or localhost, got "${own}".`);
  }
  if (request.method === 'POST' && path === '/delegations') {
    const origin = request.headers.origin;
    if (origin !== undefined && origin !== `http://${own}`) {
      return text(403, `Only the page at http://${own} may ask for a delegation, not ${origin}.`);
    }
    const { anchor, sessionKey, maxTimeToLiveNs } = parseDelegationRequest(await bodyOf(request));
    return json(delegate(anchorOf(seed, anchor), sessionKey, clock.nowNs(), maxTimeToLiveNs));
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return text(405, `Expected GET, or POST at /delegations, got ${request.method} at ${path}.`);
  }
  const file = FILES.get(path);
  if (file !== undefined) {
    return { status: 200, type: file[1], body: readFileSync(new URL(`page/${file[0]}`, import.meta.url)) };
  }
  const [, number] = ANCHOR_PATH.exec(path) ?? [];
  if (number !== undefined) {
    const { principal } = anchorOf(seed, parseAnchor(Number(number)));
    return json({ anchor: Number(number), principal });
  }
  return text(404, `There is nothing at ${path}: expected /, /anchors/<number> or /delegations.`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      throw new BadRequest(`expected at most ${MAX_BODY_BYTES} bytes, got more`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failed(response: ServerResponse): (error: unknown) => void {
  return (error) => {
    const isTheirs = error instanceof BadRequest;
    if (!isTheirs) console.error(error);
    response.writeHead(isTheirs ? 400 : 500, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(isTheirs ? error.message : 'The identity provider failed; its log says why.');
  };
}

function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', body: JSON.stringify(value) };
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(HOST, port) : error);
    });
    server.listen(port, HOST, resolve);
  });
}
