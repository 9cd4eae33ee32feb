import { BAR_MS, type Bar, gapsOf } from '../../market/Bar.ts';
import { defaultTiers } from '../../market/DefaultTiers.ts';
import { parseE8 } from '../../market/E8.ts';
import type { Settlement } from '../../market/FundingFile.ts';
import type { Recording, SymbolRecording } from '../../market/Recording.ts';
import { Exchange, type ExchangeOptions } from '../Exchange.ts';
import { answer } from '../Router.ts';
import { sign } from '../Signature.ts';

/** Open, high, low, close as decimal text; `undefined` is a missing bar. */
export type Ohlc = readonly [open: string, high: string, low: string, close: string] | undefined;

/** A day on which ICPUSDT's 2023 table was in force, at a funding settlement. */
export const START_MS = Date.UTC(2024, 7, 5);

export function e8(text: string): bigint {
  const value = parseE8(text);
  if (value === undefined) throw new RangeError(`expected a decimal, got "${text}"`);
  return value;
}

/** Bars one after the other from `START_MS`, of volume 1,000. */
export function barsOf(rows: readonly Ohlc[]): Bar[] {
  return rows.flatMap((row, i) => {
    if (row === undefined) return [];
    const [openE8 = 0n, highE8 = 0n, lowE8 = 0n, closeE8 = 0n] = row.map(e8);
    return [{ timeMs: START_MS + i * BAR_MS, openE8, highE8, lowE8, closeE8, volumeE8: e8('1000') }];
  });
}

export interface Scene {
  readonly bars: readonly Ohlc[];
  readonly leaderBars?: readonly Ohlc[];
  readonly funding?: readonly Settlement[];
  /** Mark and index of ICPUSDT, bar by bar. */
  readonly mark?: readonly Ohlc[];
  readonly index?: readonly Ohlc[];
  readonly options?: Partial<ExchangeOptions>;
}

/** A short market of ICPUSDT; ETHUSDT stands at 3000 unless told otherwise. */
export function recordingOf(scene: Scene): Recording {
  const flat: Ohlc = ['3000', '3000', '3000', '3000'];
  return {
    market: {
      ...symbolRecording('ICPUSDT', barsOf(scene.bars), scene.funding ?? []),
      ...(scene.mark === undefined ? {} : { mark: barsOf(scene.mark) }),
      ...(scene.index === undefined ? {} : { index: barsOf(scene.index) }),
    },
    leader: symbolRecording('ETHUSDT', barsOf(scene.leaderBars ?? scene.bars.map(() => flat)), []),
    synthetic: false,
  };
}

function symbolRecording(
  symbol: string,
  bars: readonly Bar[],
  funding: readonly Settlement[],
): SymbolRecording {
  return { symbol, bars, funding, tiers: defaultTiers(symbol), gaps: gapsOf(bars) };
}

/** A JSON object or array read loosely: tests look at single fields. */
export type Json = Record<string, unknown>;

/** An exchange in process, and calls to it that are signed as a client signs them. */
export class Desk {
  readonly exchange: Exchange;

  constructor(scene: Scene) {
    this.exchange = new Exchange({ recording: recordingOf(scene), startMs: START_MS, ...scene.options });
  }

  /** The answer to a signed request; a refusal comes back as its `{code, msg}`. */
  call(method: string, path: string, parameters: Readonly<Record<string, string>> = {}): Json {
    const { credentials } = this.exchange;
    const text = new URLSearchParams({ ...parameters, timestamp: String(this.exchange.now()) }).toString();
    const signed = `${text}&signature=${sign(text, credentials.apiSecret)}`;
    const inBody = method === 'POST';
    const { body } = answer(this.exchange, {
      method,
      path,
      query: inBody ? '' : signed,
      body: inBody ? signed : '',
      apiKey: credentials.apiKey,
    });
    return body as Json;
  }

  /** The answer to a request that shows the key but is not signed. */
  keyed(method: string, path: string, parameters: Readonly<Record<string, string>> = {}): Json {
    const query = new URLSearchParams(parameters).toString();
    const { apiKey } = this.exchange.credentials;
    return answer(this.exchange, { method, path, query, body: '', apiKey }).body as Json;
  }

  /** As `call`, for answers that are lists. */
  list(path: string, parameters: Readonly<Record<string, string>> = {}): Json[] {
    return this.call('GET', path, parameters) as unknown as Json[];
  }

  /** The answer to an unsigned GET. */
  public(path: string, parameters: Readonly<Record<string, string>> = {}): Json {
    const query = new URLSearchParams(parameters).toString();
    return answer(this.exchange, { method: 'GET', path, query, body: '', apiKey: undefined }).body as Json;
  }

  /** The answer of a control of this machine. */
  control(method: string, path: string, parameters: Readonly<Record<string, string>> = {}): Json {
    const body = new URLSearchParams(parameters).toString();
    return answer(this.exchange, { method, path, query: '', body, apiKey: undefined }).body as Json;
  }

  isolate(leverage: number, symbol = 'ICPUSDT'): void {
    this.call('POST', '/fapi/v1/marginType', { symbol, marginType: 'ISOLATED' });
    this.call('POST', '/fapi/v1/leverage', { symbol, leverage: String(leverage) });
  }

  market(side: 'BUY' | 'SELL', quantity: string, more: Readonly<Record<string, string>> = {}): Json {
    const parameters = {
      symbol: 'ICPUSDT',
      side,
      type: 'MARKET',
      quantity,
      newOrderRespType: 'RESULT',
      ...more,
    };
    return this.call('POST', '/fapi/v1/order', parameters);
  }

  limit(
    side: 'BUY' | 'SELL',
    quantity: string,
    price: string,
    more: Readonly<Record<string, string>> = {},
  ): Json {
    return this.market(side, quantity, { type: 'LIMIT', price, timeInForce: 'GTC', ...more });
  }

  /** A reduce-only stop (`STOP_MARKET`) or take-profit at mark. */
  algo(
    type: 'STOP' | 'STOP_MARKET' | 'TAKE_PROFIT' | 'TAKE_PROFIT_MARKET',
    side: 'BUY' | 'SELL',
    quantity: string,
    triggerPrice: string,
    more: Readonly<Record<string, string>> = {},
  ): Json {
    return this.call('POST', '/fapi/v1/algoOrder', {
      algoType: 'CONDITIONAL',
      symbol: 'ICPUSDT',
      side,
      type,
      quantity,
      triggerPrice,
      reduceOnly: 'true',
      workingType: 'MARK_PRICE',
      ...more,
    });
  }

  position(symbol = 'ICPUSDT'): Json {
    const [position = {}] = this.list('/fapi/v2/positionRisk', { symbol });
    return position;
  }

  algoOf(id: unknown): Json {
    return this.call('GET', '/fapi/v1/algoOrder', { algoId: String(id) });
  }

  /** Kinds and prices of what happened since the last call, such as `fill 9.5`. */
  happened(): string[] {
    return this.exchange
      .drainEvents()
      .map((event) => `${event.kind} ${String(event['price'] ?? event['amount'] ?? '')}`.trim());
  }
}
