// Markets whose played bars move as a test wants them to, after a synthetic history that warms a feed.
import { BAR_MS, type Bar } from '../../../../localnet/src/market/Bar.ts';
import { formatE8 } from '../../../../localnet/src/market/E8.ts';
import type { Recording } from '../../../../localnet/src/market/Recording.ts';
import { createSynthetic, SYNTHETIC_DEFAULTS } from '../../../../localnet/src/market/Synthetic.ts';

const WARM_UP_BARS = 2_880;
/** First bar that is played. */
export const START_MS = SYNTHETIC_DEFAULTS.startMs + WARM_UP_BARS * BAR_MS;

/** Prices of one played bar relative to the close before it: open, high, low, close. */
export type Move = readonly [number, number, number, number];

/** A synthetic history and then bars by these moves; the leader stands still. */
export function marketOf(moves: readonly Move[]): Recording {
  const history = createSynthetic({ bars: WARM_UP_BARS });
  const extend = (bars: readonly Bar[], by: readonly Move[]): Bar[] => {
    const all = [...bars];
    for (const move of by) {
      const last = all.at(-1);
      if (last === undefined) throw new RangeError('expected a history, got none');
      const [openE8, highE8, lowE8, closeE8] = move.map((change) => onTick(last.closeE8, change)) as [
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      const { volumeE8, timeMs } = last;
      all.push({ timeMs: timeMs + BAR_MS, openE8, highE8, lowE8, closeE8, volumeE8 });
    }
    return all;
  };
  const still = moves.map((): Move => [0, 0.0001, -0.0001, 0]);
  return {
    ...history,
    market: { ...history.market, bars: extend(history.market.bars, moves) },
    leader: { ...history.leader, bars: extend(history.leader.bars, still) },
  };
}

const TICK_E8 = 1_000_000n;

function onTick(priceE8: bigint, change: number): bigint {
  const e8 = BigInt(Math.round(Number(priceE8) * (1 + change)));
  return ((e8 + TICK_E8 / 2n) / TICK_E8) * TICK_E8;
}

/** Bars as a file that localnet reads. */
export function candleText(bars: readonly Bar[]): string {
  const rows = bars.map(({ timeMs, openE8, highE8, lowE8, closeE8, volumeE8 }) =>
    [timeMs, ...[openE8, highE8, lowE8, closeE8, volumeE8].map(formatE8)].join(','),
  );
  return `${['timestamp_ms,open,high,low,close,volume', ...rows].join('\n')}\n`;
}
