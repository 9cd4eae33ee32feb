import { Exchange, type ExchangeOptions } from '../../../../localnet/src/exchange/Exchange.ts';
import { ExchangeServer } from '../../../../localnet/src/exchange/ExchangeServer.ts';
import { LOCAL_CREDENTIALS } from '../../../../localnet/src/exchange/Signature.ts';
import { BAR_MS } from '../../../../localnet/src/market/Bar.ts';
import { defaultTiers } from '../../../../localnet/src/market/DefaultTiers.ts';
import type { SymbolRecording } from '../../../../localnet/src/market/Recording.ts';

/** Open, high, low and close of a bar. */
export type Prices = readonly [number, number, number, number];

export const START_MS = Date.UTC(2025, 2, 3);
export const KEYS = { apiKey: LOCAL_CREDENTIALS.apiKey, secret: LOCAL_CREDENTIALS.apiSecret };

const e8 = (price: number): bigint => BigInt(Math.round(price * 1000)) * 100_000n;

function series(symbol: string, bars: readonly Prices[]): SymbolRecording {
  return {
    symbol,
    funding: [],
    tiers: defaultTiers(symbol),
    gaps: [],
    bars: bars.map(([open, high, low, close], i) => ({
      timeMs: START_MS + i * BAR_MS,
      openE8: e8(open),
      highE8: e8(high),
      lowE8: e8(low),
      closeE8: e8(close),
      volumeE8: 1_000_000_000_000n,
    })),
  };
}

/** An exchange that plays these bars of ICPUSDT, the first of them in progress. */
export function exchangeOf(bars: readonly Prices[], options: Partial<ExchangeOptions> = {}): Exchange {
  const leader = bars.map((): Prices => [2000, 2001, 1999, 2000]);
  return new Exchange({
    recording: { market: series('ICPUSDT', bars), leader: series('ETHUSDT', leader), synthetic: true },
    startMs: START_MS,
    ...options,
  });
}

export const flat = (price: number): Prices => [price, price, price, price];

export async function serve(exchange: Exchange): Promise<{ server: ExchangeServer; baseUrl: string }> {
  const server = new ExchangeServer(exchange);
  return { server, baseUrl: await server.start(0) };
}
