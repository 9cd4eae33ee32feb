/*
 * What the canister takes: instructions of each message by exact metering, and what an owner's day costs in cycles and
 * dollars on a subnet of 13 nodes. `npm run bench -- canister [--json]`.
 */
import { encodeObservation } from '@plimsoll/engine';
import { measureCosts } from '../canisters/risk/test/support/Costs.ts';
import { WARM_UP } from '../canisters/risk/test/support/Cast.ts';
import { createMarket, lookOf } from '../canisters/risk/test/support/Market.ts';
import { builtWasm } from '../canisters/risk/test/support/Risk.ts';

/** Cycles on 13 nodes: an update message, its ingress, each byte of it, each instruction. */
const FEE = { update: 5_000_000, ingress: 1_200_000, byte: 2_000, instruction: 1 } as const;
/** A trillion cycles cost one XDR; dollars an XDR, as of this table, an assumption. */
const USD_PER_TRILLION = 1.36;
/** A signed request around the argument: sender, key, signature, expiry, nonce, names. */
const ENVELOPE_BYTES = 330;
const BARS_A_DAY = 288;
const MINUTES_A_DAY = 1_440;
/** After the hour's twelfth bar the hour closes too. */
const HOURS_A_DAY = 24;

const costs = measureCosts(await builtWasm());
const market = createMarket(WARM_UP + 4, 1);
const barBytes = encodeObservation(lookOf(market, WARM_UP)).length;
const tickBytes = encodeObservation(lookOf(market, WARM_UP, { tick: true })).length;

function fee(millions: number, frameBytes: number): number {
  const bytes = frameBytes + ENVELOPE_BYTES;
  return FEE.update + FEE.ingress + FEE.byte * bytes + FEE.instruction * millions * 1e6;
}

function day(ticks: number): {
  readonly messages: number;
  readonly cycles: number;
  readonly dollars: number;
} {
  const bar = fee(costs['observe, closed bar']!, barBytes);
  const hour = fee(costs['observe, closed hour']!, barBytes);
  const tick = fee(costs['observe, tick']!, tickBytes);
  const cycles = (BARS_A_DAY - HOURS_A_DAY) * bar + HOURS_A_DAY * hour + ticks * tick;
  return { messages: BARS_A_DAY + ticks, cycles, dollars: (cycles / 1e12) * USD_PER_TRILLION };
}

const days = {
  'one observation a minute': day(MINUTES_A_DAY - BARS_A_DAY),
  'at closed bars alone': day(0),
};

if (process.argv.includes('--json')) {
  console.log(
    JSON.stringify({ millions: costs, frameBytes: { bar: barBytes, tick: tickBytes }, days }, null, 2),
  );
} else {
  for (const [name, millions] of Object.entries(costs))
    console.log(`${name.padEnd(34)} ${millions.toFixed(3).padStart(10)} M instructions`);
  console.log(`\nframe of a closed bar ${String(barBytes)} bytes, of a tick ${String(tickBytes)} bytes`);
  for (const [name, { messages, cycles, dollars }] of Object.entries(days)) {
    const billions = (cycles / 1e9).toFixed(2);
    console.log(
      `owner-day, ${name}: ${String(messages)} messages, ${billions} G cycles, $${dollars.toFixed(4)}`,
    );
  }
}
