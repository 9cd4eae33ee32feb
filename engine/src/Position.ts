import { outOfDomain } from './EngineError.ts';
import {
  MAX_PRICE,
  MAX_TIME_MS,
  MIN_PRICE,
  requireAmount,
  requireMoney,
  requireMoneyOr0,
  requirePrice,
  requireTime,
} from './Domain.ts';
import { MAX_AMOUNT } from './codec/Bytes.ts';

/** +1 long, −1 short. */
export type Side = 1 | -1;

/** What the venue says of the account, USDT; of it the engine is told the equity. */
export interface Account {
  /** Wallet plus unrealised profit and loss. */
  readonly equityUsdt: number;
  /** What is not bound as margin. */
  readonly availableUsdt: number;
}

/** What the venue says is held in the symbol. The venue is the truth about quantity, entry and margin. */
export interface Position {
  /** 0 when flat; every other field is 0 then. */
  readonly side: Side | 0;
  readonly quantity: number;
  readonly entryPrice: number;
  /** Isolated wallet of the position, net of fees and funding. */
  readonly walletUsdt: number;
  /** The venue's own liquidation price; 0 when it gives none. */
  readonly venueLiquidationPrice: number;
  /** When the position was opened (its first fill), venue time. */
  readonly openedMs: number;
}

export const FLAT: Position = {
  side: 0,
  quantity: 0,
  entryPrice: 0,
  walletUsdt: 0,
  venueLiquidationPrice: 0,
  openedMs: 0,
};

/** @throws EngineError when a field is outside its domain, or worth more at the mark than a frame can carry. */
export function assertPosition(position: Position, markPrice: number): void {
  const { side, quantity, entryPrice, walletUsdt, venueLiquidationPrice, openedMs } = position;
  if (side === 0) return;
  const value = quantity * (markPrice > entryPrice ? markPrice : entryPrice);
  // Tested here and named only for a refusal, as in `assertLook`.
  const isGood =
    (side === 1 || side === -1) &&
    quantity >= MIN_PRICE &&
    quantity <= MAX_AMOUNT &&
    value >= MIN_PRICE &&
    value <= MAX_AMOUNT &&
    entryPrice >= MIN_PRICE &&
    entryPrice <= MAX_PRICE &&
    walletUsdt >= -MAX_AMOUNT &&
    walletUsdt <= MAX_AMOUNT &&
    venueLiquidationPrice >= 0 &&
    venueLiquidationPrice <= MAX_AMOUNT &&
    openedMs >= 0 &&
    openedMs <= MAX_TIME_MS &&
    Math.floor(openedMs) === openedMs;
  if (!isGood) refusePosition(position, value);
}

/** @throws EngineError that names what is out of its domain */
function refusePosition(position: Position, value: number): void {
  const { side, quantity, entryPrice } = position;
  if (side !== 1 && side !== -1) throw outOfDomain('position.side', '1, -1 or 0', side);
  requireAmount('position.quantity', quantity);
  requirePrice('position.entryPrice', entryPrice);
  requireAmount('position.quantity * price', value);
  requireMoney('position.walletUsdt', position.walletUsdt);
  requireMoneyOr0('position.venueLiquidationPrice', position.venueLiquidationPrice);
  requireTime('position.openedMs', position.openedMs);
}
