import type { WebSocket } from 'ws';
import { readStreamRequest, type RequestId, StreamRequestError } from './StreamRequest.ts';

/** Streams one connection may follow, and messages (pings and pongs included) it may send in a second. */
export const MAX_STREAMS = 1_024;
export const MAX_MESSAGES_PER_SECOND = 10;

const POLICY_VIOLATION = 1008;

/** What a connection needs from its server. */
export interface StreamHost {
  /** Half-open: nothing is to be sent. */
  readonly isMute: () => boolean;
  /** Called after names were added, once the client has been told. */
  readonly subscribed: (connection: Connection, names: readonly string[]) => void;
}

/** One client's stream connection: what it follows, and its side of the conversation. */
export class Connection {
  readonly names = new Set<string>();
  private readonly socket: WebSocket;
  private readonly host: StreamHost;
  /** Whether events come wrapped with the name of their stream. */
  private combined: boolean;
  private second = 0;
  private messages = 0;

  constructor(socket: WebSocket, host: StreamHost, combined: boolean, names: readonly string[]) {
    this.socket = socket;
    this.host = host;
    this.combined = combined;
    for (const name of names) this.names.add(name);
    socket.on('message', (data: Buffer, isBinary) => this.receive(isBinary ? '' : data.toString('utf8')));
    socket.on('ping', (data: Buffer) => {
      if (this.count() && !this.host.isMute()) socket.pong(data);
    });
    socket.on('pong', () => void this.count());
  }

  /** Sends an event of a stream that is followed. */
  deliver(name: string, event: unknown): void {
    this.send(this.combined ? { stream: name, data: event } : event);
  }

  /** Counts one message. @returns false when there were too many, and the connection is being closed */
  private count(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.second) [this.second, this.messages] = [second, 0];
    this.messages += 1;
    if (this.messages <= MAX_MESSAGES_PER_SECOND) return true;
    this.socket.close(POLICY_VIOLATION, 'Too many requests');
    return false;
  }

  private receive(text: string): void {
    if (!this.count()) return;
    try {
      const request = readStreamRequest(text);
      switch (request.method) {
        case 'SUBSCRIBE':
          this.subscribe(request.params, request.id);
          break;
        case 'UNSUBSCRIBE':
          for (const name of request.params) this.names.delete(name);
          this.reply(request.id, null);
          break;
        case 'LIST_SUBSCRIPTIONS':
          this.reply(request.id, [...this.names]);
          break;
        case 'SET_PROPERTY':
          this.combined = request.combined;
          this.reply(request.id, null);
          break;
        case 'GET_PROPERTY':
          this.reply(request.id, this.combined);
          break;
      }
    } catch (error) {
      if (!(error instanceof StreamRequestError)) throw error;
      this.send({ error: { code: error.code, msg: error.message }, id: error.id });
    }
  }

  private subscribe(names: readonly string[], id: RequestId): void {
    const fresh = [...new Set(names)].filter((name) => !this.names.has(name));
    if (this.names.size + fresh.length > MAX_STREAMS)
      throw new StreamRequestError(
        2,
        `Invalid request: too many parameters, at most ${MAX_STREAMS} streams`,
        id,
      );
    for (const name of fresh) this.names.add(name);
    // Clients drop what comes before this answer.
    this.reply(id, null);
    this.host.subscribed(this, fresh);
  }

  private reply(id: RequestId, result: unknown): void {
    this.send({ result, id });
  }

  private send(message: unknown): void {
    if (this.socket.readyState === this.socket.OPEN && !this.host.isMute())
      this.socket.send(JSON.stringify(message));
  }
}
