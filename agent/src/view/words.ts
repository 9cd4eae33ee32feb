/** Numbers and times as a person reads them. */

/** At most so many decimals; for what is no price (see `prices.ts`). */
export function decimal(value: number, digits = 6): string {
  return String(Number(value.toFixed(digits)));
}

export function money(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function signedMoney(value: number): string {
  return `${value < 0 ? '−' : '+'}${money(Math.abs(value))}`;
}

export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How long, in its two largest units at most. */
export function span(ms: number): string {
  if (ms < SECOND_MS) return 'under 1 s';
  if (ms < MINUTE_MS) return `${String(Math.floor(ms / SECOND_MS))} s`;
  if (ms < HOUR_MS) return `${String(Math.floor(ms / MINUTE_MS))} min`;
  if (ms < DAY_MS)
    return `${String(Math.floor(ms / HOUR_MS))} h ${String(Math.floor((ms % HOUR_MS) / MINUTE_MS))} min`;
  return `${String(Math.floor(ms / DAY_MS))} d ${String(Math.floor((ms % DAY_MS) / HOUR_MS))} h`;
}

/** UTC, to the second. */
export function time(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function clockTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 19);
}
