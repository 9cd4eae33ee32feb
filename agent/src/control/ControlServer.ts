import { chmod, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MAX_LINE, readAsk, SOCKET_NAME, type Ask, type Reply } from './Protocol.ts';

/** Systems allow a socket's path hardly more than this. */
const MAX_PATH = 103;

/**
 * Answers one-shot commands of the same user while the agent runs. Whoever holds the journal's lock owns the socket, so
 * one that is left of a killed agent is simply replaced.
 */
export class ControlServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
  }

  /** @throws RangeError for a state directory whose path is too long */
  static async start(stateDir: string, answer: (ask: Ask) => Promise<Reply>): Promise<ControlServer> {
    const path = join(stateDir, SOCKET_NAME);
    if (Buffer.byteLength(path) > MAX_PATH) {
      throw new RangeError(
        `expected a state directory whose path leaves room for a socket, got ${path}; choose a shorter one`,
      );
    }
    await unlink(path).catch(() => undefined);
    const server = createServer();
    const control = new ControlServer(server, path);
    server.on('connection', (socket) => control.#serve(socket, answer));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    await chmod(path, 0o600);
    return control;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await unlink(this.#path).catch(() => undefined);
  }

  #serve(socket: Socket, answer: (ask: Ask) => Promise<Reply>): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // What a client breaks ends its own connection and nothing else.
    socket.on('error', () => socket.destroy());
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => {
      if (line.length > MAX_LINE) return socket.destroy();
      void reply(line, answer).then((text) => {
        if (!socket.destroyed) socket.write(`${text}\n`);
      });
    });
  }
}

async function reply(line: string, answer: (ask: Ask) => Promise<Reply>): Promise<string> {
  try {
    return JSON.stringify(await answer(readAsk(line)));
  } catch (error) {
    const isTheirs = error instanceof RangeError || error instanceof SyntaxError;
    const message = error instanceof Error ? error.message : String(error);
    return JSON.stringify({ ok: false, kind: isTheirs ? 'request' : 'internal', message } satisfies Reply);
  }
}
