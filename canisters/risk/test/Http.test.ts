import { encodeObservation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCanister } from '../../../scripts/build-canister.mjs';
import { AGENT, enrol, told, WARM_UP, warm } from './support/Cast.ts';
import { createMarket, idOf, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

let risk: Risk;
beforeAll(async () => {
  const market = createMarket(WARM_UP + 2, 31);
  risk = new Risk(await builtWasm(), START_MS);
  enrol(risk);
  warm(risk, market);
  for (const [options, expected] of [
    [{}, 'record'],
    [{ tick: true }, 'tick'],
    [{ tick: true, id: idOf(5), afterMs: -9 }, 'request/out-of-order'],
  ] as const) {
    expect(told(risk.send('observe', encodeObservation(lookOf(market, WARM_UP, options)), AGENT))).toBe(
      expected,
    );
  }
});

function get(path: string, method = 'GET'): { status: number; type: string; text: string } {
  const response = risk.http(method, path);
  const type = response.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  return { status: response.status_code, type, text: Buffer.from(response.body).toString() };
}

describe('/metrics', () => {
  it('is Prometheus text that counts updates by method and outcome, and what they took', () => {
    const { status, type, text } = get('/metrics?x=1');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const lines = text.trimEnd().split('\n');
    for (const line of lines)
      expect(line).toMatch(
        /^(# (HELP|TYPE) plimsoll_\w+ .+|plimsoll_\w+(\{(\w+="[\w.-]*",?)+\})? [0-9.e+-]+)$/,
      );
    const sample = (name: string): number =>
      Number(
        lines
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')
          .at(-1),
      );
    expect(sample('plimsoll_updates_total{method="observe",outcome="record"}')).toBe(1);
    expect(sample('plimsoll_updates_total{method="observe",outcome="tick"}')).toBe(1);
    expect(sample('plimsoll_updates_total{method="observe",outcome="request"}')).toBe(1);
    expect(sample('plimsoll_instructions_total{method="observe",outcome="record"}')).toBeGreaterThan(1e6);
    expect(sample('plimsoll_owners')).toBe(1);
    expect(sample('plimsoll_self_test_passed')).toBe(1);
    expect(sample('plimsoll_cycles')).toBeGreaterThan(0);
    expect(sample('plimsoll_low_cycles')).toBe(0);
    // As the network sees them; they grow only, so that those of a moment ago are no more than those of now.
    const { heapBytes, stableBytes } = risk.bytes();
    expect(sample('plimsoll_heap_bytes')).toBeGreaterThan(heapBytes / 2);
    expect(sample('plimsoll_heap_bytes')).toBeLessThanOrEqual(heapBytes);
    expect(sample('plimsoll_stable_bytes')).toBeGreaterThan(0);
    expect(sample('plimsoll_stable_bytes')).toBeLessThanOrEqual(stableBytes);
    expect(sample('plimsoll_waiting_owners')).toBe(0);
  });

  it('names no owner, agent or venue', () => {
    expect(get('/metrics').text).not.toMatch(/binance|principal|owner="/);
  });
});

describe('/health', () => {
  it('says that the canister decides', () => {
    const { status, text } = get('/health');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ status: 'ok', selfTest: 'passed', lowCycles: false });
  });

  it('other paths and methods are refused', () => {
    expect([get('/').status, get('/metrics', 'POST').status]).toEqual([404, 405]);
  });
});

it('build_info tells the commit and the hash of the engine that the build baked in', async () => {
  await buildCanister();
  const { git_commit, engine_hash } = risk.buildInfo();
  expect(git_commit).toMatch(/^([0-9a-f]{40}(-dirty)?|unknown)$/);
  expect(engine_hash).toMatch(/^[0-9a-f]{64}$/);
});
