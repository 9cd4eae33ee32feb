import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Delivery } from '../alert/Alerter.ts';
import type { Taken } from '../signal/SignalDesk.ts';
import type { AgentStatus } from './AgentStatus.ts';

/** Numbers of a running agent under Prometheus' conventions: base units, seconds, counters that end in `_total`. */
export interface Metrics {
  readonly registry: Registry;
  /** The state as it is now. */
  readonly show: (status: AgentStatus, nowMs: number) => void;
  readonly decided: (action: string, reason: string) => void;
  /** @param outcome as in the journal: `confirmed`, `rejected`, `denied`, `ambiguous` */
  readonly ordered: (role: string, outcome: string) => void;
  /** @param reason why an answer of the canister was not accepted */
  readonly refused: (reason: string, count?: number) => void;
  readonly alerted: (delivery: Delivery) => void;
  readonly signalled: (taken: Taken) => void;
  /** @param stage `observe`, `canister`, `execute`, `order` */
  readonly took: (stage: string, ms: number) => void;
}

const PREFIX = 'plimsoll_';
/** Seconds; from a local call to an answer that is nearly lost. */
const BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30];

type StatusGauge = readonly [
  name: string,
  help: string,
  value: (status: AgentStatus, nowMs: number) => number | null,
];

const ageSeconds = (sinceMs: number | null, nowMs: number): number | null =>
  sinceMs === null ? null : (nowMs - sinceMs) / 1_000;
const leftSeconds = (untilMs: number | null, nowMs: number): number | null =>
  untilMs === null ? null : (untilMs - nowMs) / 1_000;
const flag = (value: boolean): number => (value ? 1 : 0);

/** A figure that is not known is not shown: a gap in a chart is honest, a zero is not. */
const STATUS_GAUGES: readonly StatusGauge[] = [
  ['agreed', 'Whether venue, journal and canister agree', (s) => flag(s.isAgreed)],
  ['halted', 'Whether new risk is halted', (s) => flag(s.isHalted)],
  ['venue_age_seconds', 'Since the venue was last read', (s, now) => ageSeconds(s.venueReadMs, now)],
  [
    'canister_age_seconds',
    'Since the last accepted answer of the canister',
    (s, now) => ageSeconds(s.canisterAnswerMs, now),
  ],
  [
    'price_age_seconds',
    'Age of the newest price by the clock of the venue',
    (s) => (s.priceAgeMs === null ? null : s.priceAgeMs / 1_000),
  ],
  ['equity_usdt', 'Equity of the account', (s) => s.equityUsdt],
  ['position_quantity', 'Position, base units, negative when short', (s) => s.position?.quantity ?? 0],
  ['mark_price_usdt', 'Mark price', (s) => s.position?.markPrice ?? null],
  [
    'liquidation_price_usdt',
    'Liquidation price that is acted on: the worse of ours and that of the venue',
    (s) => s.position?.liquidationPrice ?? null,
  ],
  ['stop_price_usdt', 'Trigger price of the resting stop', (s) => s.position?.stopPrice ?? null],
  ['stop_quantity', 'Quantity that the resting stop covers', (s) => s.position?.stopQuantity ?? null],
  [
    'uncovered_seconds',
    'Since when a part of the position has no stop; 0 when covered',
    (s, now) => ageSeconds(s.position?.uncoveredSinceMs ?? null, now) ?? 0,
  ],
  [
    'touch_probability_8h_ratio',
    'Estimated probability of touching liquidation within 8 hours',
    (s) => s.touchProbability8h,
  ],
  ['leverage_cap_ratio', 'Leverage cap of the last decision', (s) => s.leverageCap],
  ['notional_cap_usdt', 'Notional cap of the last decision', (s) => s.notionalCapUsdt],
  ['ambiguous_orders', 'Orders of unknown fate', (s) => s.ambiguousOrders],
  ['cycles_runway_days', 'Days until the canister freezes at the present burn', (s) => s.cyclesRunwayDays],
  ['key_expires_seconds', 'Until the key of the venue ends', (s, now) => leftSeconds(s.keyExpiresMs, now)],
  [
    'grant_expires_seconds',
    'Until the grant of the owner ends',
    (s, now) => leftSeconds(s.grantExpiresMs, now),
  ],
  ['journal_bytes', 'Size of the journal', (s) => s.journalBytes],
];

/** A registry of its own: nothing is shared between two agents of one process, as in tests. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauges = STATUS_GAUGES.map(([name, help, valueOf]) => ({
    gauge: new Gauge({ name: PREFIX + name, help, registers }),
    valueOf,
  }));
  const info = new Gauge({
    name: `${PREFIX}info`,
    help: 'Version and mode',
    labelNames: ['version', 'mode'],
    registers,
  });
  const counter = (name: string, help: string, labelNames: string[]): Counter =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const decisions = counter('decisions_total', 'Verified decisions', ['action', 'reason']);
  const orders = counter('orders_total', 'Orders sent, by what came of them', ['role', 'outcome']);
  const refusals = counter('refused_answers_total', 'Answers of the canister that were not accepted', [
    'reason',
  ]);
  const alerts = counter('alerts_total', 'Alerts, by what came of them', ['level', 'outcome', 'sink']);
  const signals = counter('signals_total', 'Signals that came in', ['outcome']);
  const stages = new Histogram({
    name: `${PREFIX}stage_seconds`,
    help: 'How long the stages of a decision take',
    labelNames: ['stage'],
    buckets: BUCKETS,
    registers,
  });
  return {
    registry,
    show: (status, nowMs) => {
      info.reset();
      info.set({ version, mode: status.mode }, 1);
      for (const { gauge, valueOf } of gauges) {
        const value = valueOf(status, nowMs);
        if (value === null || !Number.isFinite(value)) gauge.remove();
        else gauge.set(value);
      }
    },
    decided: (action, reason) => decisions.inc({ action, reason }),
    ordered: (role, outcome) => orders.inc({ role, outcome }),
    refused: (reason, count = 1) => refusals.inc({ reason }, count),
    alerted: ({ alert, outcome, sink }) => alerts.inc({ level: alert.level, outcome, sink: sink ?? 'all' }),
    signalled: (taken) => signals.inc({ outcome: taken.kind === 'accepted' ? 'accepted' : taken.leaf }),
    took: (stage, ms) => stages.observe({ stage }, ms / 1_000),
  };
}
