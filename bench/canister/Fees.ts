import { costPerDay, executionCost, ingressCost, THIRTEEN_NODES } from '../../localnet/src/ic/PriceList.ts';

/** A trillion cycles cost one XDR, by the rule of the cycles' minting. */
const CYCLES_PER_XDR = 1e12;
/**
 * Dollars an XDR: about what the IMF's daily list gave in the second half of 2025. It moves by some percent a year, and is
 * the same for both canisters.
 */
export const USD_PER_XDR = 1.36;
/** Whole records and their frames are kept so long. */
export const KEPT_DAYS = 30;

/** What one kind of message takes: means over the messages of that kind. */
export interface MessageCost {
  /** Of the Candid argument. */
  readonly argumentBytes: number;
  readonly instructions: number;
  /** Of record and frame, which stay in stable memory. */
  readonly keptBytes: number;
}

/** Cycles of one message to `observe` as localnet charges them: base, ingress, bytes and instructions on 13 nodes. */
export function feeOf({ argumentBytes, instructions }: MessageCost): number {
  const ingress = Number(ingressCost(THIRTEEN_NODES, 'observe'.length));
  const bytes = Number(THIRTEEN_NODES.ingressByte) * argumentBytes;
  return ingress + bytes + Number(executionCost(THIRTEEN_NODES, BigInt(Math.round(instructions))));
}

/** Cycles a day for keeping so many bytes. */
export function storageOf(bytes: number): number {
  return Number(costPerDay(THIRTEEN_NODES, BigInt(Math.round(bytes)), 0n));
}

export function dollarsOf(cycles: number): number {
  return (cycles / CYCLES_PER_XDR) * USD_PER_XDR;
}
