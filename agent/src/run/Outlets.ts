import { openAlerter } from '../alert/AlertsConfig.ts';
import type { Alert } from '../alert/Alert.ts';
import type { Delivery } from '../alert/Alerter.ts';
import { marketAlerts } from '../alert/MarketAlerts.ts';
import type { Config } from '../config/Config.ts';
import type { HttpServer } from '../http/HttpServer.ts';
import type { Log } from '../log/Log.ts';
import { createMetrics, type Metrics } from '../metrics/Metrics.ts';
import { openMetricsServer } from '../metrics/MetricsServer.ts';
import { openSignals } from '../signal/SignalsConfig.ts';
import { pricesOf } from '../view/prices.ts';
import type { LiveFollower } from './LiveParts.ts';
import { LEVEL, logFollower } from './LogFollower.ts';
import { Lookout } from './Lookout.ts';
import { metricsStatus } from './metricsStatus.ts';
import type { Gauges, OpenAgent } from './openAgent.ts';
import type { RunStatus } from './RunStatus.ts';

const DRAIN_MS = 5_000;

/** Every way in which a run is heard of: log, alerts, metrics, and signals that come in. */
export interface Outlets {
  readonly follower: LiveFollower;
  readonly gauges: Gauges;
  /** Takes what a person should know: into the log, and out as an alert. */
  readonly onAlert: (alert: Alert) => void;
  /** Opens what listens and looks out, once there is an agent to look at. */
  readonly attach: (agent: OpenAgent, status: () => RunStatus) => Promise<void>;
  /** Looks a last time, before the agent is closed. */
  readonly detach: () => void;
  readonly close: () => Promise<void>;
}

/** @throws CredentialError for a way out whose secret is not there */
export async function openOutlets(config: Config, log: Log, version: string): Promise<Outlets> {
  const metrics = createMetrics(version);
  let agent: OpenAgent | null = null;
  let lookout: Lookout | null = null;
  const onDelivery = (delivery: Delivery): void => {
    metrics.alerted(delivery);
    const { outcome, alert, sink, problem } = delivery;
    if (outcome === 'sent' || outcome === 'repeated') return;
    log.warn({ outcome, sink, problem, key: alert.key }, 'an alert did not go out');
    agent?.voice.unsay(alert);
  };
  const alerter = await openAlerter(config.alerts, { onDelivery });
  const servers: HttpServer[] = [];
  const told = logFollower(log, () => agent?.session.lastRecord ?? null);
  return {
    follower: {
      passed: (why, passes) => {
        told.passed(why, passes);
        const price = pricesOf(agent?.observer.instrument ?? null);
        for (const { decision, observation } of passes) {
          metrics.decided(decision.action, decision.reason);
          for (const alert of marketAlerts(decision, observation, price)) agent?.voice.tell(alert);
        }
      },
      wished: told.wished,
      tended: told.tended,
    },
    gauges: {
      onOutcome: (role, outcome, tookMs) => {
        metrics.ordered(role, outcome);
        metrics.took('order', tookMs);
      },
      onStage: metrics.took,
    },
    onAlert: (alert) => {
      const { level, key, text } = alert;
      log[LEVEL[level]]({ code: key }, text);
      if (level !== 'info') alerter.raise(alert);
    },
    attach: async (opened, status) => {
      agent = opened;
      const tell = opened.voice.tell;
      const onRefused = (reason: string, count: number): void => metrics.refused(reason, count);
      lookout = new Lookout({ agent: opened, status, tell, onRefused });
      const opening = await listening(config, metrics, opened, status);
      for (const [name, server] of Object.entries(opening)) {
        if (server === null) continue;
        servers.push(server);
        log.info({ [name]: server.url }, 'listening');
      }
    },
    detach: () => lookout?.close(),
    close: async () => {
      for (const server of servers) await server.close();
      alerter.close();
      await alerter.drain(DRAIN_MS);
    },
  };
}

async function listening(
  config: Config,
  metrics: Metrics,
  { live }: OpenAgent,
  status: () => RunStatus,
): Promise<Readonly<Record<'signals' | 'metrics', HttpServer | null>>> {
  const read = () => {
    const now = status();
    return { status: metricsStatus(now), writtenMs: now.nowMs - now.freshness.loopAgoMs };
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
  return { signals, metrics: scraped };
}
