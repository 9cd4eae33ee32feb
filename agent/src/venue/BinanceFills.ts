import type { binanceusdm } from 'ccxt';
import { readMarketTime } from './BinanceMarket.ts';
import { request } from './CcxtClient.ts';
import { openedMsOf } from './Opening.ts';
import { decimalOf, malformed, objectsOf, textOf, timeOf, type Reply } from './Reply.ts';
import type { Fill, ForcedClose, FundingPayment, OrderSide } from './Venue.ts';

const PAGE = 1_000;
/** The venue answers for a window of at most a week at a time. */
const WEEK_MS = 7 * 86_400_000;
/** How far back fills are looked for. */
const MAX_WEEKS = 8;

export function sideOf(row: Reply): OrderSide {
  const side = textOf(row, 'side');
  if (side === 'BUY') return 'buy';
  if (side === 'SELL') return 'sell';
  throw malformed('BUY or SELL in "side"', side);
}

/** As {@link Venue.fills}: week by week, page by page; from eight weeks ago on at most. */
export async function readFillsSince(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
): Promise<readonly Fill[]> {
  const nowMs = await readMarketTime(client, symbol);
  const fills: Fill[] = [];
  let startTime = Math.max(sinceMs + 1, nowMs - MAX_WEEKS * WEEK_MS);
  while (startTime <= nowMs) {
    const endTime = startTime + WEEK_MS - 1;
    const page = await readFills(client, { symbol, startTime, endTime, limit: PAGE });
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) {
      fills.push(...page);
      startTime = endTime + 1;
    } else {
      // Fills of the page's last millisecond may go on past it: they are read again with the next page.
      const whole = page.filter((fill) => fill.timeMs < last.timeMs);
      if (whole.length === 0)
        throw malformed(`fewer than ${String(PAGE)} fills in one millisecond`, last.timeMs);
      fills.push(...whole);
      startTime = last.timeMs;
    }
  }
  return fills;
}

/** Time of the first fill of the position of signed quantity `amount` that is held now. */
export async function findOpening(client: binanceusdm, symbol: string, amount: number): Promise<number> {
  const fills = await readFills(client, { symbol, limit: PAGE });
  let found = openedMsOf(fills, amount);
  for (let week = 0; week < MAX_WEEKS && found === null; week++) {
    const oldest = fills[0];
    if (oldest === undefined) break;
    const older = await readFills(client, {
      symbol,
      startTime: oldest.timeMs - WEEK_MS,
      endTime: oldest.timeMs - 1,
      limit: PAGE,
    });
    fills.unshift(...older);
    found = openedMsOf(fills, amount);
    if (older.length === 0) break;
  }
  // Older than the venue shows: then it is at least as old as what it shows, and time exits come no later for it.
  const opened = found ?? fills[0]?.timeMs;
  if (opened === undefined) throw malformed('the fills of the position that is held', undefined);
  return opened;
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

/** The venue names its own closing orders so. */
const FORCED = [
  [/^autoclose-/, 'liquidation'],
  [/^adl_autoclose/, 'deleveraging'],
] as const;

/** What kind of close by force an order of this client id is; null for any other order. */
export function forcedKindOf(clientOrderId: string): ForcedClose['kind'] | null {
  return FORCED.find(([name]) => name.test(clientOrderId))?.[1] ?? null;
}

/** As {@link Venue.forcedCloses}; the venue tells the last week's. */
export async function readForcedCloses(
  client: binanceusdm,
  symbol: string,
  sinceMs: number,
): Promise<readonly ForcedClose[]> {
  const query = {
    symbol,
    startTime: Math.max(sinceMs + 1, (await readMarketTime(client, symbol)) - WEEK_MS),
  };
  const reply = await request('closes by force', false, () =>
    client.fapiPrivateGetForceOrders({ ...query, limit: 100 }),
  );
  return objectsOf(reply, 'forceOrders')
    .flatMap((row): ForcedClose[] => {
      const kind = forcedKindOf(textOf(row, 'clientOrderId'));
      const quantity = decimalOf(row, 'executedQty');
      if (kind === null || quantity === 0) return [];
      const price = decimalOf(row, 'avgPrice');
      return [
        { id: textOf(row, 'orderId'), kind, side: sideOf(row), quantity, price, timeMs: timeOf(row, 'time') },
      ];
    })
    .filter(({ timeMs }) => timeMs > sinceMs)
    .sort((a, b) => a.timeMs - b.timeMs);
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
      if (timeMs < startTime) continue;
      payments.push({ id: textOf(row, 'tranId'), amountUsdt: decimalOf(row, 'income'), timeMs });
    }
    const last = payments.at(-1);
    if (rows.length < PAGE || last === undefined || last.timeMs < startTime) return payments;
    startTime = last.timeMs + 1;
  }
}
