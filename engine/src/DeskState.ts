import { createBookSlot, type BookSlot } from './BookSummary.ts';
import { EngineError } from './EngineError.ts';
import { createFeed, setCrowd, CROWD_LEVERAGES, CROWD_WEIGHTS, type Feed } from './Feed.ts';
import { getInstrument, instrumentHash, putInstrument, type Instrument } from './Instrument.ts';
import { assertDeskLimits, DEFAULT_LIMITS, type DeskLimits } from './Limits.ts';
import { createPlanSlot, type PlanSlot } from './PlanSlot.ts';
import { layoutOf, restore, snapshot, type Layout } from './Snapshot.ts';
import { createTrade, type Trade } from './Trade.ts';
import { fnv1aWords } from './codec/Fnv.ts';
import { finish, reader, writer } from './codec/Bytes.ts';
import { createFunding, type Funding } from './model/Funding.ts';

/** Room for an encoded instrument: 32 tiers, a crowd and a long symbol. */
const INSTRUMENT_BYTES = 1_536;

/** What the last decision on record said, to tell a tick from a change and to answer it. */
class Told {
  action = -1;
  reason = -1;
  stopVersion = -1;
  targetQuantity = -1;
  warnings = 0;
  leverage = 0;
  notionalUsdt = 0;
}

/** All that a desk remembers; `createState` is that of a desk that nothing has happened to. */
export class DeskState {
  /** Replaced as a whole, never changed: what follows from them is kept by which object they are. */
  limits: { readonly [K in keyof DeskLimits]: number } = deskLimitsOf(DEFAULT_LIMITS);
  kind = 0;
  /** Whether history was ever loaded, and whether the first full warm-up is behind us. */
  loaded = false;
  wasWarm = false;
  accountHash: Uint8Array = new Uint8Array(32);
  instrument: Uint8Array = new Uint8Array(INSTRUMENT_BYTES);
  instrumentLength = 0;
  instrumentHash = 0;
  timeMs = 0;
  markPrice = 0;
  equityUsdt = 0;
  openInterest = 0;
  book: BookSlot = createBookSlot();
  isFundingKnown = false;
  fundingNextMs = 0;
  fundingNextRate = 0;
  fundingIntervalHours = 8;
  lastSettlementMs = -1;
  funding: Funding = createFunding();
  feed: Feed = createFeed();
  plan: PlanSlot = createPlanSlot();
  trade: Trade = createTrade();
  /** Side of what the venue held when it was seen on record. */
  heldSide = 0;
  /** Open time of the bar whose jump the owner has confirmed, −1 for none. */
  confirmedMs = -1;
  last = new Told();
}

/**
 * One owner's account in one perpetual: limits, feed, plan and trade as a fold over frames. The canister, the agent
 * and an auditor run this same fold; equal frames give equal bytes.
 */
export interface Desk {
  readonly state: DeskState;
  /** Decoded from the state's bytes; null until history brings one. */
  instrument: Instrument | null;
}

/** The fields that a desk keeps, and no others: a snapshot has a fixed shape. */
function deskLimitsOf(limits: DeskLimits): DeskState['limits'] {
  return {
    maxLeverage: limits.maxLeverage,
    riskPerTrade: limits.riskPerTrade,
    capitalUsdt: limits.capitalUsdt,
    maxNotionalUsdt: limits.maxNotionalUsdt,
    unattendedHours: limits.unattendedHours,
    longestHoldHours: limits.longestHoldHours,
    shockReduceFraction: limits.shockReduceFraction,
    kellyWins: limits.kellyWins,
    kellyTrades: limits.kellyTrades,
    kellyPayoff: limits.kellyPayoff,
    kTrend: limits.kTrend,
    kChop: limits.kChop,
    maxLossUsdt: limits.maxLossUsdt,
    portfolioBudget: limits.portfolioBudget,
    firstTargetR: limits.firstTargetR,
    secondTargetR: limits.secondTargetR,
    fundingSensitivity: limits.fundingSensitivity,
    clusterSensitivity: limits.clusterSensitivity,
    leaderSensitivity: limits.leaderSensitivity,
    adoptedProtected: limits.adoptedProtected,
  };
}

export function createState(): DeskState {
  return new DeskState();
}

export function createDesk(limits: DeskLimits): Desk {
  const desk: Desk = { state: createState(), instrument: null };
  setLimits(desk, limits);
  return desk;
}

/** Takes the limits as they are given; who may loosen what, and when, is the keeper's affair. */
export function setLimits(desk: Desk, limits: DeskLimits): void {
  assertDeskLimits(limits);
  desk.state.limits = deskLimitsOf(limits);
}

function bytesOf(instrument: Instrument): Uint8Array {
  const w = writer(INSTRUMENT_BYTES);
  putInstrument(w, instrument);
  return finish(w);
}

/** @throws EngineError `oversized` for more rules than a desk keeps. */
export function assertStorable(instrument: Instrument): void {
  const { length } = bytesOf(instrument);
  if (length > INSTRUMENT_BYTES) {
    const expected = `at most ${String(INSTRUMENT_BYTES)} bytes`;
    throw new EngineError('request', 'oversized', 'instrument', expected, length);
  }
}

/** Keeps the venue's rules, which `assertStorable` let pass, and bends the crowd's mix to theirs. */
export function setInstrument(desk: Desk, instrument: Instrument): void {
  const bytes = bytesOf(instrument);
  desk.state.instrument.fill(0);
  desk.state.instrument.set(bytes);
  desk.state.instrumentLength = bytes.length;
  desk.state.instrumentHash = instrumentHash(instrument);
  // As it is restored: what a frame cannot carry to the last digit must not decide before a snapshot and be gone after it.
  const kept = getInstrument(reader(bytes));
  desk.instrument = kept;
  const { crowd } = kept;
  const leverages = crowd === undefined ? CROWD_LEVERAGES : crowd.map(({ leverage }) => leverage);
  const weights = crowd === undefined ? CROWD_WEIGHTS : crowd.map(({ weight }) => weight);
  setCrowd(desk.state.feed, leverages, weights);
}

/** The venue's rules. @throws EngineError `no-history` before the first history. */
export function needInstrument(desk: Desk): Instrument {
  if (desk.instrument === null) {
    throw new EngineError('request', 'no-history', 'feed', 'history loaded first', 'an empty feed');
  }
  return desk.instrument;
}

/** `shapeHash` of a desk's state; a test holds it to the state's names, order, types and lengths. */
export const DESK_SHAPE = 0x3b663dcb;

let deskLayout: Layout | null = null;

function layout(): Layout {
  deskLayout ??= layoutOf(createState(), DESK_SHAPE);
  return deskLayout;
}

/** Versioned little-endian bytes of everything the desk remembers. */
export function snapshotDesk(desk: Desk): Uint8Array {
  return snapshot(desk.state, layout());
}

/** @throws EngineError when the bytes are of another version or shape. */
export function restoreDesk(bytes: Uint8Array): Desk {
  const desk: Desk = { state: createState(), instrument: null };
  restore(desk.state, layout(), bytes);
  const { instrument, instrumentLength } = desk.state;
  if (instrumentLength > 0) desk.instrument = getInstrument(reader(instrument.slice(0, instrumentLength)));
  return desk;
}

/** Fingerprint of the whole state, for replays and tests (risk model, section 0.1). */
export function stateHash(desk: Desk): number {
  return fnv1aWords(snapshotDesk(desk));
}
