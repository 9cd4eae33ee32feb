import { absolute, formatE8, toNumber } from '../market/E8.ts';
import { maxNotionalE8 } from '../market/MarginTier.ts';
import { account, balance, positionsV2, positionsV3, symbolConfig } from './AccountView.ts';
import { restrictionsView } from './ApiKey.ts';
import { availableE8, MAKER_FEE_E8, positionMarginE8, shortfallE8, TAKER_FEE_E8 } from './Margin.ts';
import { leverageBracket } from './MarketView.ts';
import { ORDER_LIMITS } from './RateLimits.ts';
import { QUOTE_ASSET } from './SymbolRules.ts';
import { incomeView } from './OrderView.ts';
import { requiredAmount } from './Parameters.ts';
import { notionalE8, unrealizedE8 } from './Position.ts';
import {
  inHistory,
  inRange,
  limitOf,
  namedContract,
  type Route,
  type RouteTable,
  signedRoute,
} from './Route.ts';
import { isFlat, markE8 } from './Venue.ts';
import { refusals } from './VenueError.ts';

const setLeverage: Route['answer'] = (exchange, parameters) => {
  const contract = namedContract(exchange, parameters);
  const leverage = parameters.integer('leverage');
  if (leverage === undefined) throw refusals.missing('leverage');
  const largestE8 = maxNotionalE8(contract.tiers, leverage);
  if (leverage < 1 || largestE8 === 0n) throw refusals.leverage(String(leverage));
  if (contract.isolated && !isFlat(contract) && leverage < contract.leverage)
    throw refusals.leverageReduction();
  if (absolute(notionalE8(contract.position, markE8(contract))) > largestE8) throw refusals.maxPosition();
  const before = contract.leverage;
  contract.leverage = leverage;
  if (leverage < before && shortfallE8(exchange.venue) > 0n) {
    contract.leverage = before;
    throw refusals.leverageTooSmall();
  }
  return { leverage, maxNotionalValue: formatE8(largestE8), symbol: contract.rules.symbol };
};

const setMarginType: Route['answer'] = (exchange, parameters) => {
  const contract = namedContract(exchange, parameters);
  parameters.required('marginType');
  const isolated = parameters.choice('marginType', ['ISOLATED', 'CROSSED']) === 'ISOLATED';
  if (isolated === contract.isolated) throw refusals.marginTypeSame();
  if (!isFlat(contract)) throw refusals.marginTypePosition();
  const hasOrders = [...exchange.venue.book.openOrders.values()].some(
    ({ symbol }) => symbol === contract.rules.symbol,
  );
  if (hasOrders) throw refusals.marginTypeOrders();
  contract.isolated = isolated;
  return { code: 200, msg: 'success' };
};

/** Adds to (type 1) or takes from (type 2) the margin of an isolated position. */
const changeMargin: Route['answer'] = (exchange, parameters) => {
  const contract = namedContract(exchange, parameters);
  const amountE8 = requiredAmount(parameters, 'amount');
  const type = parameters.integer('type');
  if (type !== 1 && type !== 2) throw refusals.invalid('type', 'expected 1 (add) or 2 (reduce)');
  const { position } = contract;
  if (!contract.isolated || isFlat(contract)) throw refusals.marginAmount();
  const spareE8 =
    position.isolatedWalletE8 + unrealizedE8(position, markE8(contract)) - positionMarginE8(contract);
  if (amountE8 > (type === 1 ? availableE8(exchange.venue) : spareE8)) throw refusals.marginAmount();
  position.isolatedWalletE8 += type === 1 ? amountE8 : -amountE8;
  position.updatedMs = exchange.venue.timeMs;
  exchange.marginChanges.push({
    symbol: contract.rules.symbol,
    type,
    amountE8,
    timeMs: exchange.venue.timeMs,
  });
  return { amount: toNumber(amountE8), code: 200, msg: 'Successfully modify position margin.', type };
};

/** One-way mode is the only one modelled: asking for it again is answered as the venue does, the other is refused. */
const setPositionMode: Route['answer'] = (_exchange, parameters) => {
  parameters.required('dualSidePosition');
  if (!parameters.flag('dualSidePosition')) throw refusals.positionSideSame();
  throw refusals.invalid('dualSidePosition', 'this exchange models one-way mode only');
};

const setMultiAssets: Route['answer'] = (_exchange, parameters) => {
  parameters.required('multiAssetsMargin');
  if (!parameters.flag('multiAssetsMargin')) throw refusals.multiAssetsSame();
  throw refusals.invalid('multiAssetsMargin', 'this exchange models single-asset mode only');
};

const listenKeyRoute = (answer: Route['answer']): Route => ({
  access: 'key',
  parameters: ['listenKey'],
  answer,
});

/** Balances, positions, settings and money movements. */
export const accountRoutes: RouteTable = {
  'GET /fapi/v2/account': signedRoute([], ({ venue }) => account(venue, 2)),
  'GET /fapi/v3/account': signedRoute([], ({ venue }) => account(venue, 3)),
  'GET /fapi/v2/balance': signedRoute([], ({ venue }) => balance(venue)),
  'GET /fapi/v3/balance': signedRoute([], ({ venue }) => balance(venue)),
  'GET /fapi/v2/positionRisk': signedRoute(['symbol'], ({ venue }, parameters) =>
    positionsV2(venue, parameters.text('symbol')),
  ),
  'GET /fapi/v3/positionRisk': signedRoute(['symbol'], ({ venue }, parameters) =>
    positionsV3(venue, parameters.text('symbol')),
  ),
  'GET /fapi/v1/symbolConfig': signedRoute(['symbol'], ({ venue }, parameters) =>
    symbolConfig(venue, parameters.text('symbol')),
  ),
  'GET /fapi/v1/leverageBracket': signedRoute(['symbol'], (exchange, parameters) =>
    parameters.text('symbol') === undefined
      ? [...exchange.venue.contracts.values()].map(leverageBracket)
      : [leverageBracket(namedContract(exchange, parameters))],
  ),
  'POST /fapi/v1/leverage': signedRoute(['symbol', 'leverage'], setLeverage),
  'POST /fapi/v1/marginType': signedRoute(['symbol', 'marginType'], setMarginType),
  'POST /fapi/v1/positionMargin': signedRoute(['symbol', 'positionSide', 'amount', 'type'], changeMargin),
  'GET /fapi/v1/positionMargin/history': signedRoute(
    ['symbol', 'type', 'startTime', 'endTime', 'limit'],
    (exchange, parameters) => {
      const { symbol } = namedContract(exchange, parameters).rules;
      const type = parameters.integer('type');
      const rows = exchange.marginChanges.filter(
        (change) => change.symbol === symbol && (type === undefined || change.type === type),
      );
      return inRange(rows, parameters, limitOf(parameters, 500, 1000)).map((change) => ({
        symbol,
        type: change.type,
        deltaType: 'TRADE',
        amount: formatE8(change.amountE8),
        asset: QUOTE_ASSET,
        time: change.timeMs,
        positionSide: 'BOTH',
      }));
    },
  ),
  'GET /fapi/v1/accountConfig': signedRoute([], (_exchange, _parameters, { key }) => ({
    feeTier: 0,
    canTrade: key.mayTrade,
    canDeposit: false,
    canWithdraw: key.mayWithdraw,
    dualSidePosition: false,
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
  })),
  'GET /fapi/v1/feeBurn': signedRoute([], () => ({ feeBurn: false })),
  'GET /fapi/v1/rateLimit/order': signedRoute([], () => ORDER_LIMITS),
  // Nobody else is in the queue: quantile 0.
  'GET /fapi/v1/adlQuantile': signedRoute(['symbol'], ({ venue }, parameters) => {
    const symbol = parameters.text('symbol');
    return [...venue.contracts.values()]
      .filter((contract) => !isFlat(contract) && (symbol ?? contract.rules.symbol) === contract.rules.symbol)
      .map(({ rules }) => ({ symbol: rules.symbol, adlQuantile: { LONG: 0, SHORT: 0, BOTH: 0, HEDGE: 0 } }));
  }),
  'GET /fapi/v1/positionSide/dual': signedRoute([], () => ({ dualSidePosition: false })),
  'POST /fapi/v1/positionSide/dual': signedRoute(['dualSidePosition'], setPositionMode),
  'GET /fapi/v1/multiAssetsMargin': signedRoute([], () => ({ multiAssetsMargin: false })),
  'POST /fapi/v1/multiAssetsMargin': signedRoute(['multiAssetsMargin'], setMultiAssets),
  'GET /fapi/v1/commissionRate': signedRoute(['symbol'], (exchange, parameters) => ({
    symbol: namedContract(exchange, parameters).rules.symbol,
    makerCommissionRate: formatE8(MAKER_FEE_E8),
    takerCommissionRate: formatE8(TAKER_FEE_E8),
    rpiCommissionRate: '0',
  })),
  'GET /fapi/v1/income': signedRoute(
    ['symbol', 'incomeType', 'startTime', 'endTime', 'page', 'limit'],
    ({ venue }, parameters) => {
      const symbol = parameters.text('symbol');
      const type = parameters.text('incomeType');
      const rows = venue.income.filter(
        (row) => (symbol === undefined || row.symbol === symbol) && (type === undefined || row.type === type),
      );
      const key = { nowMs: venue.timeMs };
      return inHistory(rows, parameters, limitOf(parameters, 100, 1000), key).map(incomeView);
    },
  ),
  'GET /sapi/v1/account/apiRestrictions': signedRoute([], ({ venue }, _parameters, { key }) =>
    restrictionsView(key, venue.income[0]?.timeMs ?? venue.timeMs),
  ),
  'POST /fapi/v1/listenKey': listenKeyRoute(({ listenKeys }) => ({ listenKey: listenKeys.open() })),
  'PUT /fapi/v1/listenKey': listenKeyRoute(({ listenKeys }) => {
    const listenKey = listenKeys.extend();
    if (listenKey === undefined) throw refusals.listenKey();
    return { listenKey };
  }),
  'DELETE /fapi/v1/listenKey': listenKeyRoute(({ listenKeys }) => {
    listenKeys.close();
    return {};
  }),
};
