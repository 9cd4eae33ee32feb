import { statSync } from 'node:fs';
import { BAR_MS } from '@plimsoll/engine';
import type { Config, Mode } from '../config/Config.ts';
import { priceDecimals } from '../view/prices.ts';
import { doubtfulOrders } from './doubtfulOrders.ts';
import { journalPathOf, type OpenAgent } from './openAgent.ts';
import type { RunStatus } from './RunStatus.ts';
import { standingOf } from './statusOf.ts';

/** Events shown of the latest. */
const EVENTS = 50;

/** Where an opened agent stands now. */
export function agentStatus(agent: OpenAgent, config: Config, mode: Mode, startedMs: number): RunStatus {
  const { live, session, executor, observer, journal, market, budget, bars, haltFile, tenure } = agent;
  const { kind, symbol, leader } = config.venue;
  const nowMs = Date.now();
  const mark = market.mark(symbol);
  const { barMs } = observer.relayed;
  const last = live.last;
  const execution = session.execution;
  return {
    version: 1,
    phase: live.phase,
    mode,
    venue: kind,
    isSimulated: mode === 'paper' || kind === 'localnet',
    symbol,
    leader,
    priceDecimals: observer.instrument === null ? null : priceDecimals(observer.instrument),
    startedMs,
    nowMs,
    markPrice: mark?.markPrice ?? null,
    leaderPrice: market.mark(leader)?.markPrice ?? null,
    equityUsdt: last?.observation.account.equityUsdt ?? null,
    ...standingOf(session, last, execution, mark?.markPrice ?? null),
    freshness: {
      canisterAgoMs: live.canister.agoMs,
      streamAgoMs: mark === null ? null : performance.now() - mark.heardMs,
      barAgoMs: barMs < 0 ? null : Math.max(0, nowMs - barMs - BAR_MS),
      venueAgoMs: live.venue.agoMs,
      venueSilentMs: live.venue.silentMs,
      canisterSilentMs: live.canister.silentMs,
      loopAgoMs: live.loopAgoMs,
    },
    budget: budget.view(nowMs),
    entryBars: bars.list(),
    jump: session.jump,
    isHalted: haltFile.isHalted,
    isReconciled: executor.isReconciled,
    uncoveredMs: executor.uncoveredMs,
    ambiguousOrders: doubtfulOrders(journal).length,
    tenure: tenure.view,
    journalBytes: sizeOf(journalPathOf(config)),
    events: journal
      .latestEvents(EVENTS)
      .map(({ severity, code, message, wallMs }) => ({ severity, code, message, wallMs })),
  };
}

/** The journal with what is not yet merged into it. */
function sizeOf(path: string): number | null {
  const sizes = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  const [main = 0, ahead = 0] = sizes;
  return main === 0 ? null : main + ahead;
}
