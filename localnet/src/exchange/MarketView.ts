import { type Bar, indexAtOrAfter } from '../market/Bar.ts';
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
import type { Side } from './Position.ts';
import { type Level, levelsFor } from './Depth.ts';
import { nextFundingTimeMs, settlementsMade } from './FundingSchedule.ts';
import { ORDER_LIMITS, WEIGHT_LIMIT } from './RateLimits.ts';
import {
  LIQUIDATION_FEE_E8,
  MAX_OPEN_ORDERS,
  PERCENT_PRICE_E8,
  QUOTE_ASSET,
  TRIGGER_PROTECT_E8,
} from './SymbolRules.ts';
import { barOpenMs, type Contract, markE8, type Venue } from './Venue.ts';

/** What anyone may see of the market, in the shapes of Binance's public endpoints. Nothing here looks ahead of market time. */

const DAY_MS = 86_400_000;

type Fields = Readonly<Record<string, unknown>>;

/** The book as the snapshot shows it. */
export interface DepthView {
  readonly lastUpdateId: number;
  readonly E: number;
  readonly T: number;
  readonly bids: readonly (readonly [price: string, quantity: string])[];
  readonly asks: readonly (readonly [price: string, quantity: string])[];
}

/**
 * Id of the book as it stands: it rises with market time and with every trade of this account made at that time. A
 * snapshot carries one more, as one taken from a moving book would (see `socket/DepthStream.ts`).
 */
export function bookUpdateId({ timeMs, trades }: Venue): number {
  let tradesNow = 0;
  while (tradesNow < 998 && trades[trades.length - 1 - tradesNow]?.timeMs === timeMs) tradesNow += 1;
  return timeMs * 1_000 + tradesNow;
}

function lastDay(venue: Venue, contract: Contract): Bar[] {
  return seenBars(venue, contract, barOpenMs(venue) - DAY_MS + venue.barMs, venue.timeMs);
}

export function exchangeInfo(venue: Venue, serverTime: number): unknown {
  return {
    timezone: 'UTC',
    serverTime,
    futuresType: 'U_MARGINED',
    rateLimits: [WEIGHT_LIMIT, ...ORDER_LIMITS],
    exchangeFilters: [],
    assets: [{ asset: QUOTE_ASSET, marginAvailable: true, autoAssetExchange: '0' }],
    symbols: [...venue.contracts.values()].map(symbolInfo),
  };
}

function symbolInfo({ rules, recording, tiers, status }: Contract): unknown {
  const step = formatE8(rules.stepE8);
  const lot = { stepSize: step, minQty: step, maxQty: formatE8(rules.maxQuantityE8) };
  const entry = tiers[0];
  return {
    symbol: rules.symbol,
    pair: rules.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4133404800000,
    onboardDate: recording.bars[0]?.timeMs ?? 0,
    status,
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
    settlePlan: 0,
    triggerProtect: formatE8(TRIGGER_PROTECT_E8),
    liquidationFee: formatE8(LIQUIDATION_FEE_E8),
    marketTakeBound: formatE8(PERCENT_PRICE_E8),
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
        multiplierUp: formatE8(ONE_E8 + PERCENT_PRICE_E8),
        multiplierDown: formatE8(ONE_E8 - PERCENT_PRICE_E8),
        multiplierDecimal: '4',
      },
    ],
    orderTypes: [
      'LIMIT',
      'MARKET',
      'STOP',
      'STOP_MARKET',
      'TAKE_PROFIT',
      'TAKE_PROFIT_MARKET',
      'TRAILING_STOP_MARKET',
    ],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  };
}

function decimals(stepE8: bigint): number {
  return formatE8(stepE8).split('.')[1]?.length ?? 0;
}

/** The rate shown is that of the last settlement: the coming one is not known before it is due. */
export function premiumIndex(venue: Venue, contract: Contract): Fields {
  const index = formatE8(contract.marks.indexE8 ?? markE8(contract));
  return {
    symbol: contract.rules.symbol,
    markPrice: formatE8(markE8(contract)),
    indexPrice: index,
    estimatedSettlePrice: index,
    lastFundingRate: formatE8(contract.fundingRateE8),
    interestRate: '0.0001',
    nextFundingTime: nextFundingTimeMs(contract, venue.timeMs),
    time: venue.timeMs,
  };
}

/** Settlements already made in a range, oldest first: the first `limit` from a start, else the last ones. */
export function fundingRates(
  contracts: readonly Contract[],
  range: { readonly startMs: number | undefined; readonly endMs: number; readonly limit: number },
): unknown[] {
  const { startMs, endMs, limit } = range;
  const made = contracts
    .flatMap((contract) => settlementsMade(contract).map((settlement) => ({ contract, ...settlement })))
    .filter(({ timeMs }) => timeMs >= (startMs ?? 0) && timeMs <= endMs)
    .sort((a, b) => a.timeMs - b.timeMs);
  const chosen = startMs === undefined ? made.slice(-limit) : made.slice(0, limit);
  return chosen.map(({ contract, timeMs, rateE8 }) => {
    const bars = contract.recording.mark ?? contract.recording.bars;
    const bar = bars[indexAtOrAfter(bars, timeMs)];
    return {
      symbol: contract.rules.symbol,
      fundingTime: timeMs,
      fundingRate: formatE8(rateE8),
      rateType: 'Regular',
      markPrice: bar?.timeMs === timeMs ? formatE8(bar.openE8) : '',
    };
  });
}

/**
 * The book: with `book: 'depth'` what market orders walk; else one made up around the last price, levels one basis
 * point apart that each hold a tenth of the day's mean volume of a bar, which serves those who only read depth.
 */
export function depth(venue: Venue, contract: Contract, limit: number): DepthView {
  const head = { lastUpdateId: bookUpdateId(venue) + 1, E: venue.timeMs, T: venue.timeMs };
  if (venue.settings.book === 'none') return { ...head, ...madeUpBook(venue, contract, limit) };
  const side = (taker: Side): [string, string][] => {
    const levels: [string, string][] = [];
    for (const { priceE8, quantityE8 } of levelsFor(venue, contract, taker)) {
      if (levels.length === limit) break;
      levels.push([formatE8(priceE8), formatE8(quantityE8)]);
    }
    return levels;
  };
  return { ...head, bids: side('SELL'), asks: side('BUY') };
}

function madeUpBook(venue: Venue, contract: Contract, limit: number): Pick<DepthView, 'bids' | 'asks'> {
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
  return { bids, asks };
}

export function bookTicker(venue: Venue, contract: Contract): Fields {
  const { rules, lastE8 } = contract;
  const bidE8 = floorTo(lastE8, rules.tickE8);
  const isDeep = venue.settings.book === 'depth';
  const best = (taker: Side): Level | undefined =>
    isDeep ? levelsFor(venue, contract, taker).next().value : undefined;
  const bid = best('SELL') ?? { priceE8: bidE8, quantityE8: rules.stepE8 };
  const ask = best('BUY') ?? { priceE8: bidE8 + rules.tickE8, quantityE8: rules.stepE8 };
  return {
    symbol: rules.symbol,
    bidPrice: formatE8(bid.priceE8),
    bidQty: formatE8(bid.quantityE8),
    askPrice: formatE8(ask.priceE8),
    askQty: formatE8(ask.quantityE8),
    time: venue.timeMs,
    lastUpdateId: bookUpdateId(venue),
  };
}

export function priceTicker(contract: Contract, timeMs: number): Fields {
  return { symbol: contract.rules.symbol, price: formatE8(contract.lastE8), time: timeMs };
}

export function dayTicker(venue: Venue, contract: Contract): Fields {
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

/** Open interest as last recorded by then; where none is, the base volume of the 24 hours before stands for it. */
export function openInterestAtE8(venue: Venue, contract: Contract, timeMs: number): bigint {
  const { openInterest: recorded = [] } = contract.recording;
  const known = recorded[indexAtOrAfter(recorded, timeMs + 1) - 1];
  if (known !== undefined) return known.amountE8;
  return seenBars(venue, contract, timeMs - DAY_MS + 1, timeMs).reduce((sum, bar) => sum + bar.volumeE8, 0n);
}

export function openInterest(venue: Venue, contract: Contract): Fields {
  const { openInterest: recorded = [] } = contract.recording;
  const known = recorded[indexAtOrAfter(recorded, venue.timeMs + 1) - 1];
  return {
    symbol: contract.rules.symbol,
    openInterest: formatE8(openInterestAtE8(venue, contract, venue.timeMs)),
    time: known?.timeMs ?? venue.timeMs,
  };
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
    fundingIntervalHours: contract.fundingIntervalMs / 3_600_000,
    disclaimer: false,
  };
}
