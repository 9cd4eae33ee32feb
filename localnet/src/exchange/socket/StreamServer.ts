import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Exchange } from '../Exchange.ts';
import { listenKeyExpiredEvent } from './AccountEvents.ts';
import { AccountFeed } from './AccountFeed.ts';
import { API_PATH, serveApi } from './ApiSocket.ts';
import { Connection, MAX_STREAMS } from './Connection.ts';
import { Heartbeat, type StreamTimes, VENUE_TIMES } from './Heartbeat.ts';
import { type MarketStream, marketStreamOf, repeatsEveryMs } from './MarketStream.ts';
import { readStreamPath } from './StreamPath.ts';

const MAX_MESSAGE_BYTES = 64 * 1024;

/** The user stream of one account while its listen key is alive and somebody listens. */
interface Private {
  readonly account: Exchange;
  readonly feed: AccountFeed;
}

/** Serves the venue's streams, public and private, beside its REST endpoints. */
export class StreamServer {
  private readonly exchange: Exchange;
  private readonly times: StreamTimes;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  private readonly heartbeat: Heartbeat;
  private readonly connections = new Set<Connection>();
  private readonly publics = new Map<string, MarketStream>();
  private readonly privates = new Map<string, Private>();
  private readonly detach: (() => void)[] = [];
  private ticks = 0;

  constructor(exchange: Exchange, times: Partial<StreamTimes> = {}) {
    this.exchange = exchange;
    this.times = { ...VENUE_TIMES, ...times };
    this.heartbeat = new Heartbeat(this.times, exchange.socketFaults);
  }

  /** Takes over a server's upgrade requests until closed. */
  attach(server: Server): void {
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
      this.upgrade(request, socket, head);
    const publish = (): void => this.publish();
    const timer = setInterval(() => this.tick(), this.times.tickMs);
    timer.unref();
    server.on('upgrade', upgrade);
    this.exchange.watchers.add(publish);
    this.detach.push(
      () => server.off('upgrade', upgrade),
      () => this.exchange.watchers.delete(publish),
      () => clearInterval(timer),
      this.exchange.socketFaults.onDrop(() => this.heartbeat.drop()),
    );
  }

  /** Cuts every connection and stops. */
  close(): void {
    for (const undo of this.detach.splice(0)) undo();
    this.heartbeat.drop();
  }

  /** Connections that are open. */
  get size(): number {
    return this.heartbeat.size;
  }

  /** Streams that somebody follows, listen keys among them. */
  get names(): string[] {
    return [...this.publics.keys(), ...this.privates.keys()];
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = request.url ?? '';
    if (url === API_PATH || url.startsWith(`${API_PATH}?`)) {
      this.sockets.handleUpgrade(request, socket, head, (opened) => {
        this.heartbeat.add(opened);
        serveApi(this.exchange, opened, request.socket.remoteAddress ?? '');
      });
      return;
    }
    const path = readStreamPath(url);
    if (path === undefined || path.names.length > MAX_STREAMS) {
      const status = path === undefined ? '404 Not Found' : '400 Bad Request';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (opened) => {
      this.accept(opened, path.combined, path.names);
    });
  }

  private accept(socket: WebSocket, combined: boolean, names: readonly string[]): void {
    const { exchange } = this;
    const host = {
      isMute: () => exchange.socketFaults.halfOpen,
      subscribed: (to: Connection, added: readonly string[]) => this.begin(to, added),
    };
    const connection = new Connection(socket, host, combined, names);
    this.connections.add(connection);
    this.heartbeat.add(socket);
    socket.on('close', () => {
      this.connections.delete(connection);
      this.forget();
    });
    this.begin(connection, names);
  }

  /** Opens what nobody followed before and shows the new follower the present. */
  private begin(connection: Connection, names: readonly string[]): void {
    for (const name of names) {
      if (this.openPrivate(name)) continue;
      const stream = this.publics.get(name) ?? marketStreamOf(this.exchange, name);
      if (stream === undefined) continue;
      this.publics.set(name, stream);
      for (const event of stream.present()) connection.deliver(name, event);
    }
  }

  private openPrivate(name: string): boolean {
    const account = this.exchange.accounts.find(({ listenKeys }) => listenKeys.alive() === name);
    if (account === undefined) return false;
    if (!this.privates.has(name)) this.privates.set(name, { account, feed: new AccountFeed(account.venue) });
    return true;
  }

  /** Closes what nobody follows any more. */
  private forget(): void {
    const followed = new Set([...this.connections].flatMap(({ names }) => [...names]));
    for (const names of [this.publics, this.privates]) {
      for (const name of names.keys()) if (!followed.has(name)) names.delete(name);
    }
  }

  private publish(): void {
    const { socketFaults } = this.exchange;
    for (const [name, stream] of this.publics) {
      for (const event of stream.next()) {
        if (name.includes('@depth') && socketFaults.depthGaps > 0) socketFaults.depthGaps -= 1;
        else this.deliver(name, event);
      }
    }
    for (const [name, { feed }] of this.privates) {
      for (const event of feed.next()) {
        this.deliver(name, event);
        if (socketFaults.duplicates === 0) continue;
        socketFaults.duplicates -= 1;
        this.deliver(name, event);
      }
    }
  }

  private deliver(name: string, event: unknown): void {
    for (const connection of this.connections) {
      if (connection.names.has(name)) connection.deliver(name, event);
    }
  }

  private tick(): void {
    this.ticks += 1;
    this.expireListenKeys();
    const elapsedMs = this.ticks * this.times.tickMs;
    for (const [name, stream] of this.publics) {
      const everyMs = repeatsEveryMs(name);
      if (everyMs === undefined || elapsedMs % everyMs >= this.times.tickMs) continue;
      for (const event of stream.present()) this.deliver(name, event);
    }
    this.heartbeat.tick();
  }

  /** Tells followers of a key that is no longer alive, once. */
  private expireListenKeys(): void {
    for (const [name, { account }] of this.privates) {
      if (account.listenKeys.alive() === name) continue;
      this.deliver(name, listenKeyExpiredEvent(name, account.venue.timeMs));
      this.privates.delete(name);
    }
  }
}
