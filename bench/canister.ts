/*
 * What the canister takes: instructions of each kind of message by exact metering, and what an owner's day costs in
 * cycles and dollars on a subnet of 13 nodes, beside a Motoko canister that takes the same frames and does the same step
 * (bench/motoko). `npm run bench -- canister [--json]`.
 */
import { measureCosts } from '../canisters/risk/test/support/Costs.ts';
import { builtWasm } from '../canisters/risk/test/support/Risk.ts';
import { dollarsOf, KEPT_DAYS, USD_PER_XDR, type MessageCost } from './canister/Fees.ts';
import { CADENCES, dayMarket, measureDay, type OwnerDay } from './canister/OwnerDay.ts';
import { measureUpkeep, type Upkeep } from './canister/Upkeep.ts';

function millions(instructions: number): string {
  return `${(instructions / 1e6).toFixed(3).padStart(9)} M`;
}

function costOfDay(cycles: number): string {
  return `${(cycles / 1e9).toFixed(2).padStart(6)} G $${dollarsOf(cycles).toFixed(4)}`;
}

function printMessages(costs: Readonly<Record<string, number>>): void {
  console.log('Instructions of one message of each kind');
  for (const [name, value] of Object.entries(costs))
    console.log(`${name.padEnd(34)} ${millions(value * 1e6)}`);
}

function printDays(days: readonly OwnerDay[]): void {
  console.log(
    '\nobserve, means of a day at one a minute                ours      Motoko   bytes of the argument',
  );
  const row = (name: string, our: MessageCost, motoko: MessageCost): void => {
    const line = `${name.padEnd(46)} ${millions(our.instructions)} ${millions(motoko.instructions)}`;
    console.log(`${line}   ${String(our.argumentBytes)}`);
  };
  for (const { cadence, isHeld, ours, motoko } of days) {
    if (cadence !== 'one a minute') continue;
    const how = isHeld ? 'held' : 'flat';
    row(`${how}, on record (hours and snapshots included)`, ours.record, motoko.record);
    row(`${how}, tick`, ours.tick, motoko.tick);
  }
  console.log('\nOwner-day                        messages             ours           Motoko   ours/Motoko');
  for (const { cadence, isHeld, messages, ours, motoko, ratio } of days) {
    const name = `${cadence}, ${isHeld ? 'held' : 'flat'}`.padEnd(33);
    const costs = `${costOfDay(ours.cycles)} ${costOfDay(motoko.cycles)}`;
    console.log(`${name}${String(messages).padStart(8)}   ${costs}   ${ratio.toFixed(3).padStart(11)}`);
  }
}

function printUpkeep(
  { rentDay, sweepsDay, checkpoint, prunedRecord, batchedRecord }: Upkeep,
  [flat]: readonly OwnerDay[],
): void {
  const { messageCycles, storageCycles, upkeepCycles } = flat!.ours;
  const part = (cycles: number): string => `${(cycles / 1e6).toFixed(0)} M`;
  console.log(
    `\nOf the first: messages ${part(messageCycles)}, ${String(KEPT_DAYS)} days of records ${part(storageCycles)}, ` +
      `batches of heads (${(batchedRecord / 1e6).toFixed(2)} M a record, for a lone owner), checkpoints (${part(checkpoint)} a week) ` +
      `and the end of old records (${(prunedRecord / 1e6).toFixed(2)} M each) ${part(upkeepCycles)}. Queries and pages over HTTP cost nothing.`,
  );
  console.log(
    `The canister itself, shared by its owners, a day: memory ${part(rentDay)}, sweeps ${part(sweepsDay)}.`,
  );
  console.log(`A trillion cycles is one XDR, counted at $${String(USD_PER_XDR)}.`);
}

const costs = measureCosts(await builtWasm());
const market = dayMarket();
const upkeep = await measureUpkeep(market);
const days: OwnerDay[] = [];
for (const cadence of CADENCES) {
  for (const isHeld of [false, true]) days.push(await measureDay(market, cadence, isHeld, upkeep));
}
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ millions: costs, usdPerXdr: USD_PER_XDR, upkeep, days }, null, 2));
} else {
  printMessages(costs);
  printDays(days);
  printUpkeep(upkeep, days);
}
