import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What befalls one request. `lose-reply`: it is carried out, the connection then breaks. `lose-request`: the connection
 * breaks before it is carried out. `hang`: carried out, never answered. Otherwise this answer is given, the request
 * being carried out before it or not.
 */
export type Fault =
  | 'lose-reply'
  | 'lose-request'
  | 'hang'
  | {
      readonly status: number;
      readonly body: string;
      readonly isCarriedOut: boolean;
      readonly headers?: Record<string, string>;
    };

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** Stands between client and exchange and breaks what it is told to break. */
export class FaultyProxy {
  /** Every request, in the order in which it came. */
  readonly seen: Seen[] = [];
  /** Decides on each request; null lets it pass. */
  faultOf: (seen: Seen) => Fault | null = () => null;
  /** Changes what is answered; null leaves it. */
  rewrite: (seen: Seen, body: Buffer) => Buffer | string | null = () => null;
  readonly #target: URL;
  #server: Server | null = null;
  readonly #tunnels = new Set<Duplex>();

  constructor(target: string) {
    this.#target = new URL(target);
  }

  start(): Promise<string> {
    const server = createServer((incoming, outgoing) => void this.#pass(incoming, outgoing));
    // Streams pass as they are.
    server.on('upgrade', (incoming, socket, head) => this.#tunnel(incoming, socket, head));
    this.#server = server;
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
      });
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    server.closeAllConnections();
    for (const tunnel of this.#tunnels) tunnel.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Applies a fault to the next request of a method and path, once. */
  failOnce(method: string, path: string, fault: Fault, where: (seen: Seen) => boolean = () => true): void {
    const before = this.faultOf;
    this.faultOf = (seen) => {
      if (seen.method !== method || seen.path !== path || !where(seen)) return before(seen);
      this.faultOf = before;
      return fault;
    };
  }

  count(method: string, path: string): number {
    return this.seen.filter((seen) => seen.method === method && seen.path === path).length;
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(incoming.url ?? '/', this.#target);
    const parameters = new URLSearchParams(`${url.search.slice(1)}&${body.toString('utf8')}`);
    const seen = { method: incoming.method ?? '', path: url.pathname, parameters };
    this.seen.push(seen);
    const fault = this.faultOf(seen);
    if (fault === 'lose-request') return void incoming.socket.destroy();
    if (fault !== null && typeof fault === 'object' && !fault.isCarriedOut) {
      outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      return void outgoing.end(fault.body);
    }
    const answer = await this.#forward(incoming, url, body).catch(() => null);
    // What lies behind cut the connection: so does whoever stands before it.
    if (answer === null) return void incoming.socket.destroy();
    if (fault === 'hang') return;
    if (fault === 'lose-reply') return void incoming.socket.destroy();
    if (fault !== null) {
      outgoing.writeHead(fault.status, { 'content-type': 'application/json' });
      return void outgoing.end(fault.body);
    }
    outgoing.writeHead(answer.status, { 'content-type': answer.type });
    outgoing.end(this.rewrite(seen, answer.body) ?? answer.body);
  }

  #tunnel(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const onward = connect(Number(this.#target.port), this.#target.hostname, () => {
      const headers = Object.entries({ ...incoming.headers, host: this.#target.host })
        .map(([name, value]) => `${name}: ${String(value)}\r\n`)
        .join('');
      onward.write(`${incoming.method ?? 'GET'} ${incoming.url ?? '/'} HTTP/1.1\r\n${headers}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    this.#tunnels.add(socket).add(onward);
    for (const end of [socket, onward])
      end.on('error', () => [socket, onward].forEach((each) => each.destroy()));
  }

  #forward(incoming: IncomingMessage, url: URL, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { ...incoming.headers, host: this.#target.host };
      const onward = request(url, { method: incoming.method ?? 'GET', headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            type: answer.headers['content-type'] ?? 'application/json',
            body: Buffer.concat(chunks),
          }),
        );
      });
      onward.on('error', reject);
      onward.end(body);
    });
  }
}
