import { fitting, lineOf, type Part } from '../view/Fit.ts';

/** How far a replay is. */
export interface Progress {
  /** Market time. */
  readonly timeMs: number;
  readonly price: string;
  /** Null while flat. */
  readonly held: { readonly position: string; readonly stop: string } | null;
  readonly barsDone: number;
  readonly barsTotal: number;
  readonly barsPerSecond: number;
}

/** Room for rates up to 9999.9, so that nothing moves when one grows. */
const RATE_WIDTH = 6;

/** One line of at most so many columns. Price and what is held stay longest; how fast it goes leaves first. */
export function progressLine(progress: Progress, columns: number): string {
  const { timeMs, price, held, barsDone, barsTotal, barsPerSecond } = progress;
  const [date = '', clock = ''] = new Date(timeMs).toISOString().slice(0, 16).split('T');
  const share = String(Math.floor((100 * barsDone) / barsTotal)).padStart(3);
  const bar = String(barsDone).padStart(String(barsTotal).length);
  const parts: readonly Part[] = [
    { text: date, importance: 3 },
    { text: clock, importance: 4, gap: ' ' },
    { text: price, importance: 8 },
    ...(held === null
      ? [{ text: 'flat', importance: 7 }]
      : [
          { text: held.position, importance: 7 },
          { text: `stop ${held.stop}`, importance: 6 },
        ]),
    { text: `bar ${bar} of ${String(barsTotal)}`, importance: 2 },
    { text: `${share} %`, importance: 5 },
    { text: `${barsPerSecond.toFixed(1).padStart(RATE_WIDTH)} bars/s`, importance: 1 },
  ];
  return lineOf(fitting(parts, columns));
}
