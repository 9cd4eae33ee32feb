import { openAlerter } from '../alert/AlertsConfig.ts';
import type { Alert } from '../alert/Alert.ts';
import type { Alerter } from '../alert/Alerter.ts';
import { marketAlerts } from '../alert/MarketAlerts.ts';
import { forgery } from '../alert/StateAlerts.ts';
import type { Config } from '../config/Config.ts';
import type { HttpServer } from '../http/HttpServer.ts';
import type { Severity } from '../journal/Rows.ts';
import type { Log } from '../log/Log.ts';
import type { AgentStatus } from '../metrics/AgentStatus.ts';
import { createMetrics, type Metrics } from '../metrics/Metrics.ts';
import { openMetricsServer } from '../metrics/MetricsServer.ts';
import { openSignals } from '../signal/SignalsConfig.ts';
import type { LiveFollower } from './LiveParts.ts';
import { logFollower } from './LogFollower.ts';
import type { OpenAgent } from './openAgent.ts';
import type { RunStatus } from './RunStatus.ts';

const DRAIN_MS = 5_000;

/** Every way in which a run is heard of: log, alerts, metrics, and signals that come in. */
export interface Outlets {
  readonly follower: LiveFollower;
  readonly event: (severity: Severity, code: string, message: string) => void;
  /** Opens what listens, once there is an agent to listen for. */
  readonly attach: (agent: OpenAgent, status: () => RunStatus) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** @throws CredentialError for a way out whose secret is not there */
export async function openOutlets(config: Config, log: Log, version: string): Promise<Outlets> {
  const metrics = createMetrics(version);
  const alerter = await openAlerter(config.alerts, { onDelivery: metrics.alerted });
  const servers: HttpServer[] = [];
  const told = logFollower(log);
  let agent: OpenAgent | null = null;
  return {
    follower: {
      passed: (why, passes) => {
        told.passed(why, passes);
        for (const { decision, observation } of passes) {
          metrics.decided(decision.action, decision.reason);
          for (const alert of marketAlerts(decision, observation)) alerter.raise(alert);
        }
        for (const { reason, count } of agent?.canister.refusals() ?? [])
          raise(alerter, forgery(reason, count));
      },
      wished: told.wished,
      tended: told.tended,
    },
    event: (severity, code, message) => {
      log[severity === 'alarm' ? 'error' : severity === 'warning' ? 'warn' : 'info']({ code }, message);
      if (severity !== 'info') alerter.raise({ key: code, level: severity, title: code, text: message });
    },
    attach: async (opened, status) => {
      agent = opened;
      servers.push(...(await listening(config, metrics, opened, status)));
    },
    close: async () => {
      for (const server of servers) await server.close();
      alerter.close();
      await alerter.drain(DRAIN_MS);
    },
  };
}

function raise(alerter: Alerter, alert: Alert | null): void {
  if (alert !== null) alerter.raise(alert);
}

async function listening(
  config: Config,
  metrics: Metrics,
  { live, journal }: OpenAgent,
  status: () => RunStatus,
): Promise<readonly HttpServer[]> {
  const read = () => {
    const now = status();
    return { status: metricsStatus(now, journal.unresolved().length), writtenMs: Date.now() };
  };
  const signals = await openSignals(config.signals, config.venue.symbol, {
    // A signal is a wish like any other: the canister says what becomes of it.
    accept: ({ id, side, notionalUsdt }) => {
      if (live.phase !== 'running') return false;
      live.wish(side, notionalUsdt, id).catch(() => undefined);
      return true;
    },
    onSignal: metrics.signalled,
  });
  const { enabled, host, port } = config.metrics;
  const scraped = enabled ? await openMetricsServer({ host, port, metrics, status: read }) : null;
  return [signals, scraped].filter((server) => server !== null);
}

/** A status as metrics and health look at it. */
export function metricsStatus(status: RunStatus, ambiguousOrders: number): AgentStatus {
  const { nowMs, position, liquidation, stop, freshness, markPrice } = status;
  const { canisterAgoMs, streamAgoMs, venueSilentMs } = freshness;
  return {
    mode: status.mode,
    startedMs: status.startedMs,
    isAgreed: status.isReconciled,
    venueReadMs:
      venueSilentMs === null
        ? canisterAgoMs === null
          ? null
          : nowMs - canisterAgoMs
        : nowMs - venueSilentMs,
    canisterAnswerMs: canisterAgoMs === null ? null : nowMs - canisterAgoMs,
    priceAgeMs: streamAgoMs,
    equityUsdt: status.equityUsdt,
    position:
      position === null
        ? null
        : {
            quantity: position.side === 'long' ? position.quantity : -position.quantity,
            markPrice: markPrice ?? 0,
            liquidationPrice: liquidation?.price ?? 0,
            stopPrice: stop?.price ?? 0,
            stopQuantity: stop?.quantity ?? 0,
            uncoveredSinceMs: status.isProtected ? null : nowMs,
          },
    touchProbability8h: null,
    leverageCap: status.leverage?.allowed ?? null,
    notionalCapUsdt: status.size?.allowedUsdt ?? null,
    isHalted: status.isHalted,
    ambiguousOrders,
    cyclesRunwayDays: null,
    keyExpiresMs: null,
    grantExpiresMs: null,
    journalBytes: null,
  };
}
