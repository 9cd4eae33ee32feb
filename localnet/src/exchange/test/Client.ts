import ccxt, { type Exchange as Client } from 'ccxt';
import { LOCAL_CREDENTIALS } from '../Signature.ts';

/** The unmodified client with nothing but its addresses and its own error table pointed at the local venue. */
export function connect(base: string, credentials = LOCAL_CREDENTIALS): Client {
  const exchange = new ccxt.pro.binanceusdm({
    apiKey: credentials.apiKey,
    secret: credentials.apiSecret,
    enableRateLimit: false,
    options: { fetchCurrencies: false, fetchOpenOrders: { warnWithoutSymbol: false } },
  });
  const api = exchange.urls['api'] as Record<string, unknown>;
  for (const [name, url] of Object.entries(api)) {
    if (typeof url === 'string') api[name] = base + new URL(url).pathname;
  }
  exchange.exceptions = {
    ...exchange.exceptions,
    exact: { ...exchange.exceptions['exact'], ...exchange.exceptions['linear'].exact },
  };
  return exchange;
}
