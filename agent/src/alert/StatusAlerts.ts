import type { AgentStatus } from '../metrics/AgentStatus.ts';
import type { Alert } from './Alert.ts';
import { canisterSilent, cyclesRunway, grantExpiry, keyExpiry, uncovered } from './StateAlerts.ts';

/**
 * All that the state of a running agent gives to tell, to be asked every few seconds: what lasts is told once a window.
 * @param nowMs wall time
 */
export function statusAlerts(status: AgentStatus, nowMs: number): readonly Alert[] {
  const { position } = status;
  return [
    uncovered(position?.uncoveredSinceMs ?? null, nowMs),
    canisterSilent(status.canisterSilentMs),
    keyExpiry(status.keyExpiresMs, nowMs),
    grantExpiry(status.grantExpiresMs, nowMs),
    cyclesRunway(status.cyclesRunwayDays, nowMs),
  ].filter((alert) => alert !== null);
}
