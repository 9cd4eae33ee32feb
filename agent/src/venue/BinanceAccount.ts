import { FLAT, type Account, type Position } from '@plimsoll/engine';
import type { binanceusdm } from 'ccxt';
import { request } from './CcxtClient.ts';
import { openedMsOf } from './Opening.ts';
import {
  decimalOf,
  decimalOr0,
  flagOf,
  flagOrNull,
  malformed,
  objectOf,
  objectsOf,
  textOf,
  timeOf,
  type Reply,
} from './Reply.ts';
import type { Fill, FundingPayment, OrderSide, Permissions } from './Venue.ts';
import { VenueError } from './VenueError.ts';

const PAGE = 1_000;
const WEEK_MS = 7 * 86_400_000;
/** How far back a position's first fill is looked for, in the venue's windows of a week. */
const OPENING_WEEKS = 8;
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

async function findOpening(client: binanceusdm, symbol: string, amount: number): Promise<number> {
  const fills = await readFills(client, { symbol, limit: PAGE });
  let found = openedMsOf(fills, amount);
  for (let week = 0; week < OPENING_WEEKS && found === null; week++) {
    const oldest = fills[0];
    if (oldest === undefined) break;
    const older = await readFills(client, {
      symbol,
      startTime: oldest.timeMs - WEEK_MS,
      endTime: oldest.timeMs - 1,
      limit: PAGE,
    });
    if (older.length === 0) break;
    fills.unshift(...older);
    found = openedMsOf(fills, amount);
  }
  // Older than the venue shows: then it is at least as old as what it shows, and time exits come no later for it.
  const opened = found ?? fills[0]?.timeMs;
  if (opened === undefined) throw malformed('the fills of the position that is held', undefined);
  return opened;
}

/** Executions of the symbol after a time, oldest first, page by page. */
export async function readFillsSince(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
): Promise<readonly Fill[]> {
  const fills: Fill[] = [];
  let query: Record<string, unknown> = { symbol, startTime: sinceMs + 1, limit: PAGE };
  for (;;) {
    const page = await readFills(client, query);
    fills.push(...page.filter((fill) => fill.timeMs > sinceMs));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return fills;
    query = { symbol, fromId: (BigInt(last.id) + 1n).toString(), limit: PAGE };
  }
}

async function readFills(client: binanceusdm, query: Record<string, unknown>): Promise<Fill[]> {
  const reply = await request('our trades', false, () => client.fapiPrivateGetUserTrades(query));
  return objectsOf(reply, 'userTrades')
    .map((row) => ({
      id: textOf(row, 'id'),
      venueOrderId: textOf(row, 'orderId'),
      side: sideOf(row),
      quantity: decimalOf(row, 'qty'),
      price: decimalOf(row, 'price'),
      feeUsdt: row['commissionAsset'] === 'USDT' ? decimalOf(row, 'commission') : null,
      realizedUsdt: decimalOf(row, 'realizedPnl'),
      timeMs: timeOf(row, 'time'),
    }))
    .sort((a, b) => a.timeMs - b.timeMs || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

export function sideOf(row: Reply): OrderSide {
  const side = textOf(row, 'side');
  if (side === 'BUY') return 'buy';
  if (side === 'SELL') return 'sell';
  throw malformed('BUY or SELL in "side"', side);
}

export async function readFundingPayments(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
): Promise<readonly FundingPayment[]> {
  const payments: FundingPayment[] = [];
  let startTime = sinceMs + 1;
  for (;;) {
    const query = { symbol, incomeType: 'FUNDING_FEE', startTime, limit: PAGE };
    const rows = objectsOf(
      await request('funding payments', false, () => client.fapiPrivateGetIncome(query)),
      'income',
    );
    for (const row of rows) {
      const timeMs = timeOf(row, 'time');
      if (timeMs >= startTime)
        payments.push({ id: textOf(row, 'tranId'), amountUsdt: decimalOf(row, 'income'), timeMs });
    }
    const last = payments.at(-1);
    if (rows.length < PAGE || last === undefined || last.timeMs < startTime) return payments;
    startTime = last.timeMs + 1;
  }
}

/** What cannot be read stays unknown: a futures-only key may not even ask. */
export async function readPermissions(client: binanceusdm): Promise<Permissions> {
  try {
    const reply = objectOf(
      await request('the key permissions', false, () => client.sapiGetAccountApiRestrictions()),
      'apiRestrictions',
    );
    return {
      canWithdraw: flagOrNull(reply, 'enableWithdrawals'),
      isIpRestricted: flagOrNull(reply, 'ipRestrict'),
      canTradeFutures: flagOrNull(reply, 'enableFutures'),
    };
  } catch (error) {
    if (error instanceof VenueError)
      return { canWithdraw: null, isIpRestricted: null, canTradeFutures: null };
    throw error;
  }
}

interface Settings {
  readonly isOneWay: boolean;
  readonly isIsolated: boolean;
  readonly leverage: number;
}

async function readSettings(client: binanceusdm, symbol: string): Promise<Settings> {
  const [mode, config] = await Promise.all([
    request('the position mode', false, () => client.fapiPrivateGetPositionSideDual()),
    request("the symbol's settings", false, () => client.fapiPrivateGetSymbolConfig({ symbol })),
  ]);
  const row = objectOf(
    objectsOf(config, 'symbolConfig').find((each) => each['symbol'] === symbol),
    `the settings of ${symbol}`,
  );
  return {
    isOneWay: !flagOf(objectOf(mode, 'positionSide'), 'dualSidePosition'),
    isIsolated: textOf(row, 'marginType') === 'ISOLATED',
    leverage: decimalOf(row, 'leverage'),
  };
}

/** As {@link Venue.prepare}: nothing is set that is so already. */
export async function prepareAccount(client: binanceusdm, symbol: string, leverage: number): Promise<void> {
  const before = await readSettings(client, symbol);
  const isSet = (s: Settings): boolean => s.isOneWay && s.isIsolated && s.leverage === leverage;
  if (isSet(before)) return;
  if (!before.isOneWay) {
    await unlessUnchanged('one-way mode', () =>
      client.fapiPrivatePostPositionSideDual({ dualSidePosition: 'false' }),
    );
  }
  if (!before.isIsolated) {
    await unlessUnchanged('isolated margin', () =>
      client.fapiPrivatePostMarginType({ symbol, marginType: 'ISOLATED' }),
    );
  }
  if (before.leverage !== leverage) {
    await unlessUnchanged('the leverage', () => client.fapiPrivatePostLeverage({ symbol, leverage }));
  }
  const after = await readSettings(client, symbol);
  if (isSet(after)) return;
  const described = (s: Settings): string =>
    `${s.isOneWay ? 'one-way' : 'hedge'} mode, ${s.isIsolated ? 'isolated' : 'cross'} margin, ${String(s.leverage)}x`;
  throw settingsDiffer(
    described({ isOneWay: true, isIsolated: true, leverage }),
    described(after),
    'No entry under other settings than the plan was made for.',
  );
}

async function unlessUnchanged(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await request(what, true, call);
  } catch (error) {
    if (!(error instanceof VenueError && error.leaf === 'unchanged')) throw error;
  }
}

function settingsDiffer(expected: string, came: string, advice: string): VenueError {
  return new VenueError(
    { kind: 'request', leaf: 'settings-differ', outcome: 'rejected' },
    `expected ${expected}, got ${came}. ${advice}`,
  );
}
