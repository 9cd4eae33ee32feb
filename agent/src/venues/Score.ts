import type { Figure, VenueReading } from './Reading.ts';

/** One part of what a trade costs, as a fraction of notional; negative is received. */
export interface CostPart {
  readonly name: 'entry slippage' | 'exit slippage' | 'fees' | 'funding';
  readonly fraction: number;
  /** By which figures. */
  readonly because: string;
}

/**
 * What entering, holding and leaving would have cost at the figures read. An estimate of cost, in basis points of
 * notional, lower is better; not a forecast of anything else.
 */
export interface Score {
  readonly venue: string;
  /** Null where a part is missing. */
  readonly costBp: number | null;
  readonly costUsdt: number | null;
  readonly parts: readonly CostPart[];
  /** Figures without which there is no score. */
  readonly missing: readonly string[];
  /** What speaks against the venue whatever it costs. */
  readonly objections: readonly string[];
  /** From 1; null where something is missing or speaks against it. */
  readonly rank: number | null;
}

export interface Trade {
  readonly side: 1 | -1;
  readonly notionalUsdt: number;
  readonly holdHours: number;
}

/** Of a market's open interest a position may be this much, as the risk model has it. */
const OPEN_INTEREST_FRACTION = 0.005;

/** Scores venues by what the trade would cost there, cheapest first; those without a rank come last. */
export function scoresOf(readings: readonly VenueReading[], trade: Trade): readonly Score[] {
  const scored = readings.map((reading) => scoreOf(reading, trade));
  const eligible = scored
    .filter(({ costBp, objections }) => costBp !== null && objections.length === 0)
    .sort((a, b) => (a.costBp ?? 0) - (b.costBp ?? 0) || (a.venue < b.venue ? -1 : 1));
  const others = scored.filter((score) => !eligible.includes(score));
  return [...eligible.map((score, i) => ({ ...score, rank: i + 1 })), ...others];
}

function scoreOf(reading: VenueReading, { side, notionalUsdt, holdHours }: Trade): Score {
  const missing: string[] = [];
  const parts: CostPart[] = [];
  const add = (
    name: CostPart['name'],
    inputs: Readonly<Record<string, Figure>>,
    fraction: () => number,
    because: string,
  ): void => {
    const lacking = Object.entries(inputs).filter(([, { value }]) => value === null);
    if (lacking.length > 0) missing.push(...lacking.map(([what]) => what));
    else parts.push({ name, fraction: fraction(), because });
  };
  const { entrySlip, exitSlip, takerFee, fundingRate, fundingHours } = reading;
  add(
    'entry slippage',
    { 'enough book to enter': entrySlip },
    () => entrySlip.value ?? 0,
    'walking the book',
  );
  add(
    'exit slippage',
    { 'enough book to leave through half of it': exitSlip },
    () => exitSlip.value ?? 0,
    'walking half of the book',
  );
  add('fees', { 'taker fee': takerFee }, () => 2 * (takerFee.value ?? 0), 'taker, in and out, first tier');
  add(
    'funding',
    { 'funding rate': fundingRate, 'funding interval': fundingHours },
    () => (side * (fundingRate.value ?? 0) * holdHours) / (fundingHours.value ?? 1),
    `the present rate for ${String(holdHours)} h`,
  );
  const total = parts.reduce((sum, { fraction }) => sum + fraction, 0);
  const isWhole = missing.length === 0;
  return {
    venue: reading.venue,
    costBp: isWhole ? total * 10_000 : null,
    costUsdt: isWhole ? total * notionalUsdt : null,
    parts,
    missing,
    objections: objectionsTo(reading, notionalUsdt),
    rank: null,
  };
}

function objectionsTo(
  { protection, openInterestUsdt }: VenueReading,
  notionalUsdt: number,
): readonly string[] {
  const objections: string[] = [];
  if (protection.stopMarket !== true) objections.push('no stop-market order that ccxt knows of');
  if (protection.byMark !== true) objections.push('stops are not known to be set off by the mark price');
  const { value } = openInterestUsdt;
  if (value !== null && notionalUsdt > OPEN_INTEREST_FRACTION * value) {
    objections.push(`the size is more than ${String(100 * OPEN_INTEREST_FRACTION)} % of its open interest`);
  }
  return objections;
}
