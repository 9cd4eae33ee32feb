import { createHash } from 'node:crypto';
import { ID_BYTES, type Decision } from '@plimsoll/engine';
import { CanisterError } from '../canister/CanisterError.ts';
import { LogError } from '../canister/LogError.ts';
import type { RiskCanister } from '../canister/RiskCanister.ts';
import type { Journal } from '../journal/Journal.ts';
import type { OrderRow } from '../journal/Rows.ts';
import { randomIds } from '../observe/IdSource.ts';
import type { HaltFile } from './HaltFile.ts';
import type { Voice } from './Voice.ts';

export interface OwedParts {
  readonly canister: Pick<RiskCanister, 'halt' | 'flatten' | 'report'>;
  readonly journal: Journal;
  readonly haltFile: HaltFile;
  readonly voice: Voice;
  /** The account and market that this agent serves; it may halt no other. */
  readonly place: Place;
}

export interface Place {
  readonly account: number;
  readonly market: number;
}

/** Reports of one go: the loop has other things to do. */
const AT_ONCE = 4;
/** Under these reasons the canister itself lets nothing in. */
const HALTED: ReadonlySet<string> = new Set(['halted', 'flatten']);

/** What this machine did first and the canister is still to be told: halts, closes by hand, and what became of orders. */
export class Owed {
  readonly #parts: OwedParts;
  #isFlattenOwed = false;

  constructor(parts: OwedParts) {
    this.#parts = parts;
  }

  flattened(): void {
    this.#isFlattenOwed = true;
  }

  /**
   * Tells what is owed. A refusal settles it too, and is told to the owner; without an answer it stays owed.
   * @returns updates made
   */
  async pay(latest: Decision | null): Promise<number> {
    return (await this.#payHalt(latest)) + (await this.#payReports(latest));
  }

  async #payHalt(latest: Decision | null): Promise<number> {
    const { canister, haltFile, place } = this.#parts;
    const halt = haltFile.read();
    if (halt === null) return 0;
    if (halt.isTold && !this.#isFlattenOwed) {
      // Once the canister knows, it is the one to ask whether the owner has resumed.
      if (latest !== null && latest.side === 0 && latest.action === 'WAIT' && !HALTED.has(latest.reason))
        await haltFile.liftTold(latest.timeMs);
      return 0;
    }
    const act = this.#isFlattenOwed ? 'flatten' : 'halt';
    const isDone = await this.#told(act, () => canister[act](randomIds(0), place));
    if (isDone) await haltFile.markTold(latest?.timeMs ?? 0);
    this.#isFlattenOwed = false;
    return 1;
  }

  async #payReports(latest: Decision | null): Promise<number> {
    const { canister, journal, place } = this.#parts;
    const rows = latest === null ? [] : journal.unreported(AT_ONCE);
    for (const row of rows) {
      const sequence = journal.sequenceOf(row.decisionId);
      if (sequence !== null && latest !== null)
        await this.#told('report', () => canister.report(reportOf(row, place, sequence, latest.timeMs)));
      journal.markReported(row.clientOrderId);
    }
    return rows.length;
  }

  /** @returns whether it was accepted */
  async #told(what: string, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      // Told before a power cut: the answer is proven, and its record lies behind what the log has followed since.
      if (error instanceof LogError && error.leaf === 'passed') return true;
      if (!(error instanceof CanisterError) || error.kind === 'temporary') throw error;
      this.#parts.voice.say('warning', `${what}-refused`, error.message);
      return false;
    }
  }
}

/** The same order in the same state is the same report, so that one sent twice is one. */
function reportOf(row: OrderRow, place: Place, decision: number, timeMs: number) {
  const id = createHash('sha256').update(`plimsoll/report/1:${row.clientOrderId}:${row.state}`).digest();
  return {
    id: Uint8Array.from(id.subarray(0, ID_BYTES)),
    place,
    report: row.state === 'rejected' && row.role === 'stop' ? ('violation' as const) : ('execution' as const),
    decision,
    timeMs: row.endedMarketMs ?? row.confirmedMarketMs ?? timeMs,
    side: row.side === 'buy' ? (1 as const) : (-1 as const),
    quantity: row.filledQuantity,
    price: row.averagePrice,
    code: `${row.role}-${row.state}`,
  };
}
