import { FLAT, type Account, type Position } from '@plimsoll/engine';
import type { binanceusdm } from 'ccxt';
import { findOpening } from './BinanceFills.ts';
import { settingsDiffer } from './BinanceSettings.ts';
import { request } from './CcxtClient.ts';
import { decimalOf, decimalOr0, flagOrNull, objectOf, objectsOf, textOf, type Reply } from './Reply.ts';
import { PERMISSIONS_UNKNOWN, type Permissions } from './Venue.ts';
import { VenueError } from './VenueError.ts';

/** A position that keeps changing while it is read is a failed read. */
const POSITION_READS = 3;

export async function readAccount(client: binanceusdm): Promise<Account> {
  const reply = await request('the account', false, () => client.fapiPrivateV3GetAccount());
  const asset = objectsOf(objectOf(reply, 'account')['assets'], 'assets').find(
    (row) => row['asset'] === 'USDT',
  );
  // The venue lists an asset once it was ever held: an account without the row has none of it.
  if (asset === undefined) return { equityUsdt: 0, availableUsdt: 0 };
  return {
    equityUsdt: decimalOf(asset, 'marginBalance'),
    availableUsdt: decimalOf(asset, 'availableBalance'),
  };
}

/** What is held and since when: kept, so that the trades are only searched when the position has changed. */
export interface Opening {
  readonly key: string;
  readonly openedMs: number;
}

/**
 * @param known what an earlier call returned as `opening`
 * @throws VenueError `settings-differ` for a cross-margined position: its margin is not its own
 */
export async function readPosition(
  client: binanceusdm,
  symbol: string,
  known: Opening | null,
): Promise<{ readonly position: Position; readonly opening: Opening | null }> {
  for (let read = 0; read < POSITION_READS; read++) {
    const row = await readRow(client, symbol);
    const amount = row === null ? 0 : decimalOf(row, 'positionAmt');
    if (row === null || amount === 0) return { position: FLAT, opening: null };
    const key = `${textOf(row, 'positionAmt')}@${textOf(row, 'updateTime')}`;
    if (known?.key === key) return { position: positionOf(row, amount, known.openedMs), opening: known };
    const openedMs = await findOpening(client, symbol, amount);
    const again = await readRow(client, symbol);
    // A fill between the two reads would have been counted against the wrong quantity.
    if (again !== null && `${textOf(again, 'positionAmt')}@${textOf(again, 'updateTime')}` === key) {
      return { position: positionOf(again, amount, openedMs), opening: { key, openedMs } };
    }
  }
  throw new VenueError(
    { kind: 'temporary', leaf: 'unavailable', outcome: 'rejected' },
    `expected a position that holds still while it is read, got ${String(POSITION_READS)} different ones. Read it again.`,
  );
}

async function readRow(client: binanceusdm, symbol: string): Promise<Reply | null> {
  const reply = await request('the position', false, () => client.fapiPrivateV3GetPositionRisk({ symbol }));
  const rows = objectsOf(reply, 'positionRisk').filter((row) => row['symbol'] === symbol);
  const [row] = rows;
  if (rows.some((each) => textOf(each, 'positionSide') !== 'BOTH')) {
    throw settingsDiffer('one-way position mode', 'hedge mode', 'Switch the account to one-way mode.');
  }
  return row ?? null;
}

function positionOf(row: Reply, amount: number, openedMs: number): Position {
  const walletUsdt = decimalOf(row, 'isolatedWallet');
  if (walletUsdt === 0) {
    throw settingsDiffer(
      'an isolated position',
      'a cross-margined one',
      'Close it or move it to isolated margin; the liquidation price of cross margin is not modelled.',
    );
  }
  return {
    side: amount > 0 ? 1 : -1,
    quantity: Math.abs(amount),
    entryPrice: decimalOf(row, 'entryPrice'),
    walletUsdt,
    venueLiquidationPrice: decimalOr0(row, 'liquidationPrice'),
    openedMs,
  };
}

/** What cannot be read stays unknown: a futures-only key may not even ask. */
export async function readPermissions(client: binanceusdm): Promise<Permissions> {
  try {
    const reply = objectOf(
      await request('the key permissions', false, () => client.sapiGetAccountApiRestrictions()),
      'apiRestrictions',
    );
    const canSendOn = flagOrNull(reply, 'enableInternalTransfer') === true;
    const expiresMs = decimalOr0(reply, 'tradingAuthorityExpirationTime');
    return {
      canWithdraw: canSendOn ? true : flagOrNull(reply, 'enableWithdrawals'),
      isIpRestricted: flagOrNull(reply, 'ipRestrict'),
      canTradeFutures: flagOrNull(reply, 'enableFutures'),
      expiresMs: expiresMs > 0 ? expiresMs : null,
    };
  } catch (error) {
    if (error instanceof VenueError) return PERMISSIONS_UNKNOWN;
    throw error;
  }
}
