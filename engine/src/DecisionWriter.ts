import { EngineError } from './EngineError.ts';
import type { Feed } from './Feed.ts';
import { least, publishE8, type Verdict } from './Verdict.ts';
import type { Waters } from './Waters.ts';
import { E8, MAX_E8, TWO_32, TWO_MINUS_537 } from './codec/Bytes.ts';
import { FRAME_DECISION, FRAME_VERSION } from './codec/Frame.ts';
import type { FanRow } from './model/Fan.ts';

/*
 * Writes a decision's frame where it stands: at the next free place of a room, seen as bytes, words and doubles, filled as
 * docs/frame.md says. Frames are handed out as parts of a room, since memory of its own costs a frame more than all that is
 * written into it; whoever keeps one keeps its room. `encodeDecision` writes the same bytes from a Decision.
 */
const ROOM_BYTES = 16_384;
/** No frame is longer than a kilobyte: from here on one may not find room. */
const LAST_PLACE = (ROOM_BYTES - 1_024) / 8;
let room = new ArrayBuffer(ROOM_BYTES);
let bytes = new Uint8Array(room);
let words = new Uint32Array(room);
let signed = new Int32Array(room);
let doubles = new Float64Array(room);
/** Where the next frame begins, in doubles. */
let free = 0;

const HEAD = FRAME_VERSION | (FRAME_DECISION << 8);
const HEAD_DOUBLES = 12;
/** The margin to add, twenty constraints, twenty-seven measures. */
const TABLE_DOUBLES = 48;
const FIRST_CAP = HEAD_DOUBLES + 1;
/** Up to so many e8, the product of an amount and 1e8 is off by less than a quarter. */
const TWO_50 = 1_125_899_906_842_624;

function openRoom(): void {
  room = new ArrayBuffer(ROOM_BYTES);
  bytes = new Uint8Array(room);
  words = new Uint32Array(room);
  signed = new Int32Array(room);
  doubles = new Float64Array(room);
  free = 0;
}

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

/** Copies `from` to a frame's place, −0 as 0. Returns whether all were numbers: neither NaN nor −0 may reach a hash. */
function lay(frame: Float64Array, at: number, from: Float64Array): boolean {
  let isGood = true;
  let to = at | 0;
  for (let i = 0; i < from.length; i++) {
    const value = from[i]! + 0;
    if (!(value <= Infinity)) isGood = false;
    frame[to] = value;
    to++;
  }
  return isGood;
}

function putTable(at: number, { lattice, marginToAddUsdt }: Verdict, measured: Float64Array): void {
  putAmount(at + HEAD_DOUBLES, least(marginToAddUsdt), 'marginToAddUsdt');
  const { values } = lattice!;
  const isGood =
    lay(doubles, at + FIRST_CAP, values) && lay(doubles, at + FIRST_CAP + values.length, measured);
  if (!isGood) throw new EngineError('internal', 'not-a-number', 'table', 'numbers', NaN);
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
  if (free > LAST_PLACE) openRoom();
  const at = free;
  const word = 2 * at;
  words[word] = HEAD | (verdict.action << 16) | (verdict.reason << 24);
  words[word + 1] = feed.bars;
  bytes.set(id, 8 * at + 8);
  // Times and amounts are whole numbers of milliseconds and 1e-8: their bits as a double's.
  doubles[at + 3] = waters.timeMs * TWO_MINUS_537 * TWO_MINUS_537;
  putAmount(at + 4, markPrice, 'markPrice');
  words[word + 10] =
    (side & 255) | (leverage << 8) | (waters.limits.unattendedHours << 16) | (isFull ? 1 << 24 : 0);
  doubles[at + 6] = Math.floor(least(notional) * E8) * TWO_MINUS_537 * TWO_MINUS_537;
  if (side === 0) {
    doubles[at + 7] = 0;
    doubles[at + 8] = 0;
    doubles[at + 9] = 0;
    doubles[at + 10] = 0;
  } else {
    putAmount(at + 7, verdict.targetQuantity, 'targetQuantity');
    doubles[at + 8] = verdict.liquidationExchangeE8 * TWO_MINUS_537 * TWO_MINUS_537;
    doubles[at + 9] = verdict.liquidationEffectiveE8 * TWO_MINUS_537 * TWO_MINUS_537;
    putAmount(at + 10, verdict.stopPrice, 'stopPrice');
  }
  words[word + 22] = verdict.stopVersion;
  words[word + 23] = verdict.warnings;
  let end = at + HEAD_DOUBLES;
  let regimes = 0;
  if (isFull) {
    putTable(at, verdict, measured);
    end += TABLE_DOUBLES;
    regimes = regimesOf(feed);
  }
  const { fan } = verdict;
  const afterFan = fan.length === 0 ? end : putFan(end, side, fan, markPrice);
  words[word + 11] = ((afterFan - end) >> 1) | (plan === null ? 0 : 1 << 8) | regimes;
  let length = 8 * (afterFan - at);
  free = afterFan;
  if (plan !== null) {
    bytes.set(plan, 8 * afterFan);
    length += plan.length;
    free += Math.ceil(plan.length / 8);
  }
  return new Uint8Array(room, 8 * at, length);
}
