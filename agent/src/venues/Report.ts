import pc from 'picocolors';
import type { BandDepth, Figure, Protection, VenueAbsence, VenueLine, VenueReading } from './Reading.ts';
import { visibleLength, wrap } from '../view/wrap.ts';
import type { Score, Trade } from './Score.ts';

const NAME_WIDTH = 14;

/** Lines for a person. @param columns of the terminal */
export function reportLines(
  lines: readonly VenueLine[],
  scores: readonly Score[],
  trade: Trade,
  columns: number,
): readonly string[] {
  const readings = scores.flatMap(
    ({ venue }) => lines.filter((line) => line.venue === venue && isRead(line)) as VenueReading[],
  );
  const absences = lines.filter((line): line is VenueAbsence => !isRead(line));
  const rows = table(readings, scores, columns);
  // Where the table does not fit it becomes one block a venue.
  const isWide = rows.every((row) => visibleLength(row) <= columns);
  return [
    pc.bold(titleOf(trade)),
    ...wrap(
      'Cost: an estimate from the figures below, in hundredths of a percent of notional; lower is better. It forecasts nothing.',
      columns,
    ),
    '',
    ...(isWide ? rows : readings.flatMap((reading) => block(reading, scoreFor(scores, reading)))),
    ...absences.flatMap((absence) =>
      wrap(`${pad(absence.venue)}${pc.bold(absence.outcome)}: ${absence.problem}`, columns, NAME_WIDTH),
    ),
    '',
    ...scores.flatMap((score) => wrap(whyOf(score), columns, NAME_WIDTH)),
    '',
    ...readings.flatMap((reading) => wrap(sourcesOf(reading), columns, NAME_WIDTH)),
    ...wrap(
      'Fees are those ccxt knows for the first tier: yours may differ. Depth is both sides together; ≥ where the levels shown end inside the band.',
      columns,
    ),
  ];
}

function isRead(line: VenueLine): line is VenueReading {
  return line.outcome === 'read';
}

function scoreFor(scores: readonly Score[], { venue }: VenueReading): Score | undefined {
  return scores.find((score) => score.venue === venue);
}

function titleOf({ side, notionalUsdt, holdHours }: Trade): string {
  return `${side > 0 ? 'Long' : 'Short'} of ${compact(notionalUsdt)} USDT, held ${String(holdHours)} h`;
}

const HEAD = [
  'cost',
  'spread',
  '±0.1 %',
  '±0.5 %',
  '±1 %',
  '±2 %',
  'slip in',
  'slip out',
  'taker',
  'funding',
  'open int.',
  'ms',
];

function table(
  readings: readonly VenueReading[],
  scores: readonly Score[],
  columns: number,
): readonly string[] {
  const rows = readings.map((reading) => [
    costOf(scoreFor(scores, reading)),
    percent(reading.spread),
    ...reading.depth.map(depthOf),
    percent(reading.entrySlip),
    percent(reading.exitSlip),
    percent(reading.takerFee),
    fundingOf(reading),
    amount(reading.openInterestUsdt),
    milliseconds(reading.latencyMs),
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ');
  return [
    pc.dim(`${pad('')}${line(HEAD)}`),
    ...rows.map((row, i) => `${pad(readings[i]?.venue ?? '')}${line(row)}`),
    pc.dim(`${pad('')}${line(['bp', '', 'USDT', 'USDT', 'USDT', 'USDT', '', '', '', '', 'USDT', ''])}`),
    '',
    ...readings.flatMap((reading) =>
      wrap(`${pad(reading.venue)}${protectionText(reading)}`, columns, NAME_WIDTH),
    ),
  ];
}

function block(reading: VenueReading, score: Score | undefined): readonly string[] {
  const [a, b, c, d] = reading.depth.map(depthOf);
  return [
    `${pc.bold(pad(reading.venue))}${costOf(score)} bp`,
    `  spread ${percent(reading.spread)}, ${milliseconds(reading.latencyMs)} ms`,
    `  depth ±0.1/0.5/1/2 %:`,
    `    ${a ?? ''} / ${b ?? ''} / ${c ?? ''} / ${d ?? ''} USDT`,
    `  slip in ${percent(reading.entrySlip)}, out ${percent(reading.exitSlip)}`,
    `  taker ${percent(reading.takerFee)}`,
    `  funding ${fundingOf(reading)}`,
    `  open interest ${amount(reading.openInterestUsdt)} USDT`,
    ...protectionText(reading)
      .split('; ')
      .map((part) => `  ${part}`),
    '',
  ];
}

function protectionText({ protection, adapter }: VenueReading): string {
  const { stopMarket, byMark, reduceOnly, takeProfit, attached, trailing } = protection;
  const named: readonly (readonly [string, Protection[keyof Protection]])[] = [
    ['stop-market', stopMarket],
    ['by mark', byMark],
    ['reduce-only', reduceOnly],
    ['take-profit', takeProfit],
    ['attached', attached],
    ['trailing', trailing],
  ];
  const listed = (value: boolean | null): string =>
    named
      .filter(([, is]) => is === value)
      .map(([name]) => name)
      .join(', ');
  const parts = [
    [listed(true), ''],
    [listed(false), 'without '],
    [listed(null), 'not told: '],
  ] as const;
  const told = parts.filter(([names]) => names !== '').map(([names, before]) => before + names);
  return [...told, `adapter: ${adapter}`].join('; ');
}

function whyOf({ venue, costBp, costUsdt, parts, missing, objections, rank }: Score): string {
  const sum = parts.map(({ name, fraction }) => `${name} ${basisPoints(fraction)}`).join(' + ');
  const total =
    costBp === null
      ? `no score without ${missing.join(' and ')}`
      : `${costBp.toFixed(1)} bp (${(costUsdt ?? 0).toFixed(2)} USDT) = ${sum}`;
  const against = objections.length === 0 ? '' : `; ${pc.bold('not ranked')}: ${objections.join('; ')}`;
  return `${pad(venue)}${rank === null ? '' : `${String(rank)}. `}${total}${against}`;
}

function sourcesOf(reading: VenueReading): string {
  const figures = [
    reading.spread,
    reading.fundingRate,
    reading.fundingHours,
    reading.openInterestUsdt,
    reading.latencyMs,
    reading.takerFee,
  ];
  const calls = new Map(figures.map(({ source, readMs }) => [source, readMs]));
  const told = [...calls].map(
    ([source, readMs]) => `${source} ${new Date(readMs).toISOString().slice(11, 19)}`,
  );
  return pc.dim(`${pad(reading.venue)}${reading.symbol}: ${told.join(', ')} UTC`);
}

function costOf(score: Score | undefined): string {
  return score?.costBp === null || score === undefined ? '–' : score.costBp.toFixed(1);
}

function basisPoints(fraction: number): string {
  return (fraction * 10_000).toFixed(1).replace('-', '−');
}

function percent({ value }: Figure): string {
  return value === null ? '–' : `${(value * 100).toFixed(3)} %`;
}

function fundingOf({ fundingRate, fundingHours }: VenueReading): string {
  if (fundingRate.value === null) return '–';
  const rate = `${(fundingRate.value * 100).toFixed(4)} %`.replace('-', '−');
  return fundingHours.value === null ? `${rate}/? h` : `${rate}/${String(fundingHours.value)} h`;
}

function depthOf({ bids, asks, isAtLeast }: BandDepth): string {
  return `${isAtLeast ? '≥' : ''}${compact((bids.value ?? 0) + (asks.value ?? 0))}`;
}

function amount({ value }: Figure): string {
  return value === null ? '–' : compact(value);
}

function milliseconds({ value }: Figure): string {
  return value === null ? '–' : value < 10 ? value.toFixed(1) : value.toFixed(0);
}

/** 1234567 is 1.23M. */
function compact(value: number): string {
  const units = [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [scale, unit] = units.find(([least]) => value >= least) ?? [1, ''];
  return `${String(Number((value / scale).toPrecision(3)))}${unit}`;
}

function pad(name: string): string {
  return name.padEnd(NAME_WIDTH);
}
