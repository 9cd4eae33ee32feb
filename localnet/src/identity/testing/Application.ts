import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A site of its own origin that signs people in with the unmodified `@dfinity/auth-client`. */
export interface Application {
  readonly url: string;
  close(): Promise<void>;
}

/** Bundles `application.js` and serves it. */
export async function startApplication(): Promise<Application> {
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL('application.js', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { global: 'globalThis' },
    write: false,
  });
  const script = bundled.outputFiles[0]!.text;
  const page =
    '<!doctype html><html lang="en"><title>Application</title><script type="module" src="app.js"></script>';
  const server = createServer(({ url }, response) => {
    const isScript = url === '/app.js';
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
