import {
  FLAT,
  FAN_HOURS,
  REASONS,
  tableOf,
  WARNINGS,
  type Decision,
  type DecisionTable,
  type Observation,
  type Warning,
} from '@plimsoll/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decisionOf } from '../execute/testing/Decisions.ts';
import type { Alert } from './Alert.ts';
import * as market from './MarketAlerts.ts';
import { pricesWith } from '../view/prices.ts';
import * as state from './StateAlerts.ts';
import { statusAlerts } from './StatusAlerts.ts';
import type { AgentStatus } from '../metrics/AgentStatus.ts';

const NOW = Date.UTC(2026, 0, 10);
const DAY_MS = 86_400_000;
const warned = (...names: Warning[]): Pick<Decision, 'warnings'> => ({
  warnings: names.reduce((bits, name) => bits | (1 << WARNINGS.indexOf(name)), 0),
});
const measured = (
  changes: Partial<DecisionTable['statistics']>,
  marginToAddUsdt = 0,
): Pick<Decision, 'table'> => {
  const table = tableOf(decisionOf());
  return { table: { ...table, statistics: { ...table.statistics, ...changes }, marginToAddUsdt } };
};
/** A market whose tick is 0.001. */
const price = pricesWith(3);
const flat = { position: FLAT, restingStopPrice: 0, restingStopQuantity: 0 } as Observation;
const long: Observation = {
  ...flat,
  position: {
    side: 1,
    quantity: 90,
    entryPrice: 10,
    walletUsdt: 180,
    venueLiquidationPrice: 8.1,
    openedMs: NOW,
  },
  restingStopPrice: 9.5,
  restingStopQuantity: 90,
};

test('calm waters give nothing to tell', () => {
  expect(market.marketAlerts(decisionOf(), long, price)).toEqual([]);
  expect(market.marketAlerts(decisionOf({ stopPrice: 0 }), flat, price)).toEqual([]);
});

test('a shock of the leader is an alarm where a position stands against it, else a warning', () => {
  const shocked = { ...warned('leader-shock'), ...measured({ leaderMove: 3.4 }) };
  expect(market.leaderShock(decisionOf(shocked))).toMatchObject({ level: 'alarm' });
  expect(market.leaderShock(decisionOf({ ...shocked, stopPrice: 0 }))).toMatchObject({ level: 'warning' });
  expect(market.leaderShock(decisionOf(shocked))?.text).toContain('3.4 deviations against long');
});

test('clusters are told from three times uniform on, or once forced orders pile up, and called an estimate', () => {
  expect(market.clustersAhead(decisionOf(measured({ clusterNear: 2.99 })))).toBeNull();
  const dense = market.clustersAhead(decisionOf(measured({ clusterNear: 3 })));
  expect(dense).toMatchObject({ level: 'warning', title: expect.stringContaining('estimated') as string });
  const hot = market.clustersAhead(decisionOf({ ...warned('heat-alarm'), ...measured({ heat: 6 }) }));
  expect(hot).toMatchObject({ level: 'alarm', text: expect.stringContaining('estimate') as string });
});

test('the fan is told from the model’s own limit on, with the margin that would help', () => {
  const touching = (probability: number) => ({
    fan: FAN_HOURS.map((hours) => ({
      liquidationPrice: 8.1,
      touchProbability: hours === 8 ? probability : 0,
    })),
    ...measured({}, 12.345),
  });
  expect(market.fanBeyondLimits(decisionOf(touching(0.0049)), price)).toBeNull();
  expect(market.fanBeyondLimits(decisionOf(touching(0.005)), price)).toMatchObject({
    level: 'warning',
    text: expect.stringContaining('12.35 USDT') as string,
  });
  expect(market.fanBeyondLimits(decisionOf(touching(0.02)), price)).toMatchObject({ level: 'alarm' });
  expect(market.fanBeyondLimits(decisionOf({ ...touching(0.5), stopPrice: 0 }), price)).toBeNull();
});

test('punishing funding and disagreement follow the engine’s own warnings', () => {
  expect(market.fundingPunishing(decisionOf(warned('funding-punishing-and-rising')))?.level).toBe('warning');
  expect(market.fundingPunishing(decisionOf(warned('funding-favourable')))).toBeNull();
  expect(
    market.disagreement(decisionOf(warned('liquidation-disagrees', 'mark-far-from-last')), price),
  ).toMatchObject({
    key: 'liquidation-disagrees',
    level: 'alarm',
  });
  expect(market.disagreement(decisionOf(warned('mark-far-from-last')), price)?.key).toBe(
    'mark-far-from-last',
  );
});

test('each breaker of the owner’s is an alarm of its own, and no other reason is', () => {
  const told = REASONS.map((reason) => market.breaker(decisionOf({ reason }))).filter(
    (alert) => alert !== null,
  );
  expect(told.map(({ key, level }) => [key, level])).toEqual([
    ['breaker:drawdown', 'alarm'],
    ['breaker:daily-loss', 'alarm'],
    ['breaker:loss-streak', 'alarm'],
  ]);
});

test('prices are told with the decimals of the tick, whether they end in zeros or lie between two ticks', () => {
  const fan = FAN_HOURS.map(() => ({ liquidationPrice: 8.12345, touchProbability: 0.01 }));
  expect(market.fanBeyondLimits(decisionOf({ fan, markPrice: 10.1 }), price)?.text).toMatch(
    /touching 8\.123 within 8 h: .* mark 10\.100\. /,
  );
  const far = { ...warned('mark-far-from-last'), markPrice: 10 };
  expect(market.disagreement(decisionOf(far), price)?.text).toContain('Mark 10.000 differs');
  const bare = { ...long, restingStopPrice: 0 };
  expect(market.unprotected(decisionOf({ stopPrice: 9.5 }), bare, price)?.text).toMatch(
    /long 90 at 10\.000; .* a stop at 9\.500\./,
  );
});

test('a position without a stop that covers all of it is an alarm', () => {
  expect(market.unprotected(decisionOf(), long, price)).toBeNull();
  for (const bare of [{ restingStopPrice: 0 }, { restingStopQuantity: 89 }]) {
    expect(market.unprotected(decisionOf(), { ...long, ...bare }, price)).toMatchObject({ level: 'alarm' });
  }
});

test('an expiry is told at 7 days, again at 1 day, and once it is over; never before, never unknown', () => {
  for (const told of [state.keyExpiry, state.grantExpiry]) {
    const at = (leftMs: number): string | undefined => {
      const alert = told(NOW + leftMs, NOW);
      return alert === null ? undefined : `${alert.key.split(':')[1] ?? ''} ${alert.level}`;
    };
    expect(at(7 * DAY_MS + 1)).toBeUndefined();
    expect(at(7 * DAY_MS)).toBe('7d warning');
    expect(at(DAY_MS + 1)).toBe('7d warning');
    expect(at(DAY_MS)).toBe('1d alarm');
    expect(at(1)).toBe('1d alarm');
    expect(at(0)).toBe('over alarm');
    expect(told(null, NOW)).toBeNull();
  }
});

test('cycles are told under 30 days, a silent canister from a minute on', () => {
  expect([null, 30, 31, Infinity].map((days) => state.cyclesRunway(days, NOW))).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect([29.9, 7, 6.9, 0].map((days) => state.cyclesRunway(days, NOW)?.level)).toEqual([
    'warning',
    'warning',
    'alarm',
    'alarm',
  ]);
  expect([null, 59_999].map(state.canisterSilent)).toEqual([null, null]);
  expect(state.canisterSilent(60_000)?.level).toBe('alarm');
});

test('the state of a running agent is told by its parts; what is not known is not told', () => {
  const well: AgentStatus = {
    mode: 'live',
    startedMs: NOW - DAY_MS,
    isAgreed: true,
    venueReadMs: NOW,
    canisterAnswerMs: NOW,
    venueSilentMs: null,
    canisterSilentMs: null,
    priceAgeMs: 0,
    equityUsdt: 1_000,
    position: {
      quantity: 90,
      markPrice: 5,
      liquidationPrice: 4,
      stopPrice: 4.5,
      stopQuantity: 90,
      uncoveredSinceMs: null,
    },
    touchProbability8h: null,
    leverageCap: null,
    notionalCapUsdt: null,
    isHalted: false,
    ambiguousOrders: 0,
    cyclesRunwayDays: null,
    keyExpiresMs: null,
    grantExpiresMs: null,
    journalBytes: null,
  };
  const keys = (changes: Partial<AgentStatus>) =>
    statusAlerts({ ...well, ...changes }, NOW).map(({ key }) => key);
  const uncoveredSince = (ms: number) => ({ position: { ...well.position!, uncoveredSinceMs: NOW - ms } });
  expect(keys({})).toEqual([]);
  expect(keys(uncoveredSince(9_999))).toEqual([]);
  expect(keys(uncoveredSince(10_000))).toEqual(['unprotected']);
  // With nothing to ask there is nothing to miss.
  expect(keys({ canisterAnswerMs: NOW - 100_000 })).toEqual([]);
  expect(keys({ canisterSilentMs: 60_000 })).toEqual(['canister-silent']);
  expect(keys({ keyExpiresMs: NOW + DAY_MS, grantExpiresMs: NOW, cyclesRunwayDays: 1 })).toEqual([
    'key-expiry:1d',
    'grant-expiry:over',
    'cycles-runway',
  ]);
});

test('an order of unknown fate is told at once and becomes an alarm when it stays so', () => {
  const order = { clientOrderId: 'plm-sl-0-aa', role: 'stop', sinceMs: NOW };
  expect(state.ambiguousOrder(order, NOW).level).toBe('warning');
  expect(state.ambiguousOrder(order, NOW + 11_000).level).toBe('alarm');
});

test('every alert has a key without a time or a figure in it, one line as title, and says something', () => {
  const all: readonly (Alert | null)[] = [
    state.breakerTripped({ rule: 'daily-loss', detail: 'Lost 3 %.', untilMs: NOW }),
    state.breakerTripped({ rule: 'streak', detail: 'Four stops.', untilMs: null }),
    state.settingsDisagree('Expected 5x, got 10x.'),
    state.forgery('signature', 2),
    state.secondAgent('Its lease ends in 80 s.'),
    state.forcedClose('adl', 'Sold 3 at 4.'),
    state.forcedClose('liquidation', 'Sold 3 at 4.'),
  ];
  for (const alert of all) {
    expect(alert?.title).toMatch(/^[^\n]{5,80}$/);
    expect(alert?.text.length).toBeGreaterThan(20);
    expect(alert?.key).not.toMatch(/\d{2,}/);
  }
  expect(state.forgery('signature', 0)).toBeNull();
});

test('whatever a decision says, alerts come without an error and with text that can be read', () => {
  const number = fc.oneof(fc.double({ noNaN: true }), fc.constant(Infinity));
  const statistics = fc.record({
    clusterNear: number,
    cascadeRatio: number,
    heat: number,
    leaderMove: number,
    fundingDay: number,
  });
  fc.assert(
    fc.property(
      fc.nat(0x1ffff),
      statistics,
      number,
      fc.constantFrom(0, 9.5),
      (warnings, given, margin, stopPrice) => {
        const decision = decisionOf({ warnings, stopPrice, ...measured(given, margin) });
        for (const alert of market.marketAlerts(decision, long, price)) {
          expect(alert.text).not.toMatch(/undefined|NaN|\[object/);
        }
      },
    ),
  );
});
