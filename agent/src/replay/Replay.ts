import type { Execution } from '../execute/Executor.ts';
import type { Passed, Session, Wished } from '../run/Session.ts';
import type { Advanced, MarketStatus, ReplayControl } from './Control.ts';
import type { MarketClock } from './MarketClock.ts';
import type { Wish } from './Wishes.ts';

/** Whoever follows a replay. Told of everything in the order in which it happened. */
export interface Follower {
  readonly passed: (status: MarketStatus, passes: readonly Passed[]) => void;
  readonly wished: (status: MarketStatus, wished: Wished) => void;
  /** Between decisions: something happened on the venue and the plan in force was tended. */
  readonly tended: (status: MarketStatus, execution: Execution | null) => void;
}

export interface ReplayOptions {
  readonly session: Session;
  readonly control: ReplayControl;
  /** In the order of time. */
  readonly wishes: readonly Wish[];
  readonly notionalUsdt: number;
  readonly follower: Follower;
  /** Told of the market's time before anything is done at it; null where the machine's time is kept. */
  readonly clock: MarketClock | null;
  /** Waits before the next bar, so that a person can follow; as fast as possible by default. */
  readonly pause?: () => Promise<void>;
  /** Asked to end early; what rests on the venue stays there. */
  readonly isStopped: () => boolean;
}

/**
 * Plays a market to its end through a session: at every bar's open one pass and the wishes made for it, within a bar
 * whatever the venue's fills ask for.
 * @returns where the market stands
 */
export async function replay(options: ReplayOptions): Promise<MarketStatus> {
  const { session, control, wishes, notionalUsdt, follower, clock, pause, isStopped } = options;
  let status = await control.status();
  clock?.follow(status);
  let next = wishes.findIndex(({ timeMs }) => timeMs >= status.barOpenMs);
  if (next === -1) next = wishes.length;
  while (!isStopped()) {
    if (status.phase === 'open') {
      follower.passed(status, await session.pass());
      for (
        let wish = wishes[next];
        wish !== undefined && wish.timeMs <= status.barOpenMs;
        wish = wishes[++next]
      ) {
        follower.wished(status, await session.wish(wish.side, notionalUsdt));
      }
      await pause?.();
    }
    // With nothing held and nothing resting no price inside the bar concerns us.
    const advanced = await control.advance(session.isIdle ? 'open' : 'point');
    status = advanced;
    clock?.follow(status);
    if (concernsUs(advanced) && status.phase !== 'open') follower.tended(status, await session.tend());
    if (status.done) break;
  }
  return status;
}

function concernsUs({ events, symbol }: Advanced): boolean {
  return events.some((event) => event.symbol === symbol && event.kind !== 'funding');
}
