import type { Exchange } from './Exchange.ts';

/** Market time per wall time, or as fast as the machine goes. */
export type Pace = number | 'max';

/** A market that goes on by itself. */
export interface RunningMarket {
  /** Lets it stand still; a second call does nothing. */
  stop(): void;
}

/** Points played between two looks at the network when going as fast as possible. */
const BURST = 64;
/** A longer timer would fire at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Advances an exchange at a pace, point by point. Each wait begins when the point before was reached: what the wall clock
 * has missed (a machine asleep) is never caught up in a leap.
 */
export function runMarket(exchange: Exchange, pace: Pace): RunningMarket {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let immediate: ReturnType<typeof setImmediate> | undefined;
  const burst = (): void => {
    for (let i = 0; i < BURST && !exchange.done; i++) exchange.advance('point');
    if (!exchange.done) immediate = setImmediate(burst);
  };
  const point = (): void => {
    exchange.advance('point');
    schedule();
  };
  const schedule = (): void => {
    if (exchange.done || pace === 'max') return;
    const waitMs = Math.min((exchange.nextPointMs - exchange.venue.timeMs) / pace, LONGEST_WAIT_MS);
    timer = setTimeout(point, waitMs);
  };
  if (pace === 'max') immediate = setImmediate(burst);
  else schedule();
  return {
    stop: () => {
      if (timer !== undefined) clearTimeout(timer);
      if (immediate !== undefined) clearImmediate(immediate);
    },
  };
}
