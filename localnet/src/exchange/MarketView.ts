import { BAR_MS, type Bar, BARS_PER_DAY, indexAtOrAfter } from '../market/Bar.ts';
import {
  divideDown,
  floorTo,
  formatE8,
  larger,
  multiplyDown,
  ONE_E8,
  smaller,
  toNumber,
} from '../market/E8.ts';
import { seenBars } from './KlineView.ts';
import { QUOTE_ASSET, MAX_OPEN_ORDERS } from './SymbolRules.ts';
import { barOpenMs, type Contract, markE8, type Venue } from './Venue.ts';

/** What anyone may see of the market, in the shapes of Binance's public endpoints. Nothing here looks ahead of market time. */

const FUNDING_MS = 8 * 3_600_000;
const DAY_MS = BARS_PER_DAY * BAR_MS;
function lastDay(venue: Venue, contract: Contract): Bar[] {
  return seenBars(venue, contract, barOpenMs(venue) - DAY_MS + BAR_MS, venue.timeMs);
}

export function exchangeInfo(venue: Venue, serverTime: number): unknown {
  return {
    timezone: 'UTC',
    serverTime,
    futuresType: 'U_MARGINED',
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
    ],
    exchangeFilters: [],
    assets: [{ asset: QUOTE_ASSET, marginAvailable: true, autoAssetExchange: '0' }],
    symbols: [...venue.contracts.values()].map(symbolInfo),
  };
}

function symbolInfo({ rules, recording, tiers }: Contract): unknown {
  const step = formatE8(rules.stepE8);
  const lot = { stepSize: step, minQty: step, maxQty: formatE8(rules.maxQuantityE8) };
  const entry = tiers[0];
  return {
    symbol: rules.symbol,
    pair: rules.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4133404800000,
    onboardDate: recording.bars[0]?.timeMs ?? 0,
    status: 'TRADING',
    maintMarginPercent: entry === undefined ? '0' : formatE8(entry.mmrE8 * 100n),
    requiredMarginPercent:
      entry === undefined ? '0' : formatE8((100n * ONE_E8 * ONE_E8) / entry.maxLeverageE8),
    baseAsset: rules.baseAsset,
    quoteAsset: QUOTE_ASSET,
    marginAsset: QUOTE_ASSET,
    pricePrecision: decimals(rules.tickE8),
    quantityPrecision: decimals(rules.stepE8),
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    triggerProtect: '0.1500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.15',
    maxMoveOrderLimit: 10000,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        tickSize: formatE8(rules.tickE8),
        minPrice: formatE8(rules.tickE8),
        maxPrice: '1000000',
      },
      { filterType: 'LOT_SIZE', ...lot },
      { filterType: 'MARKET_LOT_SIZE', ...lot },
      { filterType: 'MAX_NUM_ORDERS', limit: MAX_OPEN_ORDERS },
      { filterType: 'MIN_NOTIONAL', notional: formatE8(rules.minNotionalE8) },
      {
        filterType: 'PERCENT_PRICE',
        multiplierUp: '1.1500',
        multiplierDown: '0.8500',
        multiplierDecimal: '4',
      },
    ],
    orderTypes: ['LIMIT', 'MARKET', 'STOP_MARKET', 'TAKE_PROFIT_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

function decimals(stepE8: bigint): number {
  return formatE8(stepE8).split('.')[1]?.length ?? 0;
}

/** The rate shown is that of the last settlement: the coming one is not known before it is due. */
export function premiumIndex(venue: Venue, contract: Contract): unknown {
  const mark = formatE8(markE8(contract));
  const { funding } = contract.recording;
  const upcoming = funding[contract.nextSettlement];
  const boundaryMs = (Math.floor(venue.timeMs / FUNDING_MS) + 1) * FUNDING_MS;
  const isDue = upcoming !== undefined && upcoming.timeMs <= boundaryMs;
  return {
    symbol: contract.rules.symbol,
    markPrice: mark,
    indexPrice: mark,
    estimatedSettlePrice: mark,
    lastFundingRate: formatE8(funding[contract.nextSettlement - 1]?.rateE8 ?? 0n),
    interestRate: '0.0001',
    nextFundingTime: isDue ? upcoming.timeMs : boundaryMs,
    time: venue.timeMs,
  };
}

/** Settlements already made in a range: the first `limit` from a start, else the last ones. */
export function fundingRates(
  contract: Contract,
  range: { readonly startMs: number | undefined; readonly endMs: number; readonly limit: number },
): unknown[] {
  const { startMs, endMs, limit } = range;
  const { funding, bars } = contract.recording;
  const made = funding
    .slice(0, contract.nextSettlement)
    .filter(({ timeMs }) => timeMs >= (startMs ?? 0) && timeMs <= endMs);
  return (startMs === undefined ? made.slice(-limit) : made.slice(0, limit)).map(({ timeMs, rateE8 }) => {
    const bar = bars[indexAtOrAfter(bars, timeMs)];
    return {
      symbol: contract.rules.symbol,
      fundingTime: timeMs,
      fundingRate: formatE8(rateE8),
      markPrice: bar?.timeMs === timeMs ? formatE8(bar.openE8) : '',
    };
  });
}

/**
 * A book made up around the last price: levels one basis point apart, each holding a tenth of the day's mean 5-minute
 * volume. It serves those who read depth; fills here do not walk it.
 */
export function depth(venue: Venue, contract: Contract, limit: number): unknown {
  const { rules, lastE8 } = contract;
  const bars = lastDay(venue, contract);
  const volumeE8 = bars.reduce((sum, bar) => sum + bar.volumeE8, 0n);
  const perLevelE8 = larger(
    rules.stepE8,
    floorTo(volumeE8 / BigInt(10 * Math.max(1, bars.length)), rules.stepE8),
  );
  const gapE8 = larger(rules.tickE8, floorTo(divideDown(lastE8, 10_000n), rules.tickE8));
  const bestBidE8 = floorTo(lastE8, rules.tickE8);
  const level = (priceE8: bigint): [string, string] => [formatE8(priceE8), formatE8(perLevelE8)];
  const bids: [string, string][] = [];
  const asks: [string, string][] = [];
  for (let i = 0n; i < BigInt(limit); i++) {
    const bidE8 = bestBidE8 - i * gapE8;
    if (bidE8 > 0n) bids.push(level(bidE8));
    asks.push(level(bestBidE8 + rules.tickE8 + i * gapE8));
  }
  return { lastUpdateId: venue.timeMs, E: venue.timeMs, T: venue.timeMs, bids, asks };
}

export function bookTicker(contract: Contract, timeMs: number): unknown {
  const { rules, lastE8 } = contract;
  const bidE8 = floorTo(lastE8, rules.tickE8);
  return {
    symbol: rules.symbol,
    bidPrice: formatE8(bidE8),
    bidQty: formatE8(rules.stepE8),
    askPrice: formatE8(bidE8 + rules.tickE8),
    askQty: formatE8(rules.stepE8),
    time: timeMs,
    lastUpdateId: timeMs,
  };
}

export function priceTicker(contract: Contract, timeMs: number): unknown {
  return { symbol: contract.rules.symbol, price: formatE8(contract.lastE8), time: timeMs };
}

export function dayTicker(venue: Venue, contract: Contract): unknown {
  const bars = lastDay(venue, contract);
  const first = bars[0];
  const openE8 = first?.openE8 ?? contract.lastE8;
  const volumeE8 = bars.reduce((sum, bar) => sum + bar.volumeE8, 0n);
  const turnoverE8 = bars.reduce((sum, bar) => sum + multiplyDown(bar.volumeE8, bar.closeE8), 0n);
  const changeE8 = contract.lastE8 - openE8;
  return {
    symbol: contract.rules.symbol,
    priceChange: formatE8(changeE8),
    priceChangePercent: ((toNumber(changeE8) / toNumber(openE8)) * 100).toFixed(3),
    weightedAvgPrice: formatE8(volumeE8 === 0n ? contract.lastE8 : divideDown(turnoverE8 * ONE_E8, volumeE8)),
    lastPrice: formatE8(contract.lastE8),
    lastQty: formatE8(contract.rules.stepE8),
    openPrice: formatE8(openE8),
    highPrice: formatE8(bars.reduce((high, bar) => larger(high, bar.highE8), contract.lastE8)),
    lowPrice: formatE8(bars.reduce((low, bar) => smaller(low, bar.lowE8), contract.lastE8)),
    volume: formatE8(volumeE8),
    quoteVolume: formatE8(turnoverE8),
    openTime: first?.timeMs ?? venue.timeMs,
    closeTime: venue.timeMs,
    firstId: 0,
    lastId: 0,
    count: 0,
  };
}

/** Open interest is not recorded: the base volume of the last 24 hours stands for it. */
export function openInterest(venue: Venue, contract: Contract): unknown {
  const volumeE8 = lastDay(venue, contract).reduce((sum, bar) => sum + bar.volumeE8, 0n);
  return { symbol: contract.rules.symbol, openInterest: formatE8(volumeE8), time: venue.timeMs };
}

export function leverageBracket(contract: Contract): unknown {
  return {
    symbol: contract.rules.symbol,
    notionalCoef: 1,
    brackets: contract.tiers.map((tier, i) => ({
      bracket: i + 1,
      initialLeverage: toNumber(tier.maxLeverageE8),
      notionalCap: toNumber(tier.maxNotionalE8),
      notionalFloor: toNumber(tier.minNotionalE8),
      maintMarginRatio: toNumber(tier.mmrE8),
      cum: toNumber(tier.cumE8),
    })),
  };
}

export function fundingInfo(contract: Contract): unknown {
  return {
    symbol: contract.rules.symbol,
    adjustedFundingRateCap: '0.02',
    adjustedFundingRateFloor: '-0.02',
    fundingIntervalHours: FUNDING_MS / 3_600_000,
    disclaimer: false,
  };
}
