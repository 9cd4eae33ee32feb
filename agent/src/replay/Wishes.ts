import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BAR_MS, type Side } from '@plimsoll/engine';
import { ReplayError } from './ReplayError.ts';

/** A wish to enter at a bar's open. */
export interface Wish {
  readonly timeMs: number;
  readonly side: Side;
}

export type SideChoice = 'long' | 'short' | 'both';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span such as `45m`, `12h` or `1d`, a whole number of bars. @throws ReplayError */
export function parseSpan(text: string, option: string): number {
  const match = /^(\d{1,5})([mhd])$/.exec(text);
  const spanMs = match === null ? 0 : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
  if (spanMs <= 0 || spanMs % BAR_MS !== 0) {
    throw new ReplayError(
      `${option}: expected a span of whole five-minute bars such as 45m, 12h or 1d, got "${text}"`,
    );
  }
  return spanMs;
}

/** Wishes at the first bar and after every span; `both` alternates, long first. */
export function regularWishes(startMs: number, lastMs: number, everyMs: number, choice: SideChoice): Wish[] {
  const wishes: Wish[] = [];
  for (let timeMs = startMs, i = 0; timeMs <= lastMs; timeMs += everyMs, i++) {
    const side: Side = choice === 'short' || (choice === 'both' && i % 2 === 1) ? -1 : 1;
    wishes.push({ timeMs, side });
  }
  return wishes;
}

const SIDES: Readonly<Record<string, Side>> = { long: 1, short: -1, '1': 1, '+1': 1, '-1': -1 };

/**
 * Wishes from a CSV file `timestamp_ms,side`, gzipped or not, in the order of time.
 * @throws ReplayError naming the line: unreadable, without the columns, a time that is not a bar open or does not rise,
 * an unknown side, a time outside the bars that are played
 */
export function readWishes(path: string, startMs: number, lastMs: number): Wish[] {
  let text: string;
  try {
    const bytes = readFileSync(path);
    text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    const came = cause instanceof Error ? cause.message : String(cause);
    throw new ReplayError(`--entries: expected a readable file, got ${came}; check the path`, { cause });
  }
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== 'timestamp_ms,side') {
    throw new ReplayError(
      `${path} line 1: expected the columns timestamp_ms,side, got "${(lines[0] ?? '').slice(0, 60)}"; name them in the first line`,
    );
  }
  const wishes: Wish[] = [];
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === '') return;
    const refuse = (expected: string, remedy: string): never => {
      throw new ReplayError(
        `${path} line ${i + 1}: expected ${expected}, got "${line.slice(0, 60)}"; ${remedy}`,
      );
    };
    const [time = '', sideText = '', ...rest] = line.trim().split(',');
    const side = SIDES[sideText.trim()];
    const timeMs = /^\d{1,15}$/.test(time) ? Number(time) : Number.NaN;
    if (rest.length > 0 || side === undefined) {
      return refuse('timestamp_ms,side with side long, short, 1 or -1', 'correct the line');
    }
    if (!Number.isSafeInteger(timeMs) || timeMs % BAR_MS !== 0) {
      return refuse('the open of a five-minute bar in ms', 'round it to 300000');
    }
    if (timeMs < startMs || timeMs > lastMs) {
      return refuse(
        `a bar that is played (${new Date(startMs).toISOString()} to ${new Date(lastMs).toISOString()})`,
        'remove it or play more',
      );
    }
    const previous = wishes.at(-1);
    if (previous !== undefined && timeMs < previous.timeMs)
      return refuse('times that do not fall', 'sort the lines');
    wishes.push({ timeMs, side });
  });
  return wishes;
}
