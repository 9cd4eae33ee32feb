/** What a request weighs on its address; orders are counted apart, on the account. */
type Weight = number | ((parameters: URLSearchParams) => number);

const byLimit =
  (usual: number, steps: readonly (readonly [below: number, weight: number])[], most: number): Weight =>
  (parameters) => {
    const limit = Number(parameters.get('limit') ?? usual);
    return steps.find(([below]) => limit < below)?.[1] ?? most;
  };

const bySymbol =
  (one: number, all: number): Weight =>
  (parameters) =>
    (parameters.get('symbol') ?? '') === '' ? all : one;

const klines = byLimit(
  500,
  [
    [100, 1],
    [500, 2],
    [1001, 5],
  ],
  10,
);
const depth = byLimit(
  500,
  [
    [51, 2],
    [101, 5],
    [501, 10],
  ],
  20,
);

/** Weights other than 1, by endpoint (Binance's USDⓈ-M documentation). */
const WEIGHTS: Readonly<Record<string, Weight>> = {
  'GET /fapi/v1/klines': klines,
  'GET /fapi/v1/continuousKlines': klines,
  'GET /fapi/v1/markPriceKlines': klines,
  'GET /fapi/v1/indexPriceKlines': klines,
  'GET /fapi/v1/depth': depth,
  'GET /fapi/v1/trades': 5,
  'GET /fapi/v1/historicalTrades': 200,
  'GET /fapi/v1/aggTrades': 20,
  'GET /fapi/v1/premiumIndex': bySymbol(1, 10),
  'GET /fapi/v1/fundingRate': 0,
  'GET /fapi/v1/fundingInfo': 0,
  'GET /fapi/v1/ticker/24hr': bySymbol(1, 40),
  'GET /fapi/v1/ticker/price': bySymbol(1, 2),
  'GET /fapi/v2/ticker/price': bySymbol(1, 2),
  'GET /fapi/v1/ticker/bookTicker': bySymbol(2, 5),
  'GET /futures/data/openInterestHist': 0,
  'GET /futures/data/globalLongShortAccountRatio': 0,
  'GET /fapi/v2/account': 5,
  'GET /fapi/v3/account': 5,
  'GET /fapi/v1/accountConfig': 5,
  'GET /fapi/v2/balance': 5,
  'GET /fapi/v3/balance': 5,
  'GET /fapi/v2/positionRisk': 5,
  'GET /fapi/v3/positionRisk': 5,
  'GET /fapi/v1/symbolConfig': 5,
  'GET /fapi/v1/adlQuantile': 5,
  'GET /fapi/v1/positionSide/dual': 30,
  'GET /fapi/v1/multiAssetsMargin': 30,
  'GET /fapi/v1/feeBurn': 30,
  'GET /fapi/v1/income': 30,
  'GET /fapi/v1/commissionRate': 20,
  'GET /fapi/v1/openOrders': bySymbol(1, 40),
  'GET /fapi/v1/openAlgoOrders': bySymbol(1, 40),
  'GET /fapi/v1/allOrders': 5,
  'GET /fapi/v1/allAlgoOrders': 5,
  'GET /fapi/v1/userTrades': 5,
  'GET /fapi/v1/forceOrders': bySymbol(20, 50),
  'POST /fapi/v1/order': 0,
  'PUT /fapi/v1/order': 0,
  'POST /fapi/v1/algoOrder': 0,
  'POST /fapi/v1/batchOrders': 5,
  'PUT /fapi/v1/batchOrders': 5,
  'POST /fapi/v1/countdownCancelAll': 10,
};

/** Weight of a request on its address's minute. */
export function weightOf(endpoint: string, parameters: URLSearchParams): number {
  const weight = Object.hasOwn(WEIGHTS, endpoint) ? WEIGHTS[endpoint] : undefined;
  return typeof weight === 'function' ? weight(parameters) : (weight ?? 1);
}

/** What a request counts towards the account's order limits, in ten seconds and in a minute. */
export function ordersOf(endpoint: string): readonly [tenSeconds: number, minute: number] {
  if (/^(?:POST|PUT) \/fapi\/v1\/(?:order|algoOrder)$/.test(endpoint)) return [1, 1];
  return /^(?:POST|PUT) \/fapi\/v1\/batchOrders$/.test(endpoint) ? [5, 1] : [0, 0];
}
