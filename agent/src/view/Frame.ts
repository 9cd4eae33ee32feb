import type { RunStatus } from '../run/RunStatus.ts';
import { fitting, gapBefore, type Part } from './Fit.ts';
import { cut, layOut, seg, type Line, type Row, type Segment, type Tone } from './Line.ts';
import { pricesWith } from './prices.ts';
import { clockTime, decimal, money, percent, signedMoney, span, time, whole } from './words.ts';

/** From here on there is room for a date. */
const WIDE = 100;
/** What is used is rounded to the venue's step: less than this above what is allowed is nothing. */
const ROUNDING = 1.02;
/** Warnings of a decision that ask for a look; the others tell what it had to do without. */
const LOOK_AT: ReadonlySet<string> = new Set([
  'leader-shock',
  'heat-alarm',
  'liquidation-disagrees',
  'mark-far-from-last',
  'funding-punishing-and-rising',
  'adopted-position',
  'manual-control',
]);
/** Under this many daily deviations liquidation is coloured as near. */
const NEAR_SIGMAS = 2;
/** As the venue's rules have it: a touch within 8 h likelier than this is too likely. */
const LIKELY_TOUCH = 0.005;
/** The leader's tick is not known here. */
const LEADER_DECIMALS = 2;
const DAY_MS = 86_400_000;
const STALE_MS = 130_000;
const STREAM_STALE_MS = 10_000;

/**
 * One picture of a running agent, as lines of at most `columns` characters.
 * @param rows lines there is room for; the events at the end give way first
 */
export function frameOf(status: RunStatus, columns: number, rows = 40): readonly Line[] {
  const head = [titleOf(status, columns), [seg('─'.repeat(columns), 'dim')]];
  const body = [
    marketRow(status),
    positionRow(status),
    stopRow(status),
    liquidationRow(status),
    leverageRow(status),
    sizeRow(status),
    decisionRow(status),
    freshnessRow(status),
    budgetRow(status),
    tenureRow(status),
    entriesRow(status),
    ...problemRows(status),
  ].flatMap((row) => layOut(row, columns));
  const used = [...head, ...body];
  const events = newest(status, columns, rows - used.length - 2);
  const tail = events.length === 0 ? [] : [[], ...events];
  return [...used, ...tail].slice(0, rows).map((line) => cut(line, columns));
}

/** The newest events that have room, each of them whole; of one that has none, what it is called. */
function newest({ events }: RunStatus, columns: number, room: number): readonly Line[] {
  const lines: Line[] = [];
  for (const event of events.toReversed()) {
    const whole = eventRow(event);
    const [code = seg('')] = whole.parts;
    const all = layOut(whole, columns);
    const more = lines.length === 0 && all.length > room ? layOut({ ...whole, parts: [code] }, columns) : all;
    if (lines.length + more.length > room) break;
    lines.unshift(...more);
  }
  return lines;
}

/** Whether fills are made up is told at any width; the time is told shorter where a date has no room. */
function titleOf(status: RunStatus, columns: number): Line {
  const { mode, phase, venue, symbol, isSimulated, nowMs, startedMs } = status;
  const isWide = columns >= WIDE;
  const isRunning = phase === 'running';
  const up = span(nowMs - startedMs);
  const parts: readonly (Part & Segment)[] = [
    { ...seg('Plimsoll', 'title'), importance: 3 },
    { ...seg(mode.toUpperCase(), mode === 'live' ? 'bad' : 'warn'), importance: 9, gap: ' ' },
    ...(isSimulated ? [{ ...seg('SIMULATED', 'warn'), importance: 8, gap: ' ' }] : []),
    { ...seg(symbol), importance: 7 },
    { ...seg(`on ${venue}`), importance: 2, gap: ' ' },
    {
      ...seg(isWide ? `${phase} for ${up}` : isRunning ? `up ${up}` : phase, 'dim'),
      importance: isRunning ? 1 : 6,
    },
    { ...seg(isWide ? time(nowMs) : `${clockTime(nowMs)} UTC`, 'dim'), importance: 5 },
  ];
  const kept = fitting(parts, columns);
  return kept.flatMap(({ text, tone }, i) => [seg(gapBefore(kept, i)), seg(text, tone)]);
}

function marketRow({ markPrice, leaderPrice, leader, equityUsdt, priceDecimals }: RunStatus): Row {
  const parts = [seg(markPrice === null ? 'not heard yet' : pricesWith(priceDecimals)(markPrice))];
  if (leaderPrice !== null) parts.push(seg(`${leader} ${pricesWith(LEADER_DECIMALS)(leaderPrice)}`, 'dim'));
  if (equityUsdt !== null) parts.push(seg(`equity ${money(equityUsdt)} USDT`, 'dim'));
  return { label: 'Mark', parts };
}

function positionRow({ position, nowMs, priceDecimals }: RunStatus): Row {
  if (position === null) return { label: 'Position', parts: [seg('flat', 'dim')] };
  const { side, quantity, entryPrice, notionalUsdt, unrealizedUsdt, openedMs } = position;
  return {
    label: 'Position',
    parts: [
      seg(`${side} ${decimal(quantity)} at ${pricesWith(priceDecimals)(entryPrice)}`),
      seg(`${money(notionalUsdt)} USDT`),
      seg(`${unrealizedUsdt < 0 ? '▼' : '▲'} ${signedMoney(unrealizedUsdt)} USDT`, 'good'),
      seg(`for ${span(Math.max(0, nowMs - openedMs))}`, 'dim'),
    ],
  };
}

function stopRow({ position, stop, isProtected, priceDecimals }: RunStatus): Row {
  if (position === null) return { label: 'Stop', parts: [seg('none needed', 'dim')] };
  if (stop === null) return { label: 'Stop', parts: [seg('NONE RESTS ON THE VENUE', 'bad')] };
  const parts = [
    seg(pricesWith(priceDecimals)(stop.price)),
    seg(`${percent(stop.distance)} away`),
    seg(`rests for ${decimal(stop.quantity)}`, 'dim'),
  ];
  if (!isProtected) parts.push(seg('DOES NOT COVER ALL', 'bad'));
  return { label: 'Stop', parts };
}

function liquidationRow({ position, liquidation, touchProbability8h, priceDecimals }: RunStatus): Row {
  const label = 'Liquidation';
  if (position === null) return { label, parts: [seg('none', 'dim')] };
  if (liquidation === null) return { label, parts: [seg('not known', 'warn')] };
  const { price, distance, dailySigmas } = liquidation;
  const tone: Tone = dailySigmas !== null && dailySigmas < NEAR_SIGMAS ? 'bad' : 'plain';
  const parts = [
    seg(pricesWith(priceDecimals)(price)),
    seg(`${percent(distance)} away`, tone),
    seg(dailySigmas === null ? 'volatility not known' : `${dailySigmas.toFixed(1)} daily σ`, tone),
  ];
  if (touchProbability8h !== null) {
    const likely: Tone = touchProbability8h >= LIKELY_TOUCH ? 'bad' : 'dim';
    parts.push(seg(`${(touchProbability8h * 100).toFixed(2)} % within 8 h (estimated)`, likely));
  }
  return { label, parts };
}

function leverageRow({ leverage }: RunStatus): Row {
  if (leverage === null) return { label: 'Leverage', parts: [seg('none allowed yet', 'dim')] };
  const { allowed, boundBy, used } = leverage;
  return {
    label: 'Leverage',
    parts: [
      seg(`${decimal(allowed, 1)}x allowed`),
      used === null
        ? seg('none used', 'dim')
        : seg(`${used.toFixed(1)}x used`, used > allowed * ROUNDING ? 'warn' : 'plain'),
      seg(`bound by ${boundBy}`, 'dim'),
    ],
  };
}

function sizeRow({ size }: RunStatus): Row {
  if (size === null) return { label: 'Size', parts: [seg('none allowed yet', 'dim')] };
  return {
    label: 'Size',
    parts: [seg(`${whole(size.allowedUsdt)} USDT allowed`), seg(`bound by ${size.boundBy}`, 'dim')],
  };
}

function decisionRow({ decision, nowMs }: RunStatus): Row {
  if (decision === null) return { label: 'Decision', parts: [seg('none yet', 'dim')] };
  const { action, reason, binding, timeMs, sequence, isRecord, warnings } = decision;
  return {
    label: 'Decision',
    parts: [
      seg(action, 'title'),
      ...(reason === 'none' ? [] : [seg(binding === reason ? reason : `${reason}: ${binding}`)]),
      seg(`${span(Math.max(0, nowMs - timeMs))} ago`, 'dim'),
      seg(`${isRecord ? 'record' : 'tick on record'} ${String(sequence)}`, 'dim'),
      ...warnings.map((warning) => seg(warning, LOOK_AT.has(warning) ? 'warn' : 'dim')),
    ],
  };
}

function freshnessRow({ freshness }: RunStatus): Row {
  const { canisterAgoMs, streamAgoMs, barAgoMs, venueSilentMs } = freshness;
  const ago = (name: string, ms: number | null, staleMs: number): Segment =>
    ms === null
      ? seg(`${name} not heard`, 'warn')
      : seg(`${name} ${span(ms)}`, ms > staleMs ? 'bad' : 'plain');
  const parts = [
    ago('canister', canisterAgoMs, STALE_MS),
    ago('stream', streamAgoMs, STREAM_STALE_MS),
    ago('bar', barAgoMs, 400_000),
  ];
  if (venueSilentMs !== null) parts.push(seg(`venue silent ${span(venueSilentMs)}`, 'bad'));
  return { label: 'Age of', parts };
}

function budgetRow({ budget }: RunStatus): Row {
  const { usedToday, perDay, cyclesToday } = budget;
  const isUp = usedToday >= perDay;
  const parts = [seg(`${whole(usedToday)} of ${whole(perDay)} updates today`, isUp ? 'warn' : 'plain')];
  if (isUp) parts.push(seg('bars and fills only', 'warn'));
  if (cyclesToday !== null) parts.push(seg(`about ${whole(cyclesToday / 1e6)} M cycles, estimated`, 'dim'));
  return { label: 'Budget', parts };
}

/** Until when the right to act lasts. */
function tenureRow({ tenure, nowMs }: RunStatus): Row {
  const { keyExpiresMs, grantExpiresMs, cyclesRunwayDays } = tenure;
  const left = (name: string, ms: number | null, warnDays: number, badDays: number): Segment => {
    if (ms === null) return seg(`${name} not told`, 'dim');
    const tone: Tone = ms <= badDays * DAY_MS ? 'bad' : ms <= warnDays * DAY_MS ? 'warn' : 'plain';
    const length = ms <= 0 ? 'IS OVER' : ms >= 3 * DAY_MS ? `${whole(Math.floor(ms / DAY_MS))} d` : span(ms);
    return seg(`${name} ${length}`, tone);
  };
  const until = (endMs: number | null): number | null => (endMs === null ? null : endMs - nowMs);
  return {
    label: 'Lasts',
    parts: [
      left('key', until(keyExpiresMs), 7, 1),
      left('grant', until(grantExpiresMs), 7, 1),
      left('cycles', cyclesRunwayDays === null ? null : cyclesRunwayDays * DAY_MS, 30, 7),
    ],
  };
}

function entriesRow({ entryBars }: RunStatus): Row {
  const [first, ...others] = entryBars;
  if (first === undefined) return { label: 'Entries', parts: [seg('allowed by a plan', 'good')] };
  const more = others.length === 0 ? [] : [seg(`and ${String(others.length)} more`, 'dim')];
  return { label: 'Entries', parts: [seg(`barred: ${first.message}`, 'warn'), ...more] };
}

function problemRows({ problems }: RunStatus): readonly Row[] {
  return problems.slice(0, 3).map((problem) => ({ label: 'Problem', parts: [seg(problem, 'bad')] }));
}

function eventRow({ severity, code, message, wallMs }: RunStatus['events'][number]): Row {
  const tone: Tone = severity === 'alarm' ? 'bad' : severity === 'warning' ? 'warn' : 'plain';
  return { label: clockTime(wallMs), parts: [seg(code, tone), seg(message)] };
}
