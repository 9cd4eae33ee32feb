import {
  BAR_MS,
  encodeClaim,
  encodeConfirmation,
  encodeControl,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeInvitation,
  encodeLimits,
  encodeModeChange,
  encodeObservation,
  encodeRecovery,
  encodeReport,
  encodeResolution,
  encodeRevocation,
  encodeRotation,
  decodeRecord,
  DEFAULT_LIMITS,
  FIRST_PLACE,
  KEEPER_METHODS,
  openBooks,
  takeIntoBooks,
  type Books,
  type ControlKind,
  type RecordType,
} from '@plimsoll/engine';
import fc from 'fast-check';
import { expect } from 'vitest';
import { AGENT, enrol, OWNER, principalOf, STRANGER, told, WARM_UP, warm } from './Cast.ts';
import { createMarket, historyOf, ICP_PERPETUAL, idOf, lookOf, START_MS, wishOf } from './Market.ts';
import { Risk, type UpdateMethod } from './Risk.ts';

/* Messages that mean harm or make no sense, and what must hold whatever they are. */

export const market = createMarket(WARM_UP + 2, 21);
const LOOK_MS = lookOf(market, WARM_UP).timeMs;

const held = {
  side: 1,
  quantity: 300,
  entryPrice: 9.9,
  walletUsdt: 600,
  venueLiquidationPrice: 7,
  openedMs: START_MS,
} as const;

const control = (kind: ControlKind, account: number | null, id: number): Uint8Array =>
  encodeControl({ id: idOf(id), control: kind, account, market: null });

/** Good frames to damage, so that the damage reaches every part of a decoder and not just its first byte. */
export const GOOD: Readonly<Record<UpdateMethod, readonly Uint8Array[]>> = {
  register: [encodeLimits(DEFAULT_LIMITS), encodeInvitation(idOf(200), DEFAULT_LIMITS)],
  set_limits: [
    encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 15 }),
    encodeLimits({ ...DEFAULT_LIMITS, venues: ['binance-usdm'], symbols: ['ICPUSDT'], drawdownBreaker: 1 }),
  ],
  cancel_pending: [encodeClaim({ id: idOf(201), claim: 'cancel-pending', owner: OWNER })],
  grant: [
    encodeGrant({ agent: STRANGER, expiresMs: START_MS + 1e9 }),
    encodeGrant({ agent: principalOf(90), expiresMs: START_MS + 1e9, scopes: ['stop'], account: 3 }),
  ],
  revoke: [encodeRevocation(STRANGER)],
  rotate: [encodeRotation(STRANGER, principalOf(91))],
  halt: [control('halt', 0, 202), control('halt', null, 203)],
  flatten: [control('flatten', 0, 204)],
  takeover: [control('takeover', null, 205)],
  release: [control('release', null, 206)],
  resume: [control('resume', null, 207), control('resume', 0, 208)],
  set_mode: [encodeModeChange({ id: idOf(209), account: 0, mode: 'paper', evidence: null })],
  report: [
    encodeReport({
      id: idOf(210),
      place: { account: 0, market: 0 },
      report: 'violation',
      decision: 1,
      timeMs: START_MS,
      side: 1,
      quantity: 3,
      price: 9.5,
      code: 'unplanned-fill',
    }),
  ],
  resolve: [encodeResolution(idOf(211), 3)],
  confirm_jump: [
    encodeConfirmation({ id: idOf(214), place: FIRST_PLACE, barMs: LOOK_MS - (LOOK_MS % BAR_MS) }),
  ],
  set_recovery: [encodeRecovery(idOf(212), principalOf(92)), encodeRecovery(idOf(213), null)],
  recover: [encodeClaim({ id: idOf(214), claim: 'recover', owner: OWNER })],
  cancel_recovery: [encodeClaim({ id: idOf(215), claim: 'cancel-recovery', owner: OWNER })],
  checkpoint: [encodeClaim({ id: idOf(216), claim: 'checkpoint', owner: OWNER })],
  load_history: [encodeHistory(historyOf(market, 12, 'replay', idOf(5)))],
  observe: [
    encodeObservation(lookOf(market, WARM_UP)),
    encodeObservation(lookOf(market, WARM_UP, { tick: true, position: held, restingStopPrice: 9.5 })),
    encodeObservation({ ...lookOf(market, WARM_UP), instrument: ICP_PERPETUAL, position: held }),
  ],
  intent: [encodeIntent(wishOf(LOOK_MS + 1_000, idOf(77)))],
};
export const METHODS = Object.keys(GOOD) as UpdateMethod[];

/** Bytes replaced, cut off or added anywhere in a good frame; or no frame at all. */
function damaged(frame: Uint8Array): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 }));
  const edits = fc.array(fc.tuple(fc.nat({ max: frame.length - 1 }), byte), { minLength: 0, maxLength: 4 });
  const edited = edits.map((places) => {
    const copy = frame.slice();
    for (const [at, value] of places) copy[at] = value;
    return copy;
  });
  const cut = fc.nat({ max: frame.length - 1 }).map((length) => frame.slice(0, length));
  const longer = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .map((tail) => Uint8Array.of(...frame, ...tail));
  return fc.oneof({ weight: 6, arbitrary: edited }, cut, longer, fc.uint8Array({ maxLength: 300 }));
}

export interface Message {
  readonly method: UpdateMethod;
  readonly frame: Uint8Array;
  readonly sender: Uint8Array;
}

const senders = fc.oneof(
  { weight: 5, arbitrary: fc.constant(OWNER) },
  { weight: 5, arbitrary: fc.constant(AGENT) },
  fc.constantFrom(STRANGER, Uint8Array.of(4), principalOf(90), principalOf(92)),
);

/** Damaged frames to every method from everybody, the right method for the frame more often than not. */
export const messages: fc.Arbitrary<Message> = fc
  .constantFrom(...METHODS.flatMap((method) => GOOD[method].map((frame) => ({ method, frame }))))
  .chain(({ method, frame }) =>
    fc.record({
      method: fc.oneof({ weight: 9, arbitrary: fc.constant(method) }, fc.constantFrom(...METHODS)),
      frame: damaged(frame),
      sender: senders,
    }),
  );

const RECORDED_AS = {
  ...Object.fromEntries(Object.entries(KEEPER_METHODS).map(([method, { type }]) => [method, type])),
  checkpoint: 'checkpoint',
  load_history: 'history',
  observe: 'observation',
  intent: 'intent',
} as Readonly<Record<UpdateMethod, Exclude<RecordType, 'register'>>>;

/** A canister under attack beside the books that the engine in Node keeps of what got through. */
export interface Siege {
  readonly risk: Risk;
  readonly books: Books;
  records: number;
  /** What each frame that was a tick was answered: the same again is answered from memory. */
  readonly ticks: Map<string, Uint8Array>;
  /** How often each answer was given. */
  readonly answers: Map<string, number>;
}

export function besiege(wasm: Uint8Array): Siege {
  const risk = new Risk(wasm, START_MS);
  enrol(risk);
  warm(risk, market);
  const books = openBooks(OWNER, encodeLimits(DEFAULT_LIMITS));
  const grant = encodeGrant({ agent: AGENT, expiresMs: START_MS + 3650 * 86_400_000 });
  takeIntoBooks(books, 'grant', grant, { icTimeMs: START_MS, sequence: 1 });
  const history = encodeHistory(historyOf(market, WARM_UP));
  takeIntoBooks(books, 'history', history, { icTimeMs: START_MS, sequence: 2 });
  return { risk, books, records: 3, ticks: new Map(), answers: new Map() };
}

/**
 * Sends one message. It is answered with a record, a tick or a typed refusal of ours, never a trap; a refusal changes
 * nothing, and what is taken is what the engine alone makes of it, to the last byte of keeper and decision.
 */
export function attack(siege: Siege, { method, frame, sender }: Message): void {
  const { risk, books, answers } = siege;
  risk.clock.setMs(risk.nowMs + 1);
  const root = risk.certifiedData;
  const answer = risk.send(method, frame, sender);
  answers.set(told(answer), (answers.get(told(answer)) ?? 0) + 1);
  if (answer.kind === 'error') {
    expect(answer.disposition).not.toBe('internal');
    expect(answer.message.length).toBeGreaterThan(0);
    // The root covers the heads of all owners; apart from that, it moves when a batch of heads goes into the tree.
    if (!same(root, risk.certifiedData)) {
      expect(Number(risk.standing(OWNER, books.keeper.owner)!.records)).toBe(siege.records);
    }
    return;
  }
  const record = answer.kind === 'record' ? decodeRecord(answer.record) : null;
  // A stranger who registered acts on an account of its own.
  if (record !== null && !same(record.owner, OWNER)) return;
  // Not by the root: while its journal is full, a new head waits for the next batch.
  const isNew = record !== null && record.sequence >= siege.records;
  const key = Buffer.from(frame).toString('hex');
  const before = siege.ticks.get(key);
  const isAgain = answer.kind === 'tick' && before !== undefined && same(before, answer.decision);
  if (answer.kind === 'tick') siege.ticks.set(key, answer.decision);
  if (isNew || (answer.kind === 'tick' && !isAgain)) {
    const moment = { icTimeMs: risk.nowMs, sequence: siege.records };
    const outcome = takeIntoBooks(books, RECORDED_AS[method], frame, moment);
    const decision = outcome === null ? new Uint8Array(0) : outcome.bytes;
    const answered = answer.kind === 'tick' ? answer.decision : decisionOf(answer.record);
    expect(same(answered, decision), `${method}: ${told(answer)}`).toBe(true);
  }
  if (isNew) siege.records++;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function decisionOf(record: Uint8Array): Uint8Array {
  return decodeRecord(record).decision;
}

/** The canister's keeper is the books'. */
export function expectSameKeeper({ risk, books }: Siege): void {
  const actor = books.keeper.owner;
  expect(risk.keeper(OWNER, actor)).toEqual(books.keeper);
}
