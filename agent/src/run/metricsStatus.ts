import type { AgentStatus } from '../metrics/AgentStatus.ts';
import type { RunStatus } from './RunStatus.ts';

/** A status as metrics, health and alerts look at it. */
export function metricsStatus(status: RunStatus): AgentStatus {
  const { nowMs, position, liquidation, stop, freshness, markPrice, uncoveredMs, tenure } = status;
  const since = (agoMs: number | null): number | null => (agoMs === null ? null : nowMs - agoMs);
  return {
    mode: status.mode,
    startedMs: status.startedMs,
    isAgreed: status.isReconciled,
    venueReadMs: since(freshness.venueAgoMs),
    canisterAnswerMs: since(freshness.canisterAgoMs),
    venueSilentMs: freshness.venueSilentMs,
    canisterSilentMs: freshness.canisterSilentMs,
    priceAgeMs: freshness.streamAgoMs,
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
            uncoveredSinceMs: since(uncoveredMs),
          },
    touchProbability8h: status.touchProbability8h,
    leverageCap: status.leverage?.allowed ?? null,
    notionalCapUsdt: status.size?.allowedUsdt ?? null,
    isHalted: status.isHalted,
    ambiguousOrders: status.ambiguousOrders,
    cyclesRunwayDays: tenure.cyclesRunwayDays,
    keyExpiresMs: tenure.keyExpiresMs,
    grantExpiresMs: tenure.grantExpiresMs,
    journalBytes: status.journalBytes,
  };
}
