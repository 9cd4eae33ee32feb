import { BAR_MS, type Bar } from './market/Bar.ts';
import type { Recording, SymbolRecording } from './market/Recording.ts';

/** Bars that a first entry needs behind it: ten days. */
export const WARM_UP_BARS = 2_880;

/** A span that the recording cannot serve. */
export class WindowError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WindowError';
  }
}

/** First bar to play and the time before which the last one opens, ms. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A date as people write it: with a zone, or without one and then meant as UTC. */
export function parseInstant(text: string, option: string): number {
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text);
  const isDateOnly = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const timeMs = Date.parse(hasZone || isDateOnly ? text : `${text}Z`);
  if (Number.isNaN(timeMs)) {
    throw new WindowError(
      `${option}: expected a date such as 2024-08-02 or 2024-08-02T12:00Z, got "${text}"; write it as ISO 8601`,
    );
  }
  return timeMs;
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16) + 'Z';
}

/**
 * The part of a recording to play. Without a start it begins as soon as the warm-up is complete.
 * @throws WindowError naming the recording's span, or how many bars of warm-up are missing
 */
export function chooseWindow(recording: Recording, from: number | undefined, to: number | undefined): Window {
  const { bars } = recording.market;
  const firstMs = Math.max(bars[0]?.timeMs ?? 0, recording.leader.bars[0]?.timeMs ?? 0);
  const endMs = (bars.at(-1)?.timeMs ?? 0) + BAR_MS;
  const span = `${iso(firstMs)} to ${iso(endMs)}`;
  const fromMs = from === undefined ? firstMs + WARM_UP_BARS * BAR_MS : Math.ceil(from / BAR_MS) * BAR_MS;
  const toMs = to ?? endMs;
  if (from !== undefined && (from < firstMs || from >= endMs)) {
    throw new WindowError(
      `--from: expected a time within the recording (${span}), got ${iso(from)}; choose one inside it`,
    );
  }
  if (to !== undefined && (to <= firstMs || to > endMs)) {
    throw new WindowError(
      `--to: expected a time within the recording (${span}), got ${iso(to)}; choose one inside it`,
    );
  }
  const missing = Math.ceil((firstMs + WARM_UP_BARS * BAR_MS - fromMs) / BAR_MS);
  if (missing > 0) {
    throw new WindowError(
      `--from: expected ${WARM_UP_BARS} bars of warm-up before ${iso(fromMs)}, got ${WARM_UP_BARS - missing} (${missing} are missing); ` +
        `start at ${iso(firstMs + WARM_UP_BARS * BAR_MS)} or later, or give an earlier recording`,
    );
  }
  if (fromMs >= toMs) {
    throw new WindowError(
      `--to: expected a time after the first bar to play (${iso(fromMs)}), got ${iso(toMs)}; the recording spans ${span}`,
    );
  }
  return { fromMs, toMs };
}

function before(bars: readonly Bar[], toMs: number): readonly Bar[] {
  return bars.filter(({ timeMs }) => timeMs < toMs);
}

function cut(symbol: SymbolRecording, toMs: number): SymbolRecording {
  return {
    ...symbol,
    bars: before(symbol.bars, toMs),
    funding: symbol.funding.filter(({ timeMs }) => timeMs < toMs),
  };
}

/** The recording up to a window's end: what comes after must not be there to be seen. */
export function endAt(recording: Recording, { toMs }: Window): Recording {
  return { ...recording, market: cut(recording.market, toMs), leader: cut(recording.leader, toMs) };
}
