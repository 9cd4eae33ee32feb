import type { Canister } from './Canister.ts';
import { principalText } from './CanisterId.ts';
import { memoryMetrics } from './MemoryMetrics.ts';
import { costPerDay } from './PriceList.ts';
import { reject } from './Reject.ts';
import type { PrincipalBytes, Reject } from './Subnet.types.ts';

const DAY_SECONDS = 86_400n;
const SECOND_NS = 1_000_000_000n;
/** The replica charges for storage this often. */
const CHARGE_INTERVAL_NS = 10n * SECOND_NS;

/** What the canister costs per day while nobody calls it, in cycles. */
export function idleCyclesPerDay(canister: Canister): bigint {
  const { memory_allocation: allocated, compute_allocation: compute } = canister.settings;
  const used = Object.values(memoryMetrics(canister)).reduce((sum, bytes) => sum + bytes, 0n);
  return costPerDay(canister.prices, used > allocated ? used : allocated, compute);
}

/** The balance below which the canister is frozen: what keeps it for the seconds of its freezing threshold. */
export function freezingBalance(canister: Canister): bigint {
  return (idleCyclesPerDay(canister) * canister.settings.freezing_threshold) / DAY_SECONDS;
}

/**
 * Takes cycles for something the canister is about to do, unless that would leave it frozen.
 * @param reveal whether the reason may say how much is missing; only controllers may know
 * @returns why not, with nothing taken; undefined when it was paid
 */
export function withdraw(canister: Canister, amount: bigint, reveal: boolean): Reject | undefined {
  if (amount === 0n) return undefined;
  const needed = freezingBalance(canister) + amount;
  if (canister.cycles < needed) {
    return reject('outOfCycles', outOfCycles(canister.id, reveal ? needed - canister.cycles : undefined));
  }
  canister.cycles -= amount;
  return undefined;
}

/** The replica's words for a balance that does not suffice. */
export function outOfCycles(id: PrincipalBytes, missing: bigint | undefined): string {
  const advice =
    missing === undefined ? '' : `: please top up the canister with at least ${missing} additional cycles`;
  return `Canister ${principalText(id)} is out of cycles${advice}`;
}

/**
 * Charges for storage and compute allocation since the last time, at intervals of ten seconds.
 * @returns false when the balance does not suffice; it is then empty, and the code must go
 */
export function chargeIdleTime(canister: Canister, timeNs: bigint): boolean {
  const elapsedNs = timeNs - canister.chargedNs;
  if (elapsedNs < CHARGE_INTERVAL_NS) return true;
  canister.chargedNs = timeNs;
  const cost = (idleCyclesPerDay(canister) * elapsedNs) / (DAY_SECONDS * SECOND_NS);
  const suffices = canister.cycles >= cost;
  canister.cycles = suffices ? canister.cycles - cost : 0n;
  return suffices;
}
