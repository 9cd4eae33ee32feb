import { DelegationChain, Ed25519KeyIdentity, isDelegationValid } from '@dfinity/identity';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../ic/Clock.ts';
import { PortInUseError } from '../ic/http/IcServer.ts';
import { anchorOf, MAX_TIME_TO_LIVE_NS } from './Anchor.ts';
import { startIdentityServer, type IdentityServer } from './IdentityServer.ts';

const SEED = 'identity server test';
const NOW_MS = Date.UTC(2026, 0, 1);
const clock = new ManualClock(NOW_MS);
const session = Ed25519KeyIdentity.generate();
const sessionPublicKey = Buffer.from(session.getPublicKey().toDer()).toString('hex');
const ASKED = { anchor: 10_000, sessionPublicKey, maxTimeToLive: '60000000000' };

let server: IdentityServer;
beforeAll(async () => {
  server = await startIdentityServer({ seed: SEED, clock });
});
afterAll(() => server.close());

const ask = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/delegations`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('the identity server', () => {
  it('gives a delegation chain that the published library reads', async () => {
    const chain = DelegationChain.fromJSON(await (await ask(ASKED)).text());
    expect(chain.publicKey).toEqual(anchorOf(SEED, 10_000).publicKey);
    expect(Buffer.from(chain.delegations[0]!.delegation.pubkey).toString('hex')).toBe(sessionPublicKey);
    vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
    try {
      expect(isDelegationValid(chain)).toBe(true);
      vi.setSystemTime(NOW_MS + 60_001);
      expect(isDelegationValid(chain)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends a session when the application asked for, and after thirty days at most', async () => {
    const expiration = async (maxTimeToLive: string) => {
      const chain = DelegationChain.fromJSON(await (await ask({ ...ASKED, maxTimeToLive })).text());
      return chain.delegations[0]!.delegation.expiration - BigInt(NOW_MS) * 1_000_000n;
    };
    expect(await expiration('1')).toBe(1n);
    expect(await expiration('28800000000000')).toBe(28_800_000_000_000n);
    expect(await expiration(String(MAX_TIME_TO_LIVE_NS + 1n))).toBe(MAX_TIME_TO_LIVE_NS);
    expect(await expiration('99999999999999999999')).toBe(MAX_TIME_TO_LIVE_NS);
  });

  it('has the same anchors for the same seed, and others for another', () => {
    expect(anchorOf(SEED, 10_000).principal).toBe(anchorOf(SEED, 10_000).principal);
    const all = [anchorOf(SEED, 10_000), anchorOf(SEED, 10_001), anchorOf('another', 10_000)];
    expect(new Set(all.map(({ principal }) => principal)).size).toBe(3);
  });

  it('tells the principal of an anchor', async () => {
    const answer = await (await fetch(`${server.url}/anchors/10001`)).json();
    expect(answer).toEqual({ anchor: 10_001, principal: anchorOf(SEED, 10_001).principal });
  });

  it.each([
    ['nothing', '', 'expected JSON'],
    ['null', 'null', 'anchor: expected'],
    ['an anchor too small', { ...ASKED, anchor: 9_999 }, 'anchor: expected'],
    ['an anchor that is text', { ...ASKED, anchor: '10000' }, 'anchor: expected'],
    ['no key', { ...ASKED, sessionPublicKey: undefined }, 'sessionPublicKey: expected'],
    ['a key that is none', { ...ASKED, sessionPublicKey: 'abcd' }, 'sessionPublicKey: expected'],
    ['no time', { ...ASKED, maxTimeToLive: '0' }, 'maxTimeToLive: expected'],
    ['a negative time', { ...ASKED, maxTimeToLive: '-5' }, 'maxTimeToLive: expected'],
    ['a body too large', 'x'.repeat(20_000), 'expected at most'],
  ])('refuses %s, saying what it expected', async (_, body, why) => {
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(why);
  });

  it('signs nothing for another site, nor under another name of this machine', async () => {
    expect((await ask(ASKED, { Origin: 'https://example.com' })).status).toBe(403);
    expect((await ask(ASKED, { Origin: server.url })).status).toBe(200);
    const { port } = new URL(server.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { Host: `rebound.example:${port}` };
      request({ host: '127.0.0.1', port, path: '/', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it.each([
    ['GET', '/nowhere', 404],
    ['GET', '/../Anchor.ts', 404],
    ['GET', '/anchors/1', 400],
    ['GET', '/anchors/99999999999999999999', 400],
    ['PUT', '/', 405],
    ['GET', '/delegations', 404],
    ['GET', '/', 200],
    ['HEAD', '/', 200],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await fetch(server.url + path, { method })).status).toBe(status);
  });

  it('names the port that is taken', async () => {
    const { port } = new URL(server.url);
    await expect(startIdentityServer({ seed: SEED, port: Number(port) })).rejects.toThrow(PortInUseError);
  });
});
