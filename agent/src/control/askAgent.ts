import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SOCKET_NAME, type Ask, type Reply } from './Protocol.ts';

/**
 * Asks the agent that runs on a state directory.
 * @returns null when none runs there
 */
export function askAgent(stateDir: string, ask: Ask, timeoutMs = 60_000): Promise<Reply | null> {
  return new Promise((resolve) => {
    const socket = createConnection(join(stateDir, SOCKET_NAME));
    const late = (): Reply => ({
      ok: false,
      kind: 'temporary',
      message: `the running agent did not answer within ${String(timeoutMs / 1000)} s`,
    });
    let isConnected = false;
    const end = (reply: Reply | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    const timer = setTimeout(() => end(late()), timeoutMs);
    socket.once('connect', () => {
      isConnected = true;
      socket.write(`${JSON.stringify(ask)}\n`);
    });
    socket.once('error', () => {
      if (!isConnected) end(null);
    });
    socket.once('close', () =>
      end(
        isConnected ? { ok: false, kind: 'temporary', message: 'the agent ended before it answered' } : null,
      ),
    );
    createInterface({ input: socket })
      // The interface passes its input's errors on; they are told of above.
      .on('error', () => undefined)
      .once('line', (line) => end(JSON.parse(line) as Reply));
  });
}
