import { type Bar, barLengthMs } from '../market/Bar.ts';
import { absolute, larger, smaller } from '../market/E8.ts';
import type { Settlement } from '../market/FundingFile.ts';
import { type MarginTier, tiersAt } from '../market/MarginTier.ts';
import type { SymbolRecording } from '../market/Recording.ts';
import { PHASES, type Phase } from '../market/Replay.ts';
import { createDepth, type Depth } from './Depth.ts';
import { fundingIntervalMs } from './FundingSchedule.ts';
import { createMarks, type Marks } from './MarkPrice.ts';
import { emptyBook, type OrderBook } from './Order.ts';
import { flatPosition, type Position, type Side } from './Position.ts';
import { rulesOf, type SymbolRules } from './SymbolRules.ts';
import { refusals } from './VenueError.ts';

/** What may be done in a symbol: trade, only reduce and cancel (its end is announced), or nothing any more. */
export type TradingStatus = 'TRADING' | 'SETTLING' | 'CLOSE';

/** One perpetual: its recording, where its prices stand, and the account's position in it. */
export interface Contract {
  rules: SymbolRules;
  readonly recording: SymbolRecording;
  status: TradingStatus;
  tiers: readonly MarginTier[];
  /** Whether the tiers were set by command and no longer follow the recording's dates. */
  tiersFixed: boolean;
  lastE8: bigint;
  readonly marks: Marks;
  /** What was taken out of the book at this very time. */
  readonly depth: Depth;
  /** The recorded bar in progress, whole. Only the path and the slippage model may look at it. */
  bar: Bar | undefined;
  /** The bar in progress as far as it has been seen. */
  forming: Bar | undefined;
  /** Index of the next funding settlement to come. */
  nextSettlement: number;
  /** Hours between settlements, in ms, and from when on they follow it instead of the recording's own times. */
  fundingIntervalMs: number;
  intervalSinceMs: number | undefined;
  /** Settlements made since the interval was changed. */
  readonly settledSince: Settlement[];
  /** Rate settled last. */
  fundingRateE8: bigint;
  /** When all open orders of the symbol are cancelled unless the countdown is wound up again; 0 for never. */
  cancelAllAtMs: number;
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
  readonly kind: 'fill' | 'trigger' | 'expire' | 'liquidation' | 'deleveraging' | 'settlement' | 'funding';
  readonly symbol: string;
  readonly timeMs: number;
};

/** How triggered stops fill: `model` with slippage (risk model, section 11), `none` at trigger or gap price. */
export type StopSlippage = 'model' | 'none';

/** What market orders meet: any amount at the last price, or a book with depth around it. */
export type BookKind = 'none' | 'depth';

/** What liquidation takes: all that stands behind the position, or the venue's fee on what was liquidated. */
export type LiquidationCharge = 'margin' | 'fee';

/** How a venue fills orders. */
export interface VenueSettings {
  readonly stopSlippage: StopSlippage;
  readonly book: BookKind;
  readonly liquidation: LiquidationCharge;
  /** Decides the quantities in the book. */
  readonly seed: string;
}

export const DEFAULT_SETTINGS: VenueSettings = {
  stopSlippage: 'model',
  book: 'none',
  liquidation: 'margin',
  seed: '1',
};

/** Everything that changes while the venue runs. One account; every change of `walletE8` has an income row. */
export interface Venue {
  timeMs: number;
  readonly contracts: ReadonlyMap<string, Contract>;
  readonly book: OrderBook;
  walletE8: bigint;
  readonly income: Income[];
  readonly trades: Trade[];
  readonly events: VenueEvent[];
  readonly settings: VenueSettings;
  /** Length of the recorded bars. */
  readonly barMs: number;
  lastId: number;
}

const DEFAULT_LEVERAGE = 20;

export function createVenue(recordings: readonly SymbolRecording[], settings: VenueSettings): Venue {
  return {
    timeMs: 0,
    contracts: new Map(recordings.map((recording) => [recording.symbol, createContract(recording)])),
    book: emptyBook(),
    walletE8: 0n,
    income: [],
    trades: [],
    events: [],
    settings,
    barMs: barLengthMs(...recordings.map(({ bars }) => bars)),
    lastId: 1000,
  };
}

function createContract(recording: SymbolRecording): Contract {
  return {
    rules: rulesOf(recording.symbol),
    recording,
    status: 'TRADING',
    tiers: tiersAt(recording.tiers, 0),
    tiersFixed: false,
    lastE8: 0n,
    marks: createMarks(),
    depth: createDepth(),
    bar: undefined,
    forming: undefined,
    nextSettlement: 0,
    fundingIntervalMs: fundingIntervalMs(recording.funding),
    intervalSinceMs: undefined,
    settledSince: [],
    fundingRateE8: 0n,
    cancelAllAtMs: 0,
    position: flatPosition(),
    leverage: DEFAULT_LEVERAGE,
    isolated: false,
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

/** @throws VenueError -4140 for opening in a symbol whose end is announced, -4141 in a closed one */
export function requireTradable({ status }: Contract, reduces: boolean): void {
  if (status === 'CLOSE') throw refusals.closedSymbol();
  if (status === 'SETTLING' && !reduces) throw refusals.notOpening();
}

/** The price by which margin is judged: recorded or derived from the index; where neither is known, last. */
export function markE8({ marks, lastE8 }: Contract): bigint {
  return marks.frozenE8 ?? marks.markE8 ?? lastE8;
}

/** Whether mark is a price of its own, apart from last. */
export function hasOwnMark({ marks }: Contract): boolean {
  return marks.frozenE8 !== undefined || marks.markE8 !== undefined;
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

/** Takes the next point of the bar in progress into what has been seen of it. */
export function observePoint(contract: Contract, bar: Bar, phase: Phase, priceE8: bigint): void {
  contract.forming = formed(contract.forming, bar, phase, priceE8);
}

/** As `observePoint`, for the recorded mark and index, which stand at that point already. */
export function observeMarks(contract: Contract, bar: Bar, phase: Phase): void {
  const { marks, recording } = contract;
  const point = (forming: Bar | undefined, atE8: bigint | undefined): Bar | undefined =>
    atE8 === undefined ? undefined : formed(forming, { ...bar, volumeE8: 0n }, phase, atE8);
  if (recording.mark !== undefined) marks.formingMark = point(marks.formingMark, marks.markE8);
  if (recording.index !== undefined) marks.formingIndex = point(marks.formingIndex, marks.indexE8);
}

/** A bar that has seen one more point. Volume is shown in even thirds. */
function formed(forming: Bar | undefined, bar: Bar, phase: Phase, priceE8: bigint): Bar {
  const begun = phase !== 'open' && forming !== undefined;
  return {
    timeMs: bar.timeMs,
    openE8: begun ? forming.openE8 : priceE8,
    highE8: begun ? larger(forming.highE8, priceE8) : priceE8,
    lowE8: begun ? smaller(forming.lowE8, priceE8) : priceE8,
    closeE8: priceE8,
    volumeE8: (bar.volumeE8 * BigInt(PHASES.indexOf(phase))) / 3n,
  };
}

/** Open of the bar in progress, ms. */
export function barOpenMs(venue: Venue): number {
  return Math.floor(venue.timeMs / venue.barMs) * venue.barMs;
}

export function isFlat(contract: Contract): boolean {
  return absolute(contract.position.quantityE8) === 0n;
}
