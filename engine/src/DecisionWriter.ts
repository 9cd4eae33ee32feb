import { EngineError } from './EngineError.ts';
import type { Feed } from './Feed.ts';
import { least, publishE8, type Verdict } from './Verdict.ts';
import type { Waters } from './Waters.ts';
import { E8, MAX_E8, TWO_32, TWO_MINUS_537 } from './codec/Bytes.ts';
import { FRAME_DECISION, FRAME_VERSION, ID_BYTES } from './codec/Frame.ts';
import type { FanRow } from './model/Fan.ts';

/*
 * Writes a decision's frame where it stands: one fixed room, seen as bytes, words and doubles, filled at the places of
 * docs/frame.md. Blocks of doubles are copied from an array at once, which costs QuickJS less than writing them one by
 * one. `encodeDecision` writes the same bytes from a Decision.
 */
const ROOM_BYTES = 1_024;
const room = new ArrayBuffer(ROOM_BYTES);
const bytes = new Uint8Array(room);
const words = new Uint32Array(room);
const signed = new Int32Array(room);
const doubles = new Float64Array(room);
const idBytes = bytes.subarray(8, 8 + ID_BYTES);

const HEAD = FRAME_VERSION | (FRAME_DECISION << 8);
const HEAD_DOUBLES = 12;
/** The margin to add, twenty constraints, twenty-seven measures. */
const TABLE_DOUBLES = 48;
const FIRST_CAP = HEAD_DOUBLES + 1;
const FIRST_MEASURE = FIRST_CAP + 20;
const tableDoubles = doubles.subarray(FIRST_CAP, HEAD_DOUBLES + TABLE_DOUBLES);
const tableWords = words.subarray(2 * FIRST_CAP, 2 * (HEAD_DOUBLES + TABLE_DOUBLES));
/** The high word of −0. */
const SIGN_BIT = 2_147_483_648;
/** Up to so many e8, the product of an amount and 1e8 is off by less than a quarter. */
const TWO_50 = 1_125_899_906_842_624;

/** An amount as e8 at a double's place. */
function putAmount(at: number, value: number, field: string): void {
  const scaled = value * E8;
  if (scaled > 0 && scaled < TWO_50) {
    doubles[at] = Math.floor(scaled + 0.5) * TWO_MINUS_537 * TWO_MINUS_537;
  } else if (scaled === 0) doubles[at] = 0;
  else putAmountSlowly(at, value, field);
}

/** Whatever is below 0, large, or no amount. */
function putAmountSlowly(at: number, value: number, field: string): void {
  const scaled = value * E8;
  let integer = scaled < 0 ? -Math.floor(-scaled + 0.5) : Math.floor(scaled + 0.5);
  // Near 2^53 the product itself is rounded: take the neighbour that reads back as this very double.
  if (integer / E8 !== value) {
    if ((integer + 1) / E8 === value) integer += 1;
    else if ((integer - 1) / E8 === value) integer -= 1;
  }
  if (!(integer <= MAX_E8 && integer >= -MAX_E8)) {
    throw new EngineError('internal', 'out-of-domain', field, 'a magnitude of at most 67108864', value);
  }
  if (integer >= 0) doubles[at] = (integer + 0) * TWO_MINUS_537 * TWO_MINUS_537;
  else {
    const high = Math.floor(integer / TWO_32);
    words[2 * at] = integer - high * TWO_32;
    signed[2 * at + 1] = high;
  }
}

/** Neither NaN nor −0 may reach a hash. */
function cleanTable(): void {
  if (tableDoubles.includes(NaN)) throw new EngineError('internal', 'not-a-number', 'table', 'numbers', NaN);
  // The word may also be the low half of some number: then this loop changes nothing.
  if (!tableWords.includes(SIGN_BIT)) return;
  for (let i = 0; i < tableDoubles.length; i++) if (tableDoubles[i] === 0) tableDoubles[i] = 0;
}

function putTable({ lattice, marginToAddUsdt }: Verdict, measured: Float64Array): void {
  putAmount(HEAD_DOUBLES, least(marginToAddUsdt), 'marginToAddUsdt');
  doubles.set(lattice!.values, FIRST_CAP);
  doubles.set(measured, FIRST_MEASURE);
  cleanTable();
}

/** The rows that decisions tell (`FAN_HOURS`), price and probability each. Returns the place after them. */
function putFan(at: number, side: number, rows: readonly FanRow[], markPrice: number): number {
  let next = at;
  let last = -1;
  let bits = 0;
  for (let i = 0; i < rows.length; i++) {
    const { hours, liqEff, pTouch } = rows[i]!;
    if (hours !== 1 && hours !== 4 && hours !== 8 && hours !== 24) continue;
    // The worst price so far is mostly that of the horizon before.
    if (liqEff !== last) {
      bits = publishE8(side, liqEff, markPrice) * TWO_MINUS_537 * TWO_MINUS_537;
      last = liqEff;
    }
    doubles[next] = bits;
    doubles[next + 1] = pTouch;
    next += 2;
  }
  return next;
}

function regimesOf({ regime }: Feed): number {
  return (regime.volatility << 16) | (regime.trend << 24);
}

/**
 * The frame of a verdict.
 *
 * @param leverage L* and `notional` N* as told: the verdict's own on record, those of the last record for a tick.
 * @param measured in the order of `MEASURES`, null for a tick: no table is written then.
 */
export function writeDecision(
  id: Uint8Array,
  waters: Waters,
  verdict: Verdict,
  leverage: number,
  notional: number,
  measured: Float64Array | null,
): Uint8Array {
  const { feed, markPrice } = waters;
  const { side, plan } = verdict;
  const isFull = measured !== null;
  words[0] = HEAD | (verdict.action << 16) | (verdict.reason << 24);
  words[1] = feed.bars;
  idBytes.set(id);
  // Times and amounts are whole numbers of milliseconds and 1e-8: their bits as a double's.
  doubles[3] = waters.timeMs * TWO_MINUS_537 * TWO_MINUS_537;
  putAmount(4, markPrice, 'markPrice');
  words[10] = (side & 255) | (leverage << 8) | (waters.limits.unattendedHours << 16) | (isFull ? 1 << 24 : 0);
  doubles[6] = Math.floor(least(notional) * E8) * TWO_MINUS_537 * TWO_MINUS_537;
  if (side === 0) doubles.fill(0, 7, 11);
  else {
    putAmount(7, verdict.targetQuantity, 'targetQuantity');
    doubles[8] = verdict.liquidationExchangeE8 * TWO_MINUS_537 * TWO_MINUS_537;
    doubles[9] = verdict.liquidationEffectiveE8 * TWO_MINUS_537 * TWO_MINUS_537;
    putAmount(10, verdict.stopPrice, 'stopPrice');
  }
  words[22] = verdict.stopVersion;
  words[23] = verdict.warnings;
  let at = HEAD_DOUBLES;
  let regimes = 0;
  if (isFull) {
    putTable(verdict, measured);
    at += TABLE_DOUBLES;
    regimes = regimesOf(feed);
  }
  const afterFan = side === 0 ? at : putFan(at, side, verdict.fan, markPrice);
  words[11] = ((afterFan - at) >> 1) | (plan === null ? 0 : 1 << 8) | regimes;
  const length = 8 * afterFan;
  if (plan === null) return bytes.slice(0, length);
  bytes.set(plan, length);
  return bytes.slice(0, length + plan.length);
}
