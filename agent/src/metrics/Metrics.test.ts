import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { registerSecret } from '../credentials/Redaction.ts';
import type { HttpServer } from '../http/HttpServer.ts';
import type { AgentStatus } from './AgentStatus.ts';
import { healthOf } from './Health.ts';
import { createMetrics, type Metrics } from './Metrics.ts';
import { openMetricsServer } from './MetricsServer.ts';

const NOW = Date.UTC(2026, 0, 1);
const WELL: AgentStatus = {
  mode: 'paper',
  startedMs: NOW - 3_600_000,
  isAgreed: true,
  venueReadMs: NOW - 1_000,
  canisterAnswerMs: NOW - 20_000,
  venueSilentMs: null,
  canisterSilentMs: null,
  priceAgeMs: 500,
  equityUsdt: 1_000,
  position: {
    quantity: -90,
    markPrice: 5,
    liquidationPrice: 6.1,
    stopPrice: 5.4,
    stopQuantity: 90,
    uncoveredSinceMs: null,
  },
  touchProbability8h: 0.001,
  leverageCap: 5,
  notionalCapUsdt: 900,
  isHalted: false,
  ambiguousOrders: 0,
  cyclesRunwayDays: 90,
  keyExpiresMs: null,
  grantExpiresMs: NOW + 86_400_000,
  journalBytes: 4_096,
};
let server: HttpServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const unwell = (changes: Partial<AgentStatus>, statusMs = NOW) =>
  healthOf({ ...WELL, ...changes }, statusMs, NOW)
    .checks.filter(({ ok }) => !ok)
    .map(({ name }) => name);

test('health says which thing is not well, each for itself', () => {
  expect(unwell({})).toEqual([]);
  expect(unwell({ venueReadMs: NOW - 180_001 })).toEqual(['venue']);
  expect(unwell({ venueSilentMs: 30_001 })).toEqual(['venue']);
  expect(unwell({ canisterSilentMs: 30_001 })).toEqual(['canister']);
  expect(unwell({ venueReadMs: null })).toEqual(['venue']);
  expect(unwell({ canisterAnswerMs: NOW - 180_001 })).toEqual(['canister']);
  expect(unwell({ priceAgeMs: 30_001 })).toEqual(['price']);
  expect(unwell({ priceAgeMs: null })).toEqual(['price']);
  expect(unwell({ isAgreed: false })).toEqual(['agreed']);
  expect(unwell({ ambiguousOrders: 1 })).toEqual(['orders']);
  expect(unwell({}, NOW - 300_001)).toEqual(['loop']);
  const uncovered = (sinceMs: number) => ({ position: { ...WELL.position!, uncoveredSinceMs: sinceMs } });
  expect(unwell(uncovered(NOW - 9_999))).toEqual([]);
  expect(unwell(uncovered(NOW - 10_000))).toEqual(['protected']);
  expect(unwell({ position: null })).toEqual([]);
});

const serve = async (metrics: Metrics, status: AgentStatus | null, writtenMs = NOW) => {
  server = await openMetricsServer({
    host: '127.0.0.1',
    port: 0,
    metrics,
    status: () => (status === null ? null : { status, writtenMs }),
    now: () => NOW,
  });
  return async (path: string, method = 'GET') => {
    const answer = await fetch(`${server!.url}${path}`, { method });
    return { status: answer.status, text: await answer.text() };
  };
};

test('what is known is shown in base units, what is not known is not shown at all', async () => {
  const metrics = createMetrics('1.2.3');
  metrics.decided('HOLD', 'none');
  metrics.ordered('stop', 'confirmed');
  metrics.refused('signature');
  metrics.took('canister', 1_500);
  const get = await serve(metrics, WELL);
  const { text } = await get('/metrics');
  for (const line of [
    'plimsoll_position_quantity -90',
    'plimsoll_canister_age_seconds 20',
    'plimsoll_grant_expires_seconds 86400',
    'plimsoll_info{version="1.2.3",mode="paper"} 1',
    'plimsoll_decisions_total{action="HOLD",reason="none"} 1',
    'plimsoll_orders_total{role="stop",outcome="confirmed"} 1',
    'plimsoll_refused_answers_total{reason="signature"} 1',
    'plimsoll_stage_seconds_sum{stage="canister"} 1.5',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).not.toMatch(/^plimsoll_key_expires_seconds /m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
});

test('the endpoints say whether to restart and whether it can work, and take nothing in', async () => {
  const metrics = createMetrics('1');
  let get = await serve(metrics, WELL);
  expect((await get('/health')).status).toBe(200);
  expect((await get('/live')).status).toBe(200);
  expect((await get('/metrics', 'POST')).status).toBe(405);
  expect((await get('/')).status).toBe(404);
  await server!.close();
  get = await serve(metrics, { ...WELL, venueReadMs: null });
  expect((await get('/health')).status).toBe(503);
  expect((await get('/live')).status).toBe(200);
  await server!.close();
  get = await serve(metrics, WELL, NOW - 400_000);
  expect((await get('/live')).status).toBe(503);
  await server!.close();
  get = await serve(metrics, null);
  expect([(await get('/health')).status, (await get('/live')).status]).toEqual([503, 200]);
});

test('a port that is taken is the configuration’s mistake, told in a line', async () => {
  await serve(createMetrics('1'), WELL);
  const { hostname: host, port } = new URL(server!.url);
  const second = openMetricsServer({
    host,
    port: Number(port),
    metrics: createMetrics('1'),
    status: () => null,
  });
  await expect(second).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining(port) as string,
  });
});

test('no secret is in a label or on a page', async () => {
  registerSecret('secret-in-a-label');
  const metrics = createMetrics('secret-in-a-label');
  metrics.refused('because of secret-in-a-label');
  const get = await serve(metrics, WELL);
  for (const path of ['/metrics', '/health', '/secret-in-a-label']) {
    expect((await get(path)).text).not.toContain('secret-in-a-label');
  }
});

test('the alarms of Prometheus ask only for metrics that there are', async () => {
  const rules = readFileSync(
    join(import.meta.dirname, '../../../packaging/prometheus/plimsoll.rules.yml'),
    'utf8',
  );
  const { groups } = parse(rules) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const all = groups.flatMap((group) => group.rules);
  const there = new Set((await createMetrics('1').registry.getMetricsAsJSON()).map(({ name }) => name));
  const asked = all.flatMap(({ expr }) => expr.match(/\bplimsoll_[a-z0-9_]+/g) ?? []);
  expect(all.length).toBeGreaterThan(6);
  expect(asked.filter((name) => !there.has(name))).toEqual([]);
  // Of its own end an agent tells nobody.
  expect(all.some(({ expr }) => /\bup\b/.test(expr))).toBe(true);
});

test('the dashboard asks only for metrics that there are, and every alarm-worthy one is on it', async () => {
  const dashboard = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../../packaging/grafana/plimsoll.json'), 'utf8'),
  ) as { panels: { title: string; targets?: { expr: string }[] }[] };
  const asked = dashboard.panels.flatMap(({ targets = [] }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(plimsoll|process|nodejs)_[a-z0-9_]+/g) ?? []),
  );
  const there = new Set(
    (await createMetrics('1').registry.getMetricsAsJSON()).flatMap(({ name }) => [name, `${name}_bucket`]),
  );
  expect(asked.length).toBeGreaterThan(15);
  expect(asked.filter((name) => !there.has(name))).toEqual([]);
  for (const name of [
    'uncovered_seconds',
    'canister_age_seconds',
    'ambiguous_orders',
    'cycles_runway_days',
  ]) {
    expect(asked).toContain(`plimsoll_${name}`);
  }
});
