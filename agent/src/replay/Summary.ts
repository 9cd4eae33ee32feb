import { countDuplicates, longestUnprotectedMs } from '../execute/Protection.ts';
import type { Refusal } from '../canister/Refusals.ts';
import type { Journal } from '../journal/Journal.ts';
import type { Venue } from '../venue/Venue.ts';
import type { InstructionStatistics, MarketStatus } from './Control.ts';
import type { RunRecord } from './Record.ts';
import { countLiquidations, tradeRows, type TradeRow } from './Trades.ts';

/** What a replay ends with; `docs/replay.md` says what each key means. Keys may be added, never renamed. */
export interface Summary {
  readonly bars: number;
  readonly observations: number;
  readonly decisions: number;
  readonly decisionsVerified: number;
  readonly decisionsRefused: readonly Refusal[];
  readonly entries: {
    readonly requested: number;
    readonly entered: number;
    readonly refused: readonly { readonly time: number; readonly binding: string }[];
  };
  readonly trades: readonly TradeRow[];
  readonly liquidations: number;
  readonly longestUnprotectedMs: number;
  readonly duplicateOrders: number;
  readonly receipts: { readonly count: number; readonly path: string };
  readonly bundle: string;
  readonly instructionsPerObserve: Pick<InstructionStatistics, 'min' | 'median' | 'max'>;
  readonly wallSeconds: number;
  readonly canister: string;
  readonly rootKey: string;
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
}

export interface SummarySources {
  readonly status: MarketStatus;
  readonly record: RunRecord;
  readonly refusals: readonly Refusal[];
  readonly journal: Journal;
  readonly venue: Venue;
  readonly instructions: InstructionStatistics;
}

type Computed = Omit<Summary, 'receipts' | 'bundle' | 'wallSeconds' | 'canister' | 'rootKey' | 'settings'>;

/** Everything of a summary that follows from what was recorded. Reads the venue; changes nothing. */
export async function summarise(sources: SummarySources): Promise<Computed> {
  const { status, record, refusals, journal, venue, instructions } = sources;
  const sinceMs = status.startBarMs - 1;
  const [fills, payments, accepted] = await Promise.all([
    venue.fills(sinceMs),
    venue.fundingPayments(sinceMs),
    venue.acceptedOrders(sinceMs),
  ]);
  const orders = journal.allOrders();
  const held = new Map(
    record.observations
      .filter(({ observation, decision }) => observation.position.side !== 0 && decision.plan !== null)
      .reverse()
      .map(({ decision }) => [Buffer.from(decision.plan?.id ?? []).toString('hex'), decision] as const),
  );
  const endMs = status.timeMs;
  const lastPrice = Number(status.lastPrice);
  const answered = record.intents.filter(({ decision }) => decision !== null).length;
  const entered = new Set(
    orders.filter((row) => row.role === 'entry' && row.filledQuantity > 0).map((row) => row.tradeId),
  );
  return {
    bars: status.barsDone,
    observations: record.observations.length,
    decisions: record.observations.length + answered,
    // Nothing is recorded as accepted that was not verified first: the store keeps what passed.
    decisionsVerified: record.observations.length + answered,
    decisionsRefused: refusals,
    entries: {
      requested: record.intents.length,
      entered: entered.size,
      refused: record.intents
        .filter(({ refusedBy }) => refusedBy !== null)
        .map(({ intent, refusedBy }) => ({ time: intent.timeMs, binding: refusedBy ?? '' })),
    },
    trades: tradeRows({ orders, accepted, fills, payments, held, endMs, lastPrice }),
    liquidations: countLiquidations({ accepted }),
    longestUnprotectedMs: longestUnprotectedMs(fills, orders, endMs),
    duplicateOrders: countDuplicates(orders, accepted),
    instructionsPerObserve: { min: instructions.min, median: instructions.median, max: instructions.max },
  };
}
