import { EngineError } from '../EngineError.ts';
import type { Moment } from './Agents.ts';
import { MAX_OPEN_REPORTS, MAX_REPORTS, type Keeper, type OpenReport } from './Keeper.ts';
import type { Report } from './Report.ts';

/**
 * Keeps a report. A violation stays open until the owner resolves it, an ambiguity until then or until an execution is
 * reported for the same decision.
 *
 * @throws EngineError `unknown-decision` when the log has no such record yet
 */
export function takeReport(keeper: Keeper, report: Report, { icTimeMs, sequence }: Moment): Keeper {
  const { place, report: kind, decision, timeMs, side, quantity, price, code } = report;
  if (decision >= sequence) {
    const expected = `below ${String(sequence)}`;
    throw new EngineError('request', 'unknown-decision', 'report.decision', expected, decision);
  }
  const kept = { place, report: kind, decision, timeMs, side, quantity, price, code, sequence, icTimeMs };
  const reports = [...keeper.reports, kept].slice(-MAX_REPORTS);
  if (kind === 'execution') {
    const open = keeper.open.filter((one) => !settles(report, one));
    return { ...keeper, reports, open };
  }
  if (keeper.open.length >= MAX_OPEN_REPORTS) {
    return { ...keeper, reports, openBeyond: keeper.openBeyond + 1 };
  }
  return {
    ...keeper,
    reports,
    open: [...keeper.open, { sequence, account: place.account, report: kind, decision }],
  };
}

function settles({ place, decision }: Report, open: OpenReport): boolean {
  return open.report === 'ambiguity' && open.account === place.account && open.decision === decision;
}

/**
 * The owner has understood an open report. Those that did not fit beside the log go with the last one that did.
 *
 * @throws EngineError `not-open`
 */
export function resolveReport(keeper: Keeper, sequence: number): Keeper {
  const open = keeper.open.filter((one) => one.sequence !== sequence);
  if (open.length === keeper.open.length) {
    const expected = 'the record of an open report';
    throw new EngineError('request', 'not-open', 'resolution.sequence', expected, sequence);
  }
  return { ...keeper, open, openBeyond: open.length === 0 ? 0 : keeper.openBeyond };
}
