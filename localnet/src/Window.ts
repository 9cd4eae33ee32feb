import { BAR_MS, type Bar, barLengthMs } from './market/Bar.ts';
import type { Recording, SymbolRecording } from './market/Recording.ts';

/** Five-minute bars that a first entry needs behind it: ten days. */
export const WARM_UP_BARS = 2_880;
const WARM_UP_MS = WARM_UP_BARS * BAR_MS;

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
  const lengthMs = barLengthMs(bars);
  const warmUpBars = WARM_UP_MS / lengthMs;
  const endMs = (bars.at(-1)?.timeMs ?? 0) + lengthMs;
  const span = `${iso(firstMs)} to ${iso(endMs)}`;
  const fromMs = from === undefined ? firstMs + WARM_UP_MS : Math.ceil(from / lengthMs) * lengthMs;
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
  const missing = Math.ceil((firstMs + WARM_UP_MS - fromMs) / lengthMs);
  if (missing > 0) {
    throw new WindowError(
      `--from: expected ${warmUpBars} bars of warm-up before ${iso(fromMs)}, got ${warmUpBars - missing} (${missing} are missing); ` +
        `start at ${iso(firstMs + WARM_UP_MS)} or later, or give an earlier recording`,
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
    ...(symbol.mark === undefined ? {} : { mark: before(symbol.mark, toMs) }),
    ...(symbol.index === undefined ? {} : { index: before(symbol.index, toMs) }),
    ...(symbol.openInterest === undefined
      ? {}
      : { openInterest: symbol.openInterest.filter(({ timeMs }) => timeMs < toMs) }),
    funding: symbol.funding.filter(({ timeMs }) => timeMs < toMs),
  };
}

/** The recording up to a window's end: what comes after must not be there to be seen. */
export function endAt(recording: Recording, { toMs }: Window): Recording {
  return { ...recording, market: cut(recording.market, toMs), leader: cut(recording.leader, toMs) };
}
