import { FLAT, NO_BOOK, type Decision, type Observation, type Position } from '@plimsoll/engine';
import { lookOf, type Market } from '../../canisters/risk/test/support/Market.ts';
import { generator } from '../../engine/test/market.ts';

/** Takes a look and gives the decision on it. */
export type Decide = (look: Observation) => Decision;

const BARS_BETWEEN_ENTRIES = 11;
/** A missing bar, a missing leader, unknown interest, book and funding: each in so many looks out of a hundred. */
const RARE = 5;

/**
 * The life of an account whose owner opens positions by hand, over the bars `from` to `to`: a look at every close and
 * a tick after it, orders that follow the decisions, and now and then something missing. Decisions choose what happens
 * next, so two deciders that differ once differ ever after.
 */
export function sail(market: Market, from: number, to: number, seed: number, decide: Decide): void {
  const random = generator(seed);
  const isRare = (): boolean => 100 * random() < RARE;
  let position: Position = FLAT;
  let stopPrice = 0;
  let isGap = false;
  for (let index = from; index < to; index++) {
    const bar = market.bars[index]!;
    if (isRare() && !isGap) {
      isGap = true;
      continue;
    }
    isGap = false;
    if (position.side * (position.side > 0 ? bar.low - stopPrice : bar.high - stopPrice) < 0) position = FLAT;
    if (position.side === 0 && index % BARS_BETWEEN_ENTRIES === 0) {
      position = opened(random() < 0.5 ? 1 : -1, bar.close, 50 + Math.floor(random() * 600), bar.timeMs);
    }
    const seen = lookOf(market, index, {
      position,
      ...(stopPrice > 0 && position.side !== 0 && { restingStopPrice: stopPrice }),
    });
    const look: Observation = {
      ...seen,
      ...(isRare() && { leaderBars: [] }),
      ...(isRare() && { openInterest: 0 }),
      ...(isRare() && { book: NO_BOOK }),
      ...(isRare() && { funding: null }),
      ...(isRare() && { longPrintsUsdt: 100_000, shortPrintsUsdt: 5_000 }),
    };
    const decision = decide(look);
    position = obey(position, decision);
    stopPrice = decision.stopPrice;
    const markPrice = random() < 0.5 ? bar.high : bar.low;
    const tick = lookOf(market, index, { tick: true, position, markPrice, restingStopPrice: stopPrice });
    const onTick = decide({ ...tick, book: NO_BOOK });
    position = obey(position, onTick);
    stopPrice = onTick.stopPrice;
  }
}

function opened(side: 1 | -1, entryPrice: number, quantity: number, barMs: number): Position {
  const walletUsdt = Math.round((quantity * entryPrice) / 4);
  return { side, quantity, entryPrice, walletUsdt, venueLiquidationPrice: 0, openedMs: barMs + 200_000 };
}

/** What the account holds once the decision is carried out. */
function obey(position: Position, decision: Decision): Position {
  if (decision.action === 'CLOSE') return FLAT;
  if (decision.action !== 'REDUCE') return position;
  const walletUsdt = Math.round((position.walletUsdt * decision.targetQuantity) / position.quantity);
  return { ...position, quantity: decision.targetQuantity, walletUsdt };
}
