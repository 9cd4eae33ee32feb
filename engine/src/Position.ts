import { outOfDomain } from './EngineError.ts';
import { requireAmount, requireMoney, requireMoneyOr0, requirePrice, requireTime } from './Domain.ts';
import { getE8, getI8, getU64, putE8, putI8, putU64, type Reader, type Writer } from './codec/Bytes.ts';

/** +1 long, −1 short. */
export type Side = 1 | -1;

/** What the venue says of the account, USDT. */
export interface Account {
  /** Wallet plus unrealised profit and loss. */
  readonly equityUsdt: number;
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
  const { side, quantity, entryPrice } = position;
  if (side === 0) return;
  if (side !== 1 && side !== -1) throw outOfDomain('position.side', '1, -1 or 0', side);
  requireAmount('position.quantity', quantity);
  requirePrice('position.entryPrice', entryPrice);
  const dearer = markPrice > entryPrice ? markPrice : entryPrice;
  requireAmount('position.quantity * price', quantity * dearer);
  requireMoney('position.walletUsdt', position.walletUsdt);
  requireMoneyOr0('position.venueLiquidationPrice', position.venueLiquidationPrice);
  requireTime('position.openedMs', position.openedMs);
}

export function getAccount(r: Reader): Account {
  const account: Account = {
    equityUsdt: getE8(r, 'account.equityUsdt'),
    availableUsdt: getE8(r, 'account.availableUsdt'),
  };
  return account;
}

export function putAccount(w: Writer, account: Account): void {
  putE8(w, account.equityUsdt, 'account.equityUsdt');
  putE8(w, account.availableUsdt, 'account.availableUsdt');
}

export function getPosition(r: Reader): Position {
  const side = getI8(r, 'position.side');
  const position = {
    side,
    quantity: getE8(r, 'position.quantity'),
    entryPrice: getE8(r, 'position.entryPrice'),
    walletUsdt: getE8(r, 'position.walletUsdt'),
    venueLiquidationPrice: getE8(r, 'position.venueLiquidationPrice'),
    openedMs: getU64(r, 'position.openedMs'),
  };
  if (side === 0) {
    if (position.quantity !== 0) throw outOfDomain('position.quantity', '0 when flat', position.quantity);
    return FLAT;
  }
  return { ...position, side: side as Side };
}

export function putPosition(w: Writer, position: Position): void {
  putI8(w, position.side);
  putE8(w, position.quantity, 'position.quantity');
  putE8(w, position.entryPrice, 'position.entryPrice');
  putE8(w, position.walletUsdt, 'position.walletUsdt');
  putE8(w, position.venueLiquidationPrice, 'position.venueLiquidationPrice');
  putU64(w, position.openedMs, 'position.openedMs');
}
