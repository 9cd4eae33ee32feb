import { decode } from '@dfinity/cbor';
import { afterEach, describe, expect, it } from 'vitest';
import { IcServer, PortInUseError } from './IcServer.ts';
import { ANONYMOUS, post, requestIdOf, type Content } from './testing/RawClient.ts';
import { startTestNetwork, type TestNetwork } from './testing/TestNetwork.ts';

const open: TestNetwork[] = [];
async function start(...options: Parameters<typeof startTestNetwork>): Promise<TestNetwork> {
  const net = await startTestNetwork(...options);
  open.push(net);
  return net;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((net) => net.server.close()));
});

const content = (net: TestNetwork, method_name: string, fields: Content = {}): Content => ({
  request_type: 'call',
  canister_id: net.canisterId.toUint8Array(),
  method_name,
  arg: new Uint8Array(0),
  sender: ANONYMOUS,
  ingress_expiry: net.subnet.timeNs() + 200_000_000_000n,
  ...fields,
});
const url = (net: TestNetwork, version: string, what: string): string =>
  `${net.server.url}/api/${version}/canister/${net.canisterId.toText()}/${what}`;

describe('the server', () => {
  it('tells its root key and that it is well', async () => {
    const net = await start();
    const response = await fetch(`${net.server.url}/api/v2/status`);
    expect(response.headers.get('content-type')).toBe('application/cbor');
    const status = decode(new Uint8Array(await response.arrayBuffer()));
    expect(status).toMatchObject({ root_key: net.server.rootKey, replica_health_status: 'healthy' });
  });

  it('answers browsers of any origin', async () => {
    const net = await start();
    const preflight = await fetch(url(net, 'v3', 'call'), { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Content-Type');
    for (const response of [
      preflight,
      await fetch(net.server.url),
      await fetch(`${net.server.url}/api/v2/status`),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/api/v2/status/', 404],
    ['POST', '/api/v2/status', 405],
    ['GET', '/api/v2/canister/aaaaa-aa/query', 405],
    ['POST', '/api/v4/canister/aaaaa-aa/query', 404],
    ['POST', '/api/v3/subnet/aaaaa-aa/call', 404],
    ['POST', '//', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const net = await start();
    expect((await fetch(net.server.url + path, { method })).status).toBe(status);
  });

  it('takes bodies up to its limit and refuses larger ones with 413', async () => {
    const net = await start({ maxBodyBytes: 2_200_000 });
    const large = await post(url(net, 'v3', 'call'), {
      content: content(net, 'echo', { arg: new Uint8Array(2_100_000) }),
    });
    expect(large.status).toBe(200);
    const tooLarge = { content: content(net, 'inc', { arg: new Uint8Array(2_300_000) }) };
    expect((await post(url(net, 'v3', 'call'), tooLarge)).status).toBe(413);
    // Without a length in its header the body is counted as it comes.
    const unmeasured = new Blob([new Uint8Array(2_300_000)]).stream();
    const init = { method: 'POST', body: unmeasured, duplex: 'half' };
    expect((await fetch(url(net, 'v3', 'call'), init as RequestInit)).status).toBe(413);
    expect(net.subnet.counter).toBe(0);
  });

  it('refuses at inspect without running, in every version', async () => {
    const net = await start();
    for (const version of ['v2', 'v3', 'v4']) {
      const { status, body } = await post(url(net, version, 'call'), { content: content(net, 'closed') });
      expect(status).toBe(200);
      expect(body).toEqual({
        status: 'non_replicated_rejection',
        reject_code: 4,
        reject_message: 'not today',
        error_code: 'IC0406',
      });
    }
  });

  it('answers 202 to a call that takes too long, and with the certificate once it is done', async () => {
    const net = await start({ callTimeoutMs: 50 });
    const request = content(net, 'slow');
    expect((await post(url(net, 'v3', 'call'), { content: request })).status).toBe(202);
    setTimeout(() => net.subnet.finish(requestIdOf(request)), 10);
    const { status, body } = await post(url(net, 'v4', 'call'), { content: request });
    expect([status, body['status']]).toEqual([200, 'replied']);
  });

  it('signs once for all who ask after one round, and anew after the next', async () => {
    const net = await start();
    const read = async (): Promise<unknown> => {
      const paths = [[new TextEncoder().encode('time')]];
      const request = { request_type: 'read_state', sender: ANONYMOUS, ingress_expiry: 0, paths };
      const { body } = await post(url(net, 'v2', 'read_state'), { content: request });
      return (decode(body['certificate'] as Uint8Array) as Record<string, unknown>)['signature'];
    };
    const [first, second] = [await read(), await read()];
    net.subnet.tick();
    expect(second).toEqual(first);
    expect(await read()).not.toEqual(first);
  });

  it('runs rounds by itself at the interval it is given', async () => {
    const net = await start({ roundIntervalMs: 5 });
    const before = net.subnet.rounds;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(net.subnet.rounds).toBeGreaterThan(before + 3);
    await net.server.close();
    const after = net.subnet.rounds;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(net.subnet.rounds).toBe(after);
  });

  it('reports a failing subnet and stays up', async () => {
    const errors: unknown[] = [];
    const net = await start({ onError: (error) => errors.push(error) });
    net.subnet.query = () => {
      throw new Error('broken');
    };
    const query = content(net, 'echo', { request_type: 'query' });
    expect((await post(url(net, 'v2', 'query'), { content: query })).status).toBe(500);
    expect(errors).toHaveLength(1);
    expect((await fetch(`${net.server.url}/api/v2/status`)).status).toBe(200);
  });

  it('names the port that is taken', async () => {
    const net = await start();
    const { port } = net.server;
    let takenOver = false;
    net.subnet.setDataCertificateSource = () => (takenOver = true);
    const second = IcServer.start({ subnet: net.subnet, keys: net.keys, port });
    await expect(second).rejects.toThrow(PortInUseError);
    await expect(second).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
    expect(takenOver).toBe(false);
  });

  it('closes at once though clients keep connections open and calls wait, and frees its port', async () => {
    const net = await start();
    await fetch(`${net.server.url}/api/v2/status`);
    const waiting = post(url(net, 'v3', 'call'), { content: content(net, 'slow') });
    while (net.subnet.rounds < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = performance.now();
    await net.server.close();
    expect((await waiting).status).toBe(202);
    expect(performance.now() - before).toBeLessThan(4_500);
    const again = await IcServer.start({
      subnet: net.subnet,
      keys: net.keys,
      port: net.server.port,
      roundIntervalMs: 0,
    });
    await again.close();
  });
});
