import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Answer = unknown;

/**
 * A server on the loopback address that answers by method and path, in shapes written down from what ccxt's parsers
 * read. It shows what an unmodified ccxt sends; it is no venue and knows no rules.
 */
export async function openWire(answers: Record<string, Answer | ((asked: Asked) => Answer)>) {
  const asked: Asked[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://x');
      const text = Buffer.concat(chunks).toString('utf8');
      const one: Asked = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: text === '' ? null : (JSON.parse(text) as unknown),
      };
      asked.push(one);
      const answer = answers[`${one.method} ${one.path}`];
      outgoing.setHeader('content-type', 'application/json');
      if (answer === undefined) outgoing.statusCode = 404;
      outgoing.end(
        JSON.stringify(typeof answer === 'function' ? (answer as (a: Asked) => Answer)(one) : (answer ?? {})),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    answers,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    last: (method: string, path: string): Asked | undefined =>
      asked.filter((each) => each.method === method && each.path === path).at(-1),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Wire = Awaited<ReturnType<typeof openWire>>;
