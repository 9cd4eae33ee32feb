import { encodeHistory, encodeObservation } from '@plimsoll/engine';
import { AGENT, DAY_MS, enrol, recordIn } from '../../canisters/risk/test/support/Cast.ts';
import { historyOf, lookOf, type Market } from '../../canisters/risk/test/support/Market.ts';
import { builtWasm, Risk } from '../../canisters/risk/test/support/Risk.ts';
import { HISTORY_BARS } from './Day.ts';
import { executionCost, THIRTEEN_NODES } from '../../localnet/src/ic/PriceList.ts';

/** What our canister does by itself, in cycles. */
export interface Upkeep {
  /** A day of the canister, whoever is in it: rent for its memory, and its sweeps. */
  readonly rentDay: number;
  readonly sweepsDay: number;
  /** One owner's checkpoint, which is due once a week. */
  readonly checkpoint: number;
  /** Taking one record away that was kept long enough. */
  readonly prunedRecord: number;
  /** A record's share of the batch that takes its head into the tree, for an owner who is alone in the canister. */
  readonly batchedRecord: number;
}

const STEP_MS = 3_600_000;
const STEPS_A_DAY = DAY_MS / STEP_MS;
/** So many tell what a day's cost. */
const SWEEPS = 6;
const RETENTION_DAYS = 7;
const CHECKPOINT_DAYS = 7;
/** The newest records stay, for repeated calls. */
const RECENT_RECORDS = 64;
const RECORDS = 3 * RECENT_RECORDS;
/** So many heads call for a batch, which comes some seconds later. */
const BATCH_RECORDS = 16;
const BATCH_MS = 5_000;
/** Registration, grant and history. */
const RECORDS_BEFORE = 3;

/** Runs what is due, sweep by sweep; gives the fees of all that was executed. */
function sweeps(risk: Risk, count: number): number {
  return feesOf(risk, count, STEP_MS);
}

function feesOf(risk: Risk, count: number, stepMs: number): number {
  let sum = 0;
  let isCounting = true;
  risk.subnet.onExecuted(({ instructions }) => {
    if (isCounting) sum += Number(executionCost(THIRTEEN_NODES, instructions));
  });
  for (let i = 0; i < count; i++) {
    risk.clock.advanceMs(stepMs);
    risk.subnet.run();
  }
  isCounting = false;
  return sum;
}

/** After so many days without a message, what the sweeps find to do beyond their usual. */
function dueAfter(risk: Risk, days: number, usual: number): number {
  risk.clock.advanceMs(days * DAY_MS - STEP_MS);
  const count = 4;
  return sweeps(risk, count) - count * usual;
}

/** Measured at one owner whose log has some records of closed bars. */
export async function measureUpkeep(market: Market): Promise<Upkeep> {
  const risk = new Risk(await builtWasm(), market.bars[HISTORY_BARS]!.timeMs);
  enrol(risk);
  risk.send('load_history', encodeHistory(historyOf(market, HISTORY_BARS)), AGENT);
  let batches = 0;
  for (let i = RECORDS_BEFORE; i < RECORDS; i++) {
    recordIn(risk.send('observe', encodeObservation(lookOf(market, HISTORY_BARS + i)), AGENT));
    if ((i + 1) % BATCH_RECORDS === 0) batches += feesOf(risk, 1, BATCH_MS);
  }
  risk.setPolicy({ retentionDays: RETENTION_DAYS });
  sweeps(risk, 1);
  const before = Number(risk.subnet.resources(risk.id)!.cycles);
  const usual = sweeps(risk, SWEEPS) / SWEEPS;
  const burned = before - Number(risk.subnet.resources(risk.id)!.cycles);
  const rentDay = ((burned - SWEEPS * usual) * STEPS_A_DAY) / SWEEPS;
  const checkpoint = dueAfter(risk, CHECKPOINT_DAYS, usual);
  // No new records, no further checkpoint: what is due now is the end of what lies before the one there is.
  const pruning = dueAfter(risk, RETENTION_DAYS + 1, usual);
  return {
    rentDay,
    sweepsDay: STEPS_A_DAY * usual,
    checkpoint,
    prunedRecord: pruning / (RECORDS - RECENT_RECORDS),
    batchedRecord: batches / RECORDS,
  };
}
