import { decodeDecision, encodeHistory, type Answer } from '@plimsoll/engine';
import { encodeBlob } from '../../canisters/risk/src/CandidBlob.ts';
import { AGENT, decisionIn, enrol } from '../../canisters/risk/test/support/Cast.ts';
import { createMarket, historyOf, type Market } from '../../canisters/risk/test/support/Market.ts';
import { builtWasm, Risk } from '../../canisters/risk/test/support/Risk.ts';
import type { ManualClock } from '../../localnet/src/ic/Clock.ts';
import { MotokoRisk } from '../motoko/MotokoRisk.ts';
import { HISTORY_BARS, looksOf, type Cadence, type Sent } from './Day.ts';
import { feeOf, KEPT_DAYS, storageOf, type MessageCost } from './Fees.ts';
import type { Upkeep } from './Upkeep.ts';

/** What `observe` takes in one canister, by what became of the look, and how many there were. */
export interface Taken {
  /** A look that made a record: one with a closed bar, or one that changed what holds. */
  readonly record: MessageCost;
  readonly tick: MessageCost;
  readonly records: number;
  readonly ticks: number;
}

interface Told extends Taken {
  /** What each look was answered, in words. */
  readonly words: readonly string[];
}

/** A day of one owner at one cadence, in ours and in the Motoko canister. */
export interface OwnerDay {
  readonly cadence: Cadence;
  readonly isHeld: boolean;
  readonly messages: number;
  readonly ours: Taken & Cycles;
  readonly motoko: Taken & Cycles;
  /** Ours over Motoko's, all cycles. */
  readonly ratio: number;
}

/** Cycles of a day. */
export interface Cycles {
  readonly messageCycles: number;
  /** Keeping the records of the last thirty such days. */
  readonly storageCycles: number;
  /** The owner's share of what the canister does by itself: batches of heads, a checkpoint a week, the end of old records. */
  readonly upkeepCycles: number;
  readonly cycles: number;
}

interface Contender {
  readonly clock: ManualClock;
  /** Of the last message. */
  readonly instructions: bigint;
  send(method: 'observe' | 'load_history', frame: Uint8Array, sender: Uint8Array): Answer;
}

const DAY_HOURS = 24;
const CHECKPOINT_DAYS = 7;
/** Nothing is done by itself. */
const NO_UPKEEP: Upkeep = { rentDay: 0, sweepsDay: 0, checkpoint: 0, prunedRecord: 0, batchedRecord: 0 };
export const CADENCES: readonly Cadence[] = ['one a minute', 'adaptive'];

/** The made-up market that the days are sailed in. */
export function dayMarket(): Market {
  return createMarket(HISTORY_BARS + 289, 1);
}

async function ours(market: Market): Promise<Risk> {
  const risk = new Risk(await builtWasm(), market.bars[HISTORY_BARS]!.timeMs);
  enrol(risk);
  risk.send('load_history', encodeHistory(historyOf(market, HISTORY_BARS)), AGENT);
  return risk;
}

function motokos(market: Market): Contender {
  const risk = new MotokoRisk(market.bars[HISTORY_BARS]!.timeMs);
  risk.send('load_history', encodeHistory(historyOf(market, HISTORY_BARS)));
  return risk;
}

/** Has a canister take the looks. */
function take(contender: Contender, looks: readonly Sent[]): Told {
  const { clock } = contender;
  const sums = {
    record: { count: 0, argumentBytes: 0, instructions: 0, keptBytes: 0 },
    tick: { count: 0, argumentBytes: 0, instructions: 0, keptBytes: 0 },
  };
  const words: string[] = [];
  for (const { timeMs, frame } of looks) {
    clock.setMs(timeMs);
    const answer = contender.send('observe', frame, AGENT);
    if (answer.kind === 'error') throw new Error(`${answer.leaf}: ${answer.message}`);
    const sum = sums[answer.kind];
    sum.count++;
    sum.instructions += Number(contender.instructions);
    sum.argumentBytes += encodeBlob(frame).length;
    const { action, reason, leverage } = decodeDecision(decisionIn(answer));
    words.push(`${answer.kind} ${action} ${reason} ${String(leverage)}`);
    if (answer.kind === 'record') sum.keptBytes += answer.record.length + frame.length;
  }
  const { record, tick } = sums;
  return { record: meanOf(record), tick: meanOf(tick), records: record.count, ticks: tick.count, words };
}

function meanOf(sum: MessageCost & { readonly count: number }): MessageCost {
  const { count, argumentBytes, instructions, keptBytes } = sum;
  const mean = (value: number): number => Math.round(value / Math.max(1, count));
  return {
    argumentBytes: mean(argumentBytes),
    instructions: mean(instructions),
    keptBytes: mean(keptBytes),
  };
}

/** Cycles of a whole day by what a part of it took. */
function cyclesOf({ record, tick, records, ticks }: Taken, hours: number, upkeep: Upkeep): Cycles {
  const share = DAY_HOURS / hours;
  const messageCycles = share * (records * feeOf(record) + ticks * feeOf(tick));
  const storageCycles = storageOf(KEPT_DAYS * share * records * record.keptBytes);
  const { checkpoint, prunedRecord, batchedRecord } = upkeep;
  const upkeepCycles = checkpoint / CHECKPOINT_DAYS + share * records * (prunedRecord + batchedRecord);
  return { messageCycles, storageCycles, upkeepCycles, cycles: messageCycles + storageCycles + upkeepCycles };
}

/** The same looks in both canisters, which must be answered alike. What ours does by itself is added to it; the Motoko canister does nothing by itself. */
export async function measureDay(
  market: Market,
  cadence: Cadence,
  isHeld: boolean,
  upkeep: Upkeep,
  hours = DAY_HOURS,
): Promise<OwnerDay> {
  const looks = looksOf(market, cadence, isHeld, hours);
  const { words, ...taken } = take(await ours(market), looks);
  const { words: theirWords, ...theirs } = take(motokos(market), looks);
  const parting = words.findIndex((word, i) => word !== theirWords[i]);
  if (parting >= 0) {
    throw new Error(`look ${String(parting)}: ours "${words[parting]!}", Motoko's "${theirWords[parting]!}"`);
  }
  const our = { ...taken, ...cyclesOf(taken, hours, upkeep) };
  const motoko = { ...theirs, ...cyclesOf(theirs, hours, NO_UPKEEP) };
  return {
    cadence,
    isHeld,
    messages: Math.round((looks.length * DAY_HOURS) / hours),
    ours: our,
    motoko,
    ratio: our.cycles / motoko.cycles,
  };
}
