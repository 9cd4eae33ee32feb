/**
 * What the Internet Computer asks for its services, in cycles.
 * Figures: the published table of cycles costs for a 13-node subnet
 * (https://internetcomputer.org/docs/references/cycles-cost-formulas), which is the replica's own configuration
 * (dfinity/ic, `rs/config/src/subnet_config.rs`).
 */
export interface PriceList {
  /** Base of every message executed in replicated mode. */
  readonly message: bigint;
  /** Each instruction of it (32-bit memories). */
  readonly instruction: bigint;
  readonly ingress: bigint;
  readonly ingressByte: bigint;
  /** A call between canisters, request and response together. */
  readonly call: bigint;
  readonly callByte: bigint;
  readonly createCanister: bigint;
  /** Storage per GiB and second. */
  readonly gibSecond: bigint;
  /** Each percent of compute allocation, per second. */
  readonly computePercentSecond: bigint;
}

export const THIRTEEN_NODES: PriceList = {
  message: 5_000_000n,
  instruction: 1n,
  ingress: 1_200_000n,
  ingressByte: 2_000n,
  call: 260_000n,
  callByte: 1_000n,
  createCanister: 500_000_000_000n,
  gibSecond: 127_000n,
  computePercentSecond: 10_000_000n,
};

/** Nothing costs anything and nothing is ever frozen: for tests that count cycles of their own. */
export const FREE: PriceList = {
  message: 0n,
  instruction: 0n,
  ingress: 0n,
  ingressByte: 0n,
  call: 0n,
  callByte: 0n,
  createCanister: 0n,
  gibSecond: 0n,
  computePercentSecond: 0n,
};

/** Most bytes that a response may have; what a caller pays for in advance. */
const MAX_RESPONSE_BYTES = 2 * 1024 * 1024;
const GIB = 1n << 30n;
const DAY_SECONDS = 86_400n;

/** Executing one message of so many instructions. */
export function executionCost(prices: PriceList, instructions: bigint): bigint {
  return prices.message + prices.instruction * instructions;
}

/** Taking in a message from outside; `bytes` of its method name and argument. */
export function ingressCost(prices: PriceList, bytes: number): bigint {
  return prices.ingress + prices.ingressByte * BigInt(bytes);
}

/** Making a call, `bytes` of method name and argument, before anything is known of its response. */
export function requestCost(prices: PriceList, bytes: bigint): bigint {
  return prices.call + prices.callByte * bytes;
}

/** Set aside with each call: executing the response up to the limit, and carrying the largest one. */
export function responsePrepayment(prices: PriceList, instructionLimit: bigint): bigint {
  return executionCost(prices, instructionLimit) + prices.callByte * BigInt(MAX_RESPONSE_BYTES);
}

/** What comes back of that once the response is there, apart from unused instructions. */
export function transmissionRefund(prices: PriceList, responseBytes: number): bigint {
  return prices.callByte * BigInt(Math.max(0, MAX_RESPONSE_BYTES - responseBytes));
}

/** Keeping so many bytes, and a percentage of compute, for a day; rounded down. */
export function costPerDay(prices: PriceList, bytes: bigint, computePercent: bigint): bigint {
  const storage = (bytes * prices.gibSecond * DAY_SECONDS) / GIB;
  return storage + computePercent * prices.computePercentSecond * DAY_SECONDS;
}
