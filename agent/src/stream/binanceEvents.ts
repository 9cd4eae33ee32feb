import { BAR_MS, type Bar } from '@plimsoll/engine';
import { forcedKindOf } from '../venue/BinanceFills.ts';
import { decimalOf, objectOf, textOf, timeOf, type Reply } from '../venue/Reply.ts';
import type { AccountChange, StreamEvent } from './VenueStream.ts';

/**
 * What one raw message of Binance's streams says, as far as it concerns us.
 * @throws VenueError `malformed-reply` for a message of a known kind that lacks what it must have
 */
export function binanceEvents(message: unknown): readonly StreamEvent[] {
  if (typeof message !== 'object' || message === null) return [];
  if (Array.isArray(message)) return message.flatMap(binanceEvents);
  const row = message as Reply;
  // A combined stream wraps its events.
  if (row['e'] === undefined && row['data'] !== undefined) return binanceEvents(row['data']);
  switch (row['e']) {
    case 'markPriceUpdate':
      return [markOf(row)];
    case 'kline':
      return klineOf(row);
    case 'forceOrder':
      return printOf(objectOf(row['o'], 'forceOrder'));
    case 'ORDER_TRADE_UPDATE':
      return [account(orderChange(objectOf(row['o'], 'ORDER_TRADE_UPDATE')))];
    case 'ALGO_UPDATE':
      return [account('order')];
    case 'ACCOUNT_UPDATE':
      return [account('position')];
    case 'ACCOUNT_CONFIG_UPDATE':
      return [account('settings')];
    case 'MARGIN_CALL':
      return [account('margin-call')];
    case 'listenKeyExpired':
      return [{ kind: 'lost', why: 'the account stream expired' }];
    default:
      return [];
  }
}

function account(what: AccountChange): StreamEvent {
  return { kind: 'account', what };
}

function markOf(row: Reply): StreamEvent {
  const hasFunding = row['r'] !== undefined && row['r'] !== '' && Number(row['T']) > 0;
  return {
    kind: 'mark',
    symbol: textOf(row, 's'),
    timeMs: timeOf(row, 'E'),
    markPrice: decimalOf(row, 'p'),
    fundingRate: hasFunding ? decimalOf(row, 'r') : null,
    fundingMs: hasFunding ? timeOf(row, 'T') : null,
  };
}

function klineOf(row: Reply): readonly StreamEvent[] {
  const k = objectOf(row['k'], 'kline');
  const symbol = textOf(k, 's');
  const last: StreamEvent = {
    kind: 'last',
    symbol,
    timeMs: timeOf(row, 'E'),
    lastPrice: decimalOf(k, 'c'),
  };
  if (k['x'] !== true || k['i'] !== '5m') return [last];
  const bar: Bar = {
    timeMs: timeOf(k, 't'),
    open: decimalOf(k, 'o'),
    high: decimalOf(k, 'h'),
    low: decimalOf(k, 'l'),
    close: decimalOf(k, 'c'),
    volume: decimalOf(k, 'v'),
  };
  return bar.timeMs % BAR_MS === 0 ? [last, { kind: 'bar', symbol, bar }] : [last];
}

/** A forced SELL closes a long. */
function printOf(order: Reply): readonly StreamEvent[] {
  const notionalUsdt = decimalOf(order, 'z') * decimalOf(order, 'ap');
  if (!(notionalUsdt > 0)) return [];
  return [
    {
      kind: 'print',
      side: textOf(order, 'S') === 'SELL' ? 1 : -1,
      notionalUsdt,
      timeMs: timeOf(order, 'T'),
    },
  ];
}

function orderChange(order: Reply): AccountChange {
  const forced = forcedKindOf(textOf(order, 'c'));
  if (forced !== null) return forced;
  return order['x'] === 'TRADE' ? 'fill' : 'order';
}
