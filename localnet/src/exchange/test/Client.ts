import ccxt from 'ccxt';
import { LOCAL_CREDENTIALS } from '../Signature.ts';

/** The client with its sockets; its type is not among those the package exports by name. */
export type Client = InstanceType<typeof ccxt.pro.binanceusdm>;

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
  const sockets = base.replace('http:', 'ws:');
  api['ws'] = { future: `${sockets}/ws`, 'ws-api': { future: `${sockets}/ws-fapi/v1` } };
  exchange.exceptions = {
    ...exchange.exceptions,
    exact: { ...exchange.exceptions['exact'], ...exchange.exceptions['linear'].exact },
  };
  return exchange;
}

/** As `connect`, ready to watch: without its proxy agent the client refuses sockets that are not encrypted. */
export async function connectToWatch(base: string, credentials = LOCAL_CREDENTIALS): Promise<Client> {
  const exchange = connect(base, credentials);
  await exchange.loadHttpProxyAgent();
  await exchange.loadMarkets();
  return exchange;
}

/** The other way: the venue's own addresses, and a fetch that leads every call to the local venue and to nowhere else. */
export function connectRerouted(base: string, credentials = LOCAL_CREDENTIALS): Client {
  return new ccxt.pro.binanceusdm({
    apiKey: credentials.apiKey,
    secret: credentials.apiSecret,
    enableRateLimit: false,
    options: { fetchCurrencies: false, fetchOpenOrders: { warnWithoutSymbol: false } },
    fetchImplementation: (url: string, options: RequestInit) => {
      const { pathname, search } = new URL(url);
      return fetch(base + pathname + search, options);
    },
  });
}
