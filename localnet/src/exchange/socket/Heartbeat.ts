import type { WebSocket } from 'ws';
import type { SocketFaults } from './SocketFaults.ts';

/** How long things last, ms of this machine's steady clock. */
export interface StreamTimes {
  /** After this a connection is closed. */
  readonly connectionMs: number;
  readonly pingEveryMs: number;
  /** A connection that answered no ping for this long is cut. */
  readonly pongWithinMs: number;
  /** How often repeated events, listen keys and connections are looked after. */
  readonly tickMs: number;
}

export const VENUE_TIMES: StreamTimes = {
  connectionMs: 24 * 3_600_000,
  pingEveryMs: 3 * 60_000,
  pongWithinMs: 10 * 60_000,
  tickMs: 1_000,
};

interface Life {
  readonly socket: WebSocket;
  readonly openedMs: number;
  pingedMs: number;
  heardMs: number;
}

/** Keeps connections alive as long as they are meant to live. */
export class Heartbeat {
  private readonly times: StreamTimes;
  private readonly faults: SocketFaults;
  private readonly lives = new Set<Life>();

  constructor(times: StreamTimes, faults: SocketFaults) {
    this.times = times;
    this.faults = faults;
  }

  /** Connections that are open. */
  get size(): number {
    return this.lives.size;
  }

  /** Looks after a connection from now on. */
  add(socket: WebSocket): void {
    const nowMs = performance.now();
    const life: Life = { socket, openedMs: nowMs, pingedMs: nowMs, heardMs: nowMs };
    this.lives.add(life);
    socket.on('pong', () => (life.heardMs = performance.now()));
    // What a client sends wrongly ends its own connection and nothing else.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.lives.delete(life));
  }

  /** Pings whoever is due, closes those whose day is over and cuts those that do not answer. */
  tick(): void {
    const nowMs = performance.now();
    const { connectionMs, pingEveryMs, pongWithinMs } = this.times;
    for (const life of this.lives) {
      if (nowMs - life.openedMs >= connectionMs) life.socket.close(1000);
      else if (nowMs - life.heardMs >= pongWithinMs) life.socket.terminate();
      else if (nowMs - life.pingedMs >= pingEveryMs && !this.faults.halfOpen) {
        life.pingedMs = nowMs;
        life.socket.ping(String(Date.now()));
      }
    }
  }

  /** Cuts every connection without a closing handshake. */
  drop(): void {
    for (const { socket } of this.lives) socket.terminate();
  }
}
