import { Agent, request } from 'node:http';

/** One request that no client should send. */
export interface BadRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends bad requests to a server of this machine over connections that are kept. */
export interface Volley {
  send(bad: BadRequest): Promise<Reply>;
  /** Sends all of them, several at a time, and tells the first that was not answered as it should be. */
  sendAll(
    requests: readonly BadRequest[],
    isGood: (reply: Reply) => boolean,
    statuses: Map<number, number>,
  ): Promise<string | undefined>;
  close(): void;
}

const PARALLEL = 8;

export function volleyAt(port: number): Volley {
  const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
  const send: Volley['send'] = ({ method, path, body }) =>
    new Promise((resolve, reject) => {
      // Node gives a GET's body no length, which would make it the next request.
      const headers = { 'content-length': body.length };
      const to = { host: '127.0.0.1', port, agent, method, path, headers };
      const sent = request(to, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('latin1') }),
        );
      });
      sent.once('error', reject).end(body);
    });
  return {
    send,
    sendAll: async (requests, isGood, statuses) => {
      let flaw: string | undefined;
      const next = requests.values();
      const worker = async (): Promise<void> => {
        for (const bad of next) {
          const reply = await send(bad);
          const { status, text } = reply;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (isGood(reply)) continue;
          const body = Buffer.from(bad.body).toString('hex').slice(0, 2_000);
          flaw ??= `${status} "${text}" to ${bad.method} ${bad.path} ${body}`;
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
      return flaw;
    },
    close: () => agent.destroy(),
  };
}
