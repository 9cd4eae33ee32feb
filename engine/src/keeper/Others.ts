import { deskKey } from '../Place.ts';
import { ALONE, type OtherPosition } from '../model/Portfolio.ts';
import { correlationOf } from './Correlations.ts';
import { mayBeEntered } from './Flattening.ts';
import type { AccountState, Keeper, MarketState } from './Keeper.ts';

/**
 * The owner's other positions of the same kind, open or planned, and how they move with this one and among themselves.
 * While a plan may be entered its whole notional counts, though it is filled in part.
 *
 * @param timeMs feed time by which plans of others are over; their own account's newest look may be older
 */
export function othersOf(
  keeper: Keeper,
  account: AccountState,
  market: MarketState,
  timeMs: number,
): readonly OtherPosition[] {
  const { accounts, correlations } = keeper;
  // Most owners have one desk, and a tick counts every object.
  if (accounts.length === 1 && account.markets.length === 1) return ALONE;
  let others: OtherPosition[] | null = null;
  const own = deskKey({ account: account.account, market: market.market });
  const keys: number[] = [];
  for (let i = 0; i < accounts.length; i++) {
    const one = accounts[i]!;
    if (one.kind !== account.kind) continue;
    for (let j = 0; j < one.markets.length; j++) {
      const other = one.markets[j]!;
      const planned = other.planned !== null && mayBeEntered(other, timeMs) ? other.planned : null;
      if (other.side === 0 && planned === null) continue;
      if (one.account === account.account && other.market === market.market) continue;
      const key = deskKey({ account: one.account, market: other.market });
      const heldUsdt = other.quantity * other.markPrice;
      others ??= [];
      others.push({
        side: other.side !== 0 ? other.side : planned!.side,
        notionalUsdt: planned !== null && planned.notionalUsdt > heldUsdt ? planned.notionalUsdt : heldUsdt,
        sigmaDay: other.sigmaDay,
        correlation: correlationOf(correlations, own, key),
        among: keys.map((before) => correlationOf(correlations, before, key)),
      });
      keys.push(key);
    }
  }
  return others ?? ALONE;
}
