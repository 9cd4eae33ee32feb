import { BAR_MS, type Bar } from '../market/Bar.ts';
import { absolute, larger, smaller } from '../market/E8.ts';
import { type MarginTier, tiersAt } from '../market/MarginTier.ts';
import type { SymbolRecording } from '../market/Recording.ts';
import { PHASES, type Phase } from '../market/Replay.ts';
import { emptyBook, type OrderBook } from './Order.ts';
import { flatPosition, type Position, type Side } from './Position.ts';
import { rulesOf, type SymbolRules } from './SymbolRules.ts';
import { refusals } from './VenueError.ts';

/** One perpetual: its recording, where its price stands, and the account's position in it. */
export interface Contract {
  readonly rules: SymbolRules;
  readonly recording: SymbolRecording;
  tiers: readonly MarginTier[];
  lastE8: bigint;
  /** The recorded bar in progress, whole. Only the path and the slippage model may look at it. */
  bar: Bar | undefined;
  /** The bar in progress as far as it has been seen. */
  forming: Bar | undefined;
  /** Index of the next funding settlement to come. */
  nextSettlement: number;
  readonly position: Position;
  leverage: number;
  isolated: boolean;
}

export type IncomeType = 'TRANSFER' | 'REALIZED_PNL' | 'COMMISSION' | 'FUNDING_FEE' | 'INSURANCE_CLEAR';

export interface Income {
  readonly tranId: number;
  readonly type: IncomeType;
  readonly symbol: string;
  readonly amountE8: bigint;
  readonly timeMs: number;
  readonly tradeId: number | undefined;
}

export interface Trade {
  readonly id: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly side: Side;
  readonly priceE8: bigint;
  readonly quantityE8: bigint;
  readonly quoteE8: bigint;
  readonly realizedE8: bigint;
  readonly commissionE8: bigint;
  readonly maker: boolean;
  readonly timeMs: number;
}

/** Something that happened on the venue; amounts and prices are decimal strings. */
export type VenueEvent = Readonly<Record<string, string | number | boolean>> & {
  readonly kind: 'fill' | 'trigger' | 'expire' | 'liquidation' | 'funding';
  readonly symbol: string;
  readonly timeMs: number;
};

/** How triggered stops fill: `model` with slippage (risk model, section 11), `none` at trigger or gap price. */
export type StopSlippage = 'model' | 'none';

/** Everything that changes while the venue runs. One account; every change of `walletE8` has an income row. */
export interface Venue {
  timeMs: number;
  readonly contracts: ReadonlyMap<string, Contract>;
  readonly book: OrderBook;
  walletE8: bigint;
  readonly income: Income[];
  readonly trades: Trade[];
  readonly events: VenueEvent[];
  readonly stopSlippage: StopSlippage;
  lastId: number;
}

const DEFAULT_LEVERAGE = 20;

export function createVenue(recordings: readonly SymbolRecording[], stopSlippage: StopSlippage): Venue {
  const contracts = recordings.map((recording): [string, Contract] => [
    recording.symbol,
    {
      rules: rulesOf(recording.symbol),
      recording,
      tiers: tiersAt(recording.tiers, 0),
      lastE8: 0n,
      bar: undefined,
      forming: undefined,
      nextSettlement: 0,
      position: flatPosition(),
      leverage: DEFAULT_LEVERAGE,
      isolated: false,
    },
  ]);
  return {
    timeMs: 0,
    contracts: new Map(contracts),
    book: emptyBook(),
    walletE8: 0n,
    income: [],
    trades: [],
    events: [],
    stopSlippage,
    lastId: 1000,
  };
}

/** A number never used before: order, trade and transfer ids rise together. */
export function nextId(venue: Venue): number {
  venue.lastId += 1;
  return venue.lastId;
}

/** The contract of a symbol. @throws VenueError -1121 */
export function contractOf(venue: Venue, symbol: string): Contract {
  const contract = venue.contracts.get(symbol);
  if (contract === undefined) throw refusals.symbol();
  return contract;
}

/** The price by which margin is judged: last, as long as no mark price is recorded. */
export function markE8(contract: Contract): bigint {
  return contract.lastE8;
}

/** Moves money into (or, negative, out of) the wallet, with its reason. A zero amount leaves no row. */
export function post(
  venue: Venue,
  type: IncomeType,
  symbol: string,
  amountE8: bigint,
  tradeId?: number,
): void {
  if (amountE8 === 0n) return;
  venue.walletE8 += amountE8;
  venue.income.push({ tranId: nextId(venue), type, symbol, amountE8, timeMs: venue.timeMs, tradeId });
}

/** Takes the next point of the bar in progress into what has been seen of it. Volume is shown in even thirds. */
export function observePoint(contract: Contract, bar: Bar, phase: Phase, priceE8: bigint): void {
  const { forming } = contract;
  const begun = phase !== 'open' && forming !== undefined;
  contract.forming = {
    timeMs: bar.timeMs,
    openE8: bar.openE8,
    highE8: begun ? larger(forming.highE8, priceE8) : priceE8,
    lowE8: begun ? smaller(forming.lowE8, priceE8) : priceE8,
    closeE8: priceE8,
    volumeE8: (bar.volumeE8 * BigInt(PHASES.indexOf(phase))) / 3n,
  };
}

/** Open of the bar in progress, ms. */
export function barOpenMs(venue: Venue): number {
  return Math.floor(venue.timeMs / BAR_MS) * BAR_MS;
}

export function isFlat(contract: Contract): boolean {
  return absolute(contract.position.quantityE8) === 0n;
}
