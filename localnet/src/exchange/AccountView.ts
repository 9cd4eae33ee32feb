import { absolute, formatE8, larger } from '../market/E8.ts';
import { maxNotionalE8 } from '../market/MarginTier.ts';
import { maintenanceMarginE8 } from './Liquidation.ts';
import { availableE8, crossWalletE8, liquidationOf, openOrderMarginE8, positionMarginE8 } from './Margin.ts';
import { entryPriceE8, notionalE8, unrealizedE8 } from './Position.ts';
import { QUOTE_ASSET } from './SymbolRules.ts';
import { type Contract, isFlat, markE8, type Venue } from './Venue.ts';

/** The account's money and positions in the shapes of Binance's signed endpoints. */

/** Amounts of one position at mark, e8. */
interface Standing {
  readonly notional: bigint;
  readonly unrealized: bigint;
  readonly positionMargin: bigint;
  readonly orderMargin: bigint;
  readonly maintenance: bigint;
}

function standingOf(venue: Venue, contract: Contract): Standing {
  const mark = markE8(contract);
  const notional = notionalE8(contract.position, mark);
  return {
    notional,
    unrealized: unrealizedE8(contract.position, mark),
    positionMargin: positionMarginE8(contract),
    orderMargin: openOrderMarginE8(venue, contract),
    maintenance: maintenanceMarginE8(contract.tiers, notional),
  };
}

/** Positions of version 3: only symbols with something in them, no leverage. */
export function positionsV3(venue: Venue, symbol: string | undefined): unknown[] {
  return chosen(venue, symbol)
    .filter((contract) => !isFlat(contract) || hasOrders(venue, contract))
    .map((contract) => {
      const { position, rules, isolated } = contract;
      const standing = standingOf(venue, contract);
      const isolatedMarginE8 =
        isolated && !isFlat(contract) ? position.isolatedWalletE8 + standing.unrealized : 0n;
      return {
        symbol: rules.symbol,
        positionSide: 'BOTH',
        positionAmt: formatE8(position.quantityE8),
        entryPrice: formatE8(entryPriceE8(position)),
        breakEvenPrice: formatE8(entryPriceE8(position)),
        markPrice: formatE8(markE8(contract)),
        unRealizedProfit: formatE8(standing.unrealized),
        liquidationPrice: formatE8(liquidationOf(venue, contract)),
        isolatedMargin: formatE8(isolatedMarginE8),
        notional: formatE8(standing.notional),
        marginAsset: QUOTE_ASSET,
        isolatedWallet: formatE8(position.isolatedWalletE8),
        initialMargin: formatE8(standing.positionMargin + standing.orderMargin),
        maintMargin: formatE8(standing.maintenance),
        positionInitialMargin: formatE8(standing.positionMargin),
        openOrderInitialMargin: formatE8(standing.orderMargin),
        adl: 0,
        bidNotional: '0',
        askNotional: '0',
        updateTime: position.updatedMs,
      };
    });
}

/** Positions of version 2: every symbol, with leverage and margin type. */
export function positionsV2(venue: Venue, symbol: string | undefined): Record<string, unknown>[] {
  return chosen(venue, symbol).map((contract) => {
    const { position, rules, isolated } = contract;
    const standing = standingOf(venue, contract);
    const isolatedMarginE8 =
      isolated && !isFlat(contract) ? position.isolatedWalletE8 + standing.unrealized : 0n;
    return {
      symbol: rules.symbol,
      positionAmt: formatE8(position.quantityE8),
      entryPrice: formatE8(entryPriceE8(position)),
      breakEvenPrice: formatE8(entryPriceE8(position)),
      markPrice: formatE8(markE8(contract)),
      unRealizedProfit: formatE8(standing.unrealized),
      liquidationPrice: formatE8(liquidationOf(venue, contract)),
      leverage: String(contract.leverage),
      maxNotionalValue: formatE8(maxNotionalE8(contract.tiers, contract.leverage)),
      marginType: isolated ? 'isolated' : 'cross',
      isolatedMargin: formatE8(isolatedMarginE8),
      isAutoAddMargin: 'false',
      positionSide: 'BOTH',
      notional: formatE8(standing.notional),
      isolatedWallet: formatE8(position.isolatedWalletE8),
      isolated,
      adlQuantile: 0,
      updateTime: position.updatedMs,
    };
  });
}

/** Settings of a symbol that hold whether or not there is a position. */
export function symbolConfig(venue: Venue, symbol: string | undefined): unknown[] {
  return chosen(venue, symbol).map((contract) => ({
    symbol: contract.rules.symbol,
    marginType: contract.isolated ? 'ISOLATED' : 'CROSSED',
    isAutoAddMargin: false,
    leverage: contract.leverage,
    maxNotionalValue: formatE8(maxNotionalE8(contract.tiers, contract.leverage)),
  }));
}

interface Totals extends Standing {
  readonly crossUnrealized: bigint;
}

function totalsOf(venue: Venue): Totals {
  const totals = {
    notional: 0n,
    unrealized: 0n,
    positionMargin: 0n,
    orderMargin: 0n,
    maintenance: 0n,
    crossUnrealized: 0n,
  };
  for (const contract of venue.contracts.values()) {
    const standing = standingOf(venue, contract);
    totals.notional += absolute(standing.notional);
    totals.unrealized += standing.unrealized;
    totals.positionMargin += standing.positionMargin;
    totals.orderMargin += standing.orderMargin;
    totals.maintenance += standing.maintenance;
    if (!contract.isolated) totals.crossUnrealized += standing.unrealized;
  }
  return totals;
}

/** Account of version 2 or 3; version 2 adds permissions and every symbol's settings. */
export function account(venue: Venue, version: 2 | 3): unknown {
  const totals = totalsOf(venue);
  const wallet = formatE8(venue.walletE8);
  const marginBalance = formatE8(venue.walletE8 + totals.unrealized);
  const available = formatE8(availableE8(venue));
  const initialMargin = formatE8(totals.positionMargin + totals.orderMargin);
  const crossWallet = formatE8(crossWalletE8(venue));
  const crossUnrealized = formatE8(totals.crossUnrealized);
  const common = {
    totalInitialMargin: initialMargin,
    totalMaintMargin: formatE8(totals.maintenance),
    totalWalletBalance: wallet,
    totalUnrealizedProfit: formatE8(totals.unrealized),
    totalMarginBalance: marginBalance,
    totalPositionInitialMargin: formatE8(totals.positionMargin),
    totalOpenOrderInitialMargin: formatE8(totals.orderMargin),
    totalCrossWalletBalance: crossWallet,
    totalCrossUnPnl: crossUnrealized,
    availableBalance: available,
    maxWithdrawAmount: available,
  };
  const asset = {
    asset: QUOTE_ASSET,
    walletBalance: wallet,
    unrealizedProfit: formatE8(totals.unrealized),
    marginBalance,
    maintMargin: formatE8(totals.maintenance),
    initialMargin,
    positionInitialMargin: formatE8(totals.positionMargin),
    openOrderInitialMargin: formatE8(totals.orderMargin),
    crossWalletBalance: crossWallet,
    crossUnPnl: crossUnrealized,
    availableBalance: available,
    maxWithdrawAmount: available,
    updateTime: venue.timeMs,
  };
  if (version === 3) return { ...common, assets: [asset], positions: accountPositions(venue, 3) };
  return {
    feeTier: 0,
    feeBurn: false,
    canTrade: true,
    canDeposit: false,
    canWithdraw: false,
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
    ...common,
    assets: [{ ...asset, marginAvailable: true }],
    positions: accountPositions(venue, 2),
  };
}

function accountPositions(venue: Venue, version: 2 | 3): unknown[] {
  return chosen(venue, undefined)
    .filter((contract) => version === 2 || !isFlat(contract) || hasOrders(venue, contract))
    .map((contract) => {
      const { position, rules, isolated } = contract;
      const standing = standingOf(venue, contract);
      const common = {
        symbol: rules.symbol,
        positionSide: 'BOTH',
        positionAmt: formatE8(position.quantityE8),
        unrealizedProfit: formatE8(standing.unrealized),
        isolatedWallet: formatE8(position.isolatedWalletE8),
        notional: formatE8(standing.notional),
        initialMargin: formatE8(standing.positionMargin + standing.orderMargin),
        maintMargin: formatE8(standing.maintenance),
        updateTime: position.updatedMs,
      };
      if (version === 3) {
        return {
          ...common,
          isolatedMargin: formatE8(larger(0n, position.isolatedWalletE8 + standing.unrealized)),
        };
      }
      return {
        ...common,
        positionInitialMargin: formatE8(standing.positionMargin),
        openOrderInitialMargin: formatE8(standing.orderMargin),
        leverage: String(contract.leverage),
        isolated,
        entryPrice: formatE8(entryPriceE8(position)),
        breakEvenPrice: formatE8(entryPriceE8(position)),
        maxNotional: formatE8(maxNotionalE8(contract.tiers, contract.leverage)),
        bidNotional: '0',
        askNotional: '0',
      };
    });
}

export function balance(venue: Venue): unknown[] {
  const available = formatE8(availableE8(venue));
  return [
    {
      accountAlias: 'localnet',
      asset: QUOTE_ASSET,
      balance: formatE8(venue.walletE8),
      crossWalletBalance: formatE8(crossWalletE8(venue)),
      crossUnPnl: formatE8(totalsOf(venue).crossUnrealized),
      availableBalance: available,
      maxWithdrawAmount: available,
      marginAvailable: true,
      updateTime: venue.timeMs,
    },
  ];
}

function chosen(venue: Venue, symbol: string | undefined): Contract[] {
  return [...venue.contracts.values()].filter(({ rules }) => symbol === undefined || rules.symbol === symbol);
}

function hasOrders(venue: Venue, { rules }: Contract): boolean {
  return [...venue.book.openOrders.values()].some(({ symbol }) => symbol === rules.symbol);
}
