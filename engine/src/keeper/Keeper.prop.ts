import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accountOf,
  actOn,
  assertMayAct,
  BAR_MS,
  CONTROLS,
  createKeeper,
  decodeKeeper,
  DEFAULT_LIMITS,
  encodeClaim,
  encodeControl,
  encodeGrant,
  encodeKeeper,
  encodeLimits,
  encodeModeChange,
  encodeReport,
  encodeRevocation,
  encodeRotation,
  EngineError,
  FLAT,
  grantWish,
  isNowhereLooser,
  judgeLook,
  judgeWish,
  KEEPER_METHODS,
  lookRecorded,
  pinPlace,
  RULES,
  SCOPES,
  settled,
  wished,
  type Allowed,
  type Keeper,
  type KeeperMethod,
  type Limits,
  type Place,
} from '../index.ts';
import { historyOf, idOf, longPosition, randomBars, START_MS } from '../../test/market.ts';

const HOUR_MS = 3_600_000;
const OWNER = Uint8Array.of(1, 1, 1);
const AGENT = Uint8Array.of(2, 2, 2);
const OTHER = Uint8Array.of(3, 3, 3);
const bars = randomBars(3, 4, START_MS);

/** Limits somewhere in their domain. */
const limits: fc.Arbitrary<Limits> = fc
  .tuple(
    fc.record(
      Object.fromEntries(
        RULES.filter(({ tighter, field }) => tighter !== 'record' && !field.endsWith('TargetR')).map(
          ({ field, min, max, whole }) => [
            field,
            whole
              ? fc.integer({ min, max })
              : fc.integer({ min: 0, max: 8 }).map((step) => min + ((max - min) * step) / 8),
          ],
        ),
      ) as Record<string, fc.Arbitrary<number>>,
    ),
    fc.option(fc.record({ wins: fc.integer({ min: 0, max: 20 }), more: fc.integer({ min: 1, max: 20 }) })),
    fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 16, maxLength: 16 }),
    fc.option(fc.subarray(['a', 'b', 'c'])),
    fc.option(fc.subarray(['X', 'Y'])),
  )
  .map(([numbers, record, [first, more], capitals, venues, symbols]) => ({
    ...DEFAULT_LIMITS,
    ...numbers,
    kellyWins: record?.wins ?? 0,
    kellyTrades: record === null ? 0 : record.wins + record.more,
    kellyPayoff: record === null ? 0 : 1.5,
    firstTargetR: first,
    secondTargetR: first + more,
    accountCapitalUsdt: capitals.map((capital) => capital * 100),
    venues,
    symbols,
  }));

const T0 = START_MS;

describe('a wish for limits', () => {
  test('tightens at once whatever it tightens, and never loosens anything before its time', () => {
    fc.assert(
      fc.property(limits, limits, (now, wish) => {
        const { limits: then, pending } = grantWish({ limits: now, pending: [] }, wish, T0);
        expect(isNowhereLooser(now, then)).toBe(true);
        // What the wish is tighter in holds already: nothing that waits would tighten.
        expect(isNowhereLooser(then, wish)).toBe(pending.length === 0);
        const delay = then.looseningDelayHours;
        expect(delay).toBeGreaterThanOrEqual(now.looseningDelayHours);
        for (const { effectiveMs } of pending) expect(effectiveMs).toBe(T0 + delay * HOUR_MS);
        const just = T0 + delay * HOUR_MS;
        const keeper: Keeper = { ...createKeeper(OWNER, then), pending };
        expect(settled(keeper, just - 1)).toBe(keeper);
        expect(settled(keeper, just).limits).toEqual(wish);
        expect(settled(keeper, just).pending).toEqual([]);
        expect(wished(keeper)).toEqual(wish);
      }),
    );
  });

  test('replaces what waited for the same field, and asked again leaves the waiting time as it was', () => {
    fc.assert(
      fc.property(limits, limits, limits, fc.nat(HOUR_MS), (now, one, two, later) => {
        const first = grantWish({ limits: now, pending: [] }, one, T0);
        const again = grantWish(first, one, T0 + later);
        expect(again.pending).toEqual(first.pending);
        expect(again.limits).toEqual(first.limits);
        const second = grantWish(first, two, T0 + later);
        expect(wished(second)).toEqual(two);
        expect(new Set(second.pending.map(({ unit }) => unit)).size).toBe(second.pending.length);
      }),
    );
  });

  test('gives the same limits in whatever order its loosenings become due', () => {
    fc.assert(
      fc.property(limits, limits, fc.infiniteStream(fc.nat(100)), (now, wish, ages) => {
        const granted = grantWish({ limits: now, pending: [] }, wish, T0);
        const pending = granted.pending.map((change) => {
          const { value: age } = ages.next();
          return { ...change, effectiveMs: change.effectiveMs + (age ?? 0) };
        });
        const last = Math.max(T0, ...pending.map(({ effectiveMs }) => effectiveMs));
        const inOrder = (order: Allowed['pending']): Limits => {
          const keeper: Keeper = { ...createKeeper(OWNER, granted.limits), pending: order };
          return settled(keeper, last).limits;
        };
        expect(inOrder([...pending].reverse())).toEqual(inOrder(pending));
        // Step by step or at once.
        let keeper: Keeper = { ...createKeeper(OWNER, granted.limits), pending };
        for (const { effectiveMs } of [...pending].sort((a, b) => a.effectiveMs - b.effectiveMs)) {
          keeper = settled(keeper, effectiveMs);
        }
        expect(keeper.limits).toEqual(wish);
      }),
    );
  });

  test('for a shorter delay waits the delay that is in force', () => {
    const { limits: now, pending } = grantWish(
      { limits: DEFAULT_LIMITS, pending: [] },
      { ...DEFAULT_LIMITS, looseningDelayHours: 1 },
      T0,
    );
    expect(now.looseningDelayHours).toBe(24);
    expect(pending.map(({ effectiveMs }) => effectiveMs)).toEqual([T0 + 24 * HOUR_MS]);
  });
});

interface Act {
  readonly method: KeeperMethod;
  readonly frame: Uint8Array;
  readonly sender: Uint8Array;
}

let nextId = 1;
const place: fc.Arbitrary<Place> = fc.record({ account: fc.nat(1), market: fc.nat(1) });
const anyone = fc.constantFrom(OWNER, AGENT, OTHER);

/** Frames for every method, by anyone: most of them are refused. */
function acts(sender: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Act> {
  const id = fc.constant(0).map(() => idOf(nextId++));
  const key = fc.constantFrom(AGENT, OTHER, Uint8Array.of(4, 4));
  const control = fc
    .tuple(id, fc.constantFrom(...CONTROLS), fc.option(fc.nat(1)), fc.option(fc.nat(1)))
    .map(([one, kind, account, market]) => ({
      method: kind,
      frame: encodeControl({ id: one, control: kind, account, market: account === null ? null : market }),
    }));
  const others = fc.oneof(
    limits.map((wish) => ({ method: 'set_limits' as const, frame: encodeLimits(wish) })),
    fc
      .record({
        agent: key,
        expiresMs: fc.integer({ min: T0, max: T0 + 300 * HOUR_MS }),
        scopes: fc.subarray([...SCOPES], { minLength: 1 }),
        account: fc.nat(1),
      })
      .map((grant) => ({ method: 'grant' as const, frame: encodeGrant(grant) })),
    key.map((agent) => ({ method: 'revoke' as const, frame: encodeRevocation(agent) })),
    fc.tuple(key, key).map(([from, to]) => ({ method: 'rotate' as const, frame: encodeRotation(from, to) })),
    fc.tuple(id, fc.nat(1), fc.constantFrom('advisory', 'paper', 'live')).map(([one, account, mode]) => ({
      method: 'set_mode' as const,
      frame: encodeModeChange({ id: one, account, mode: mode as 'paper', evidence: null }),
    })),
    fc
      .tuple(id, place, fc.constantFrom('execution', 'ambiguity', 'violation'))
      .map(([one, where, report]) => ({
        method: 'report' as const,
        frame: encodeReport({
          id: one,
          place: where,
          report: report as 'execution',
          decision: 1,
          timeMs: T0,
          side: 1,
          quantity: 1,
          price: 9,
          code: 'word',
        }),
      })),
    id.map((one) => ({
      method: 'cancel_pending' as const,
      frame: encodeClaim({ id: one, claim: 'cancel-pending', owner: OWNER }),
    })),
  );
  return fc
    .tuple(fc.oneof({ weight: 2, arbitrary: control }, { weight: 3, arbitrary: others }), sender)
    .map(([act, by]) => ({ ...act, sender: by }));
}

/** What the canister does with an act: allowed and possible, or nothing. */
function taken(keeper: Keeper, act: Act, icTimeMs: number, sequence: number): Keeper {
  try {
    assertMayAct(keeper, act.method, act.frame, act.sender, icTimeMs);
    return actOn(keeper, KEEPER_METHODS[act.method].type, act.frame, { icTimeMs, sequence });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return keeper;
  }
}

/** Two accounts with two markets each, and an agent with every scope on the first. */
function populated(kind: 'replay' | 'live' = 'replay'): Keeper {
  let keeper = createKeeper(OWNER, DEFAULT_LIMITS);
  for (const account of [0, 1]) {
    for (const market of [0, 1]) {
      const history = historyOf(bars, { kind, place: { account, market } });
      const instrument = { ...history.instrument, symbol: `SYM${String(market)}` };
      keeper = pinPlace(keeper, { ...history, instrument }, T0);
    }
  }
  const grant = encodeGrant({ agent: AGENT, expiresMs: T0 + 1_000 * HOUR_MS });
  return actOn(keeper, 'grant', grant, { icTimeMs: T0, sequence: 1 });
}

function play(start: Keeper, list: readonly Act[], stepMs = HOUR_MS): Keeper {
  return list.reduce((keeper, act, i) => taken(keeper, act, T0 + (i + 1) * stepMs, 10 + i), start);
}

const isHalted = ({ halted, accounts }: Keeper): boolean[] => [
  halted,
  ...accounts.flatMap((account) => [account.halted, ...account.markets.map((market) => market.halted)]),
];

describe('the keeper', () => {
  test('no sequence of acts by an agent loosens a limit, ends a halt, steps up or lets anyone in', () => {
    fc.assert(
      fc.property(
        fc.array(acts(anyone), { maxLength: 8 }),
        fc.array(acts(fc.constant(AGENT)), { maxLength: 12 }),
        (before, after) => {
          const start = play(populated(), before);
          // From here on only the agent acts: what waits by the owner's wish is none of its doing.
          const still = { ...start, pending: [] };
          const end = play(still, after);
          expect(isNowhereLooser(still.limits, end.limits)).toBe(true);
          expect(end.pending).toEqual([]);
          expect(end.grants).toEqual(still.grants);
          expect(end.owner).toEqual(still.owner);
          expect(end.recovery).toEqual(still.recovery);
          isHalted(still).forEach((was, i) => expect(isHalted(end)[i] || !was).toBe(true));
          end.accounts.forEach(({ mode, breaker }, i) => {
            expect(mode).toBe(still.accounts[i]!.mode);
            expect(breaker).toBe(still.accounts[i]!.breaker);
          });
          // Nor does it touch the account that it was not granted.
          const open = still.grants.some(({ account }) => account === 1);
          if (!open) expect(end.accounts[1]).toEqual(still.accounts[1]);
        },
      ),
    );
  });

  test('a halt survives every act but the owner’s resume', () => {
    const halt = encodeControl({ id: idOf(9_000), control: 'halt', account: null, market: null });
    fc.assert(
      fc.property(fc.array(acts(anyone), { maxLength: 20 }), (list) => {
        const halted = actOn(populated(), 'control', halt, { icTimeMs: T0, sequence: 5 });
        const kept = list.filter(({ method }) => method !== 'resume');
        const end = play(halted, kept);
        expect(end.halted).toBe(true);
        for (const account of end.accounts) {
          for (const market of account.markets) {
            const at = { account: account.account, market: market.market };
            const { stance } = judgeWish(end, at, T0 + 10_000 * HOUR_MS);
            expect(['halted', 'flatten']).toContain(stance.entriesBlocked);
          }
        }
        const resume = encodeControl({ id: idOf(9_001), control: 'resume', account: null, market: null });
        const moment = { icTimeMs: T0 + 9 * HOUR_MS, sequence: 90 };
        expect(isHalted(actOn(end, 'control', resume, moment)).some(Boolean)).toBe(false);
      }),
    );
  });

  test('reads back from its bytes whatever was done, and the same acts give the same bytes', () => {
    fc.assert(
      fc.property(fc.array(acts(anyone), { maxLength: 25 }), (list) => {
        const end = play(populated('live'), list);
        expect(decodeKeeper(encodeKeeper(end))).toEqual(end);
        // Stored and read again after every act, as a canister may, or kept in the heap: the same.
        const stored = list.reduce(
          (keeper, act, i) => decodeKeeper(encodeKeeper(taken(keeper, act, T0 + (i + 1) * HOUR_MS, 10 + i))),
          populated('live'),
        );
        expect(Buffer.compare(encodeKeeper(stored), encodeKeeper(end))).toBe(0);
      }),
    );
  });

  test('is bounded whatever is reported and granted', () => {
    const reports = Array.from({ length: 200 }, (_, i) => ({
      method: 'report' as const,
      sender: AGENT,
      frame: encodeReport({
        id: idOf(20_000 + i),
        place: { account: 0, market: 0 },
        report: 'violation',
        decision: 1,
        timeMs: T0,
        side: 0,
        quantity: 0,
        price: 0,
        code: 'w'.repeat(32),
      }),
    }));
    const grants = Array.from({ length: 200 }, (_, i) => [
      {
        method: 'grant' as const,
        sender: OWNER,
        frame: encodeGrant({ agent: idOf(i), expiresMs: T0 + 900 * HOUR_MS }),
      },
      { method: 'revoke' as const, sender: OWNER, frame: encodeRevocation(idOf(i)) },
    ]).flat();
    const end = play(populated(), [...reports, ...grants], 1_000);
    expect(end.reports).toHaveLength(32);
    expect(end.open).toHaveLength(32);
    expect(end.openBeyond).toBe(168);
    expect(end.grants.length).toBeLessThanOrEqual(17);
    expect(encodeKeeper(end).length).toBeLessThan(8_000);
  });
});

describe('a stance', () => {
  /** A look at the market 0 of account 0. */
  const look = (keeper: Keeper, i: number, equityUsdt: number, side: 0 | 1): ReturnType<typeof judgeLook> =>
    judgeLook(
      keeper,
      { account: 0, market: 0 },
      {
        timeMs: T0 + i * BAR_MS,
        markPrice: 10,
        equityUsdt,
        position: side === 0 ? FLAT : longPosition(10, 10, 3, T0),
      },
      T0 + i * BAR_MS,
    );

  test('never says anything about exits but that one has to happen', () => {
    fc.assert(
      fc.property(
        fc.array(acts(anyone), { maxLength: 12 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.constantFrom(0 as const, 1 as const)), {
          minLength: 1,
          maxLength: 12,
        }),
        (list, looks) => {
          let keeper = play(populated(), list);
          looks.forEach(([equity, side], i) => {
            // A third of a day apart, so that days begin anew.
            const { stance, next, others, mustRecord } = look(keeper, 96 * i, equity, side);
            const [before, after] = [keeper, next].map((state) => accountOf(state, 0)!.breaker);
            // What is judged without making the account is what the account says once it is made.
            expect(mustRecord).toBe(after !== before || next.limitsVersion !== keeper.limitsVersion);
            if (after !== null) expect(stance.entriesBlocked).not.toBeNull();
            expect(Object.keys(stance).sort()).toEqual(['entriesBlocked', 'limits', 'manual', 'mustClose']);
            // A demand to close always blocks entries too: nothing is closed to be opened again.
            if (stance.mustClose !== null && next.halted) expect(stance.entriesBlocked).not.toBeNull();
            expect(stance.limits.capitalUsdt).toBeLessThanOrEqual(next.limits.capitalUsdt);
            expect(others.length).toBeLessThanOrEqual(32);
            keeper = lookRecorded(next, { account: 0, market: 0 }, 0.05);
          });
          expect(decodeKeeper(encodeKeeper(keeper))).toEqual(keeper);
        },
      ),
    );
  });

  test('a breaker counts open losses, closes what is held, and only the owner resumes after its time', () => {
    let keeper = populated();
    const record = (i: number, equity: number, side: 0 | 1): ReturnType<typeof look> => {
      const judgement = look(keeper, i, equity, side);
      keeper = lookRecorded(judgement.next, { account: 0, market: 0 }, 0.05);
      return judgement;
    };
    expect(record(0, 1_000, 0).stance.entriesBlocked).toBeNull();
    expect(record(1, 1_100, 1).stance.entriesBlocked).toBeNull();
    // Open, nothing realised: 6 % of the day's 1,000 are gone at 940.
    expect(record(2, 941, 1).stance.mustClose).toBeNull();
    const out = record(3, 940, 1);
    expect(out.mustRecord).toBe(true);
    expect(out.stance).toMatchObject({
      entriesBlocked: 'breaker-daily-loss',
      mustClose: 'breaker-daily-loss',
    });
    // Back up it stays out.
    expect(record(4, 1_050, 0).stance.entriesBlocked).toBe('breaker-daily-loss');
    const resume = (account: number | null): Keeper => {
      const frame = encodeControl({ id: idOf(nextId++), control: 'resume', account, market: null });
      return actOn(keeper, 'control', frame, { icTimeMs: T0, sequence: 99 });
    };
    expect(() => resume(0)).toThrow('cool-down');
    expect(resume(null).accounts[0]!.breaker).toBe('breaker-daily-loss');
    record(3 + 288, 1_050, 0);
    expect(resume(0).accounts[0]!.breaker).toBeNull();
    keeper = resume(0);
    expect(record(3 + 289, 1_050, 0).stance.entriesBlocked).toBeNull();
  });

  test('drawdown is measured from the peak over days, a losing streak from trade to trade', () => {
    let keeper = populated();
    const record = (i: number, equity: number, side: 0 | 1): string | null => {
      const { next, stance } = look(keeper, i, equity, side);
      keeper = lookRecorded(next, { account: 0, market: 0 }, 0.05);
      return stance.entriesBlocked;
    };
    expect(record(0, 1_000, 0)).toBeNull();
    for (let day = 1; day <= 4; day++) expect(record(288 * day, 1_000 - 49 * day, 0)).toBeNull();
    expect(record(288 * 5, 800, 0)).toBe('breaker-drawdown');
    keeper = populated();
    record(0, 1_000, 0);
    for (let trade = 1; trade <= 6; trade++) {
      record(10 * trade, 1_000 - trade, 1);
      const blocked = record(10 * trade + 1, 1_000 - trade, 0);
      expect(blocked).toBe(trade < 6 ? null : 'breaker-loss-streak');
    }
    keeper = populated();
    record(0, 1_000, 0);
    for (let trade = 1; trade <= 12; trade++) {
      record(10 * trade, 1_000, 1);
      // Every fifth is won: the streak begins anew.
      expect(record(10 * trade + 1, trade % 5 === 0 ? 1_001 : 999 - trade / 100, 0)).toBeNull();
    }
  });

  test('a live account enters in mode live alone, a paper one from paper on, recorded and home-made ones always', () => {
    const cases = [
      ['replay', 'advisory', null],
      ['localnet', 'advisory', null],
      ['paper', 'advisory', 'mode'],
      ['paper', 'paper', null],
      ['live', 'paper', 'mode'],
      ['live', 'live', null],
    ] as const;
    for (const [kind, mode, blocked] of cases) {
      const keeper = pinPlace(createKeeper(OWNER, DEFAULT_LIMITS), historyOf(bars, { kind }), T0);
      const stepped = { ...keeper, accounts: keeper.accounts.map((account) => ({ ...account, mode })) };
      expect(judgeWish(stepped, { account: 0, market: 0 }, T0).stance.entriesBlocked).toBe(blocked);
    }
  });

  test('what the owner does not allow is blocked by that name, and a tick never moves the limits', () => {
    const symbols = { ...DEFAULT_LIMITS, symbols: ['BTCUSDT'] };
    const keeper = pinPlace(createKeeper(OWNER, symbols), historyOf(bars), T0);
    expect(judgeWish(keeper, { account: 0, market: 0 }, T0).stance.entriesBlocked).toBe('not-allowed');
    const far = { ...createKeeper(OWNER, DEFAULT_LIMITS), limits: DEFAULT_LIMITS };
    const two = [0, 1].reduce(
      (kept, account) => pinPlace(kept, historyOf(bars, { place: { account, market: 0 } }), T0),
      far,
    );
    const rich = {
      ...two,
      accounts: two.accounts.map((one) => ({ ...one, equityUsdt: 800_000, timeMs: T0 })),
    };
    const capital = (equity: number): number => look(rich, 1, equity, 0).stance.limits.capitalUsdt;
    expect(capital(800_000)).toBe(500_000);
    expect(capital(900_000)).toBe(500_000);
  });

  test('giving the steering back starts a cool-down: an hour, or the full one after a loss', () => {
    for (const [equity, hours] of [
      [1_000, 1],
      [990, 24],
    ] as const) {
      let keeper = populated();
      keeper = lookRecorded(look(keeper, 0, 1_000, 0).next, { account: 0, market: 0 }, 0.05);
      const steer = (control: 'takeover' | 'release'): void => {
        const frame = encodeControl({ id: idOf(nextId++), control, account: 0, market: null });
        keeper = actOn(keeper, 'control', frame, { icTimeMs: T0, sequence: 50 });
      };
      steer('takeover');
      const during = look(keeper, 1, equity, 1);
      expect(during.stance).toMatchObject({ entriesBlocked: 'manual', manual: true, mustClose: null });
      keeper = lookRecorded(during.next, { account: 0, market: 0 }, 0.05);
      steer('release');
      expect(look(keeper, hours * 12, equity, 0).stance.entriesBlocked).toBe('cool-down');
      expect(look(keeper, hours * 12 + 1, equity, 0).stance.entriesBlocked).toBeNull();
    }
  });
});
