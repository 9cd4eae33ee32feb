import { describe, expect, test } from 'vitest';
import {
  actOn,
  BAR_MS,
  createKeeper,
  decodeKeeper,
  decodeRegistration,
  DEFAULT_LIMITS,
  encodeClaim,
  encodeControl,
  encodeHistory,
  encodeInvitation,
  encodeIntent,
  encodeKeeper,
  encodeLimits,
  encodeModeChange,
  encodeObservation,
  encodeRecovery,
  encodeReport,
  encodeResolution,
  grantWish,
  judgeWish,
  keptObserve,
  openBooks,
  pinPlace,
  takeIntoBooks,
  type Books,
  type ClaimKind,
  type Control,
  type Keeper,
  type KeeperRecord,
  type ModeChange,
  type Report,
} from '../index.ts';
import { decodeControl } from './Control.ts';
import { decodeModeChange } from './Mode.ts';
import { decodeRecovery } from './Recovery.ts';
import { decodeReport, decodeResolution } from './Report.ts';
import { historyOf, idOf, INSTRUMENT, observationOf, START_MS } from '../../test/market.ts';
import { HOUR_MS, OWNER, populated, shortBars, T0 } from '../../test/KeeperActs.ts';
import { PLAY_MS, plainBars, played, refusal } from '../../test/Stage.ts';
import { WARM_UP_BARS } from '../History.ts';

const moment = { icTimeMs: T0, sequence: 7 };
const SHORT_ID = idOf(1).slice(1);
const field = (act: () => unknown): string => refusal(act).field;
const leaf = (act: () => unknown): string => refusal(act).leaf;

describe('a frame of an act', () => {
  const control: Control = { id: idOf(1), control: 'halt', account: 1, market: 2 };
  const mode: ModeChange = { id: idOf(1), account: 1, mode: 'paper', evidence: null };
  const report: Report = {
    id: idOf(1),
    place: { account: 0, market: 0 },
    report: 'execution',
    decision: 1,
    timeMs: T0,
    side: 1,
    quantity: 1,
    price: 9,
    code: 'filled',
  };

  test('is not made out of its domain, and the field is named', () => {
    const cases: [string, () => unknown][] = [
      ['control.id', () => encodeControl({ ...control, id: SHORT_ID })],
      ['control', () => encodeControl({ ...control, control: 'pause' as 'halt' })],
      ['control.market', () => encodeControl({ ...control, account: null })],
      ['control.account', () => encodeControl({ ...control, account: 16 })],
      ['control.market', () => encodeControl({ ...control, market: 16 })],
      ['mode.id', () => encodeModeChange({ ...mode, id: SHORT_ID })],
      ['mode.account', () => encodeModeChange({ ...mode, account: -1 })],
      ['mode', () => encodeModeChange({ ...mode, mode: 'fast' as 'live' })],
      ['mode.evidence', () => encodeModeChange({ ...mode, evidence: 16 })],
      ['report.id', () => encodeReport({ ...report, id: SHORT_ID })],
      ['report', () => encodeReport({ ...report, report: 'rumour' as 'execution' })],
      ['report.timeMs', () => encodeReport({ ...report, timeMs: -1 })],
      ['report.side', () => encodeReport({ ...report, side: 2 as 1 })],
      ['report.quantity', () => encodeReport({ ...report, quantity: -1 })],
      ['report.price', () => encodeReport({ ...report, price: Number.NaN })],
      ['report.code', () => encodeReport({ ...report, code: 'two words' })],
      ['resolution.id', () => encodeResolution(SHORT_ID, 1)],
      ['recovery.id', () => encodeRecovery(SHORT_ID, null)],
      ['invitation.code', () => encodeInvitation(SHORT_ID, DEFAULT_LIMITS)],
      ['claim.id', () => encodeClaim({ id: SHORT_ID, claim: 'recover', owner: OWNER })],
    ];
    for (const [expected, act] of cases) expect(field(act)).toBe(expected);
  });

  test('with a number for which there is no name is refused', () => {
    const changed = (frame: Uint8Array, at: number, value: number): Uint8Array => {
      const copy = frame.slice();
      copy[at] = value;
      return copy;
    };
    expect(field(() => decodeControl(changed(encodeControl(control), 18, 9)))).toBe('control');
    expect(field(() => decodeModeChange(changed(encodeModeChange(mode), 19, 9)))).toBe('mode');
    expect(field(() => decodeReport(changed(encodeReport(report), 20, 9)))).toBe('report');
    expect(field(() => decodeRecovery(changed(encodeRecovery(idOf(1), null), 18, 2)))).toBe(
      'recovery.isNamed',
    );
    expect(decodeRecovery(encodeRecovery(idOf(1), null)).recovery).toBeNull();
    expect(decodeResolution(encodeResolution(idOf(2), 5)).sequence).toBe(5);
    expect(decodeRegistration(encodeLimits(DEFAULT_LIMITS)).code).toBeNull();
    expect(decodeRegistration(encodeInvitation(idOf(4), DEFAULT_LIMITS)).code).toEqual(idOf(4));
  });
});

describe('a place', () => {
  const pin = (keeper: Keeper, changes: Parameters<typeof historyOf>[1]): Keeper =>
    pinPlace(keeper, historyOf(shortBars, changes), T0);
  const renamed = (symbol: string): { readonly instrument: typeof INSTRUMENT } => ({
    instrument: { ...INSTRUMENT, symbol },
  });

  test('stays what its first history made of it', () => {
    const one = pin(createKeeper(OWNER, DEFAULT_LIMITS), {});
    expect(pin(one, {})).toBe(one);
    expect(leaf(() => pin(one, { kind: 'live' }))).toBe('feed-kind');
    expect(leaf(() => pin(one, { venue: 'elsewhere' }))).toBe('other-account');
    expect(leaf(() => pin(one, { accountHash: new Uint8Array(32).fill(1) }))).toBe('other-account');
    expect(leaf(() => pin(one, renamed('BTCUSDT')))).toBe('other-market');
    const place = { account: 0, market: 4 };
    expect(leaf(() => pin(one, { place }))).toBe('other-market');
    expect(pin(one, { place, ...renamed('BTCUSDT') }).accounts[0]!.markets).toHaveLength(2);
  });

  test('is one of thirty-two at most', () => {
    const full = Array.from({ length: 32 }).reduce<Keeper>(
      (keeper, _, i) =>
        pin(keeper, { place: { account: Math.floor(i / 16), market: i % 16 }, ...renamed(`S${String(i)}`) }),
      createKeeper(OWNER, DEFAULT_LIMITS),
    );
    const place = { account: 2, market: 0 };
    expect(leaf(() => pin(full, { place, ...renamed('MORE') }))).toBe('too-many-desks');
    // Whatever came first, accounts and markets lie in order.
    const late = pin(pin(createKeeper(OWNER, DEFAULT_LIMITS), { place: { account: 3, market: 0 } }), {
      place,
    });
    expect(late.accounts.map(({ account }) => account)).toEqual([2, 3]);
  });

  test('that there is none of is named by controls, looks and wishes', () => {
    const act = (account: number, market: number | null): unknown =>
      actOn(populated(), 'control', encodeControl({ id: idOf(1), control: 'halt', account, market }), moment);
    expect(leaf(() => act(5, null))).toBe('no-history');
    expect(leaf(() => act(0, 5))).toBe('no-history');
    expect(leaf(() => judgeWish(populated(), { account: 5, market: 0 }, T0))).toBe('no-history');
    expect(leaf(() => judgeWish(populated(), { account: 0, market: 5 }, T0))).toBe('no-history');
    const books = openBooks(OWNER, encodeLimits(DEFAULT_LIMITS));
    const look = encodeObservation(observationOf(1, [], T0, 10));
    expect(leaf(() => takeIntoBooks(books, 'observation', look, moment))).toBe('no-history');
  });
});

describe('a keeper’s bytes', () => {
  const bytes = encodeKeeper(populated('live'));

  test('changed anywhere are refused with a name, or mean what they say', () => {
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        try {
          expect(decodeKeeper(changed)).not.toEqual(populated('live'));
        } catch (error) {
          expect(error).toHaveProperty('leaf');
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / 2);
  });

  test('carry everything that can wait, names and pairs included', () => {
    const tight = {
      ...DEFAULT_LIMITS,
      kellyWins: 20,
      kellyTrades: 60,
      kellyPayoff: 1.5,
      venues: ['a'],
      symbols: ['X'],
      maxLeverage: 3,
    };
    const loose = { ...DEFAULT_LIMITS, firstTargetR: 2, secondTargetR: 4, kTrend: 3 };
    const allowed = grantWish({ limits: tight, pending: [] }, loose, T0);
    expect(allowed.pending.length).toBeGreaterThanOrEqual(6);
    const keeper = { ...populated(), ...allowed, recovery: idOf(5) };
    expect(decodeKeeper(encodeKeeper(keeper))).toEqual(keeper);
    const wish = encodeLimits(loose);
    const one = actOn(createKeeper(OWNER, tight), 'limits', wish, moment);
    expect(one.limitsSequence).toBe(7);
    expect(actOn(one, 'limits', wish, { ...moment, sequence: 8 })).toBe(one);
  });
});

describe('the books', () => {
  function warmBooks(limits = DEFAULT_LIMITS): Books {
    const books = openBooks(OWNER, encodeLimits(limits));
    const history = encodeHistory(historyOf(plainBars.slice(0, WARM_UP_BARS)));
    takeIntoBooks(books, 'history', history, moment);
    const seen = encodeObservation(observationOf(1, [], PLAY_MS, played(0).open, { onRecord: true }));
    takeIntoBooks(books, 'observation', seen, moment);
    return books;
  }
  const wish = encodeIntent({ id: idOf(9), timeMs: PLAY_MS, side: 1, notionalUsdt: 500 });
  const act = (books: Books, type: KeeperRecord, frame: Uint8Array): unknown =>
    takeIntoBooks(books, type, frame, moment);

  test('take an observation of objects as they take its frame', () => {
    const [one, other] = [warmBooks(), warmBooks()];
    const bar = played(0);
    const seen = observationOf(4, [bar], bar.timeMs + BAR_MS, bar.close);
    const framed = takeIntoBooks(one, 'observation', encodeObservation(seen), moment)!;
    const kept = keptObserve(other.keeper, other.desks.get(0)!, seen, T0);
    expect(kept.outcome.bytes).toEqual(framed.bytes);
    expect(kept.keeper).toEqual(one.keeper);
  });

  test('count a plan for the ladder and a refusal not', () => {
    const books = warmBooks();
    const { plans } = books.keeper.accounts[0]!;
    expect(takeIntoBooks(books, 'intent', wish, moment)!.decision.action).toBe('ENTER');
    expect(books.keeper.accounts[0]!.plans).toBe(plans + 1);
    expect(takeIntoBooks(books, 'intent', wish, moment)!.decision.reason).toBe('plan-open');
    expect(books.keeper.accounts[0]!.plans).toBe(plans + 1);
    expect(takeIntoBooks(books, 'checkpoint', new Uint8Array(0), moment)).toBeNull();
  });

  test('put a look on record when a loosening has become due, and have the desk decide by it', () => {
    const books = warmBooks({ ...DEFAULT_LIMITS, maxLeverage: 2 });
    act(books, 'limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 }));
    const tick = (icTimeMs: number): boolean => {
      const frame = encodeObservation(observationOf(3, [], PLAY_MS, played(0).open));
      return takeIntoBooks(books, 'observation', frame, { icTimeMs, sequence: 9 })!.record;
    };
    expect(tick(T0 + 24 * HOUR_MS - 1)).toBe(false);
    expect(tick(T0 + 24 * HOUR_MS)).toBe(true);
    expect(books.keeper.limits.maxLeverage).toBe(9);
    expect(books.desks.get(0)!.state.limits.maxLeverage).toBe(9);
    expect(tick(T0 + 25 * HOUR_MS)).toBe(false);
  });

  test('end what waits, name a heir and hear its claim, each as an act on record', () => {
    const books = warmBooks({ ...DEFAULT_LIMITS, maxLeverage: 2 });
    act(books, 'limits', encodeLimits(DEFAULT_LIMITS));
    expect(books.keeper.pending).toHaveLength(1);
    const claim = (kind: ClaimKind): void =>
      void act(books, 'claim', encodeClaim({ id: idOf(2), claim: kind, owner: OWNER }));
    claim('cancel-pending');
    expect(books.keeper.pending).toEqual([]);
    act(books, 'recovery', encodeRecovery(idOf(3), Uint8Array.of(9)));
    claim('recover');
    expect(books.keeper.claimedMs).toBe(START_MS);
    claim('cancel-recovery');
    expect(books.keeper.claimedMs).toBe(0);
    // A checkpoint that is asked for changes nothing of the rules.
    const before = books.keeper;
    claim('checkpoint');
    expect(books.keeper).toBe(before);
    const report: Report = {
      id: idOf(5),
      place: { account: 0, market: 0 },
      report: 'violation',
      decision: 1,
      timeMs: T0,
      side: 0,
      quantity: 0,
      price: 0,
      code: 'word',
    };
    act(books, 'report', encodeReport(report));
    expect(books.keeper.open).toHaveLength(1);
    act(books, 'resolution', encodeResolution(idOf(6), 7));
    expect(books.keeper.open).toEqual([]);
  });
});
