import fc from 'fast-check';
import {
  CONTROLS,
  SCOPES,
  actOn,
  assertMayAct,
  createKeeper,
  DEFAULT_LIMITS,
  encodeClaim,
  encodeConfirmation,
  encodeControl,
  encodeGrant,
  encodeLimits,
  encodeModeChange,
  encodeReport,
  encodeRevocation,
  encodeRotation,
  EngineError,
  KEEPER_METHODS,
  pinPlace,
  RULES,
  type Keeper,
  type KeeperMethod,
  type Limits,
  type Place,
} from '../src/index.ts';
import { historyOf, idOf, randomBars, START_MS } from './market.ts';

/* Acts on an owner's rules, by everybody and of every kind. */
export const HOUR_MS = 3_600_000;
export const OWNER = Uint8Array.of(1, 1, 1);
export const AGENT = Uint8Array.of(2, 2, 2);
const OTHER = Uint8Array.of(3, 3, 3);
/** A short history for places that need one. */
export const shortBars = randomBars(3, 4, START_MS);

/** Limits somewhere in their domain. */
export const limits: fc.Arbitrary<Limits> = fc
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

export const T0 = START_MS;

/** One act, by whom and how. */
export interface Act {
  readonly method: KeeperMethod;
  readonly frame: Uint8Array;
  readonly sender: Uint8Array;
}

let number = 1;

/** An id that was not given before. */
export function nextId(): Uint8Array {
  return idOf(number++);
}
const place: fc.Arbitrary<Place> = fc.record({ account: fc.nat(1), market: fc.nat(1) });
export const anyone = fc.constantFrom(OWNER, AGENT, OTHER);

/** Frames for every method, by anyone: most of them are refused. */
export function acts(sender: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Act> {
  const id = fc.constant(0).map(nextId);
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
    fc.tuple(id, place).map(([one, where]) => ({
      method: 'confirm_jump' as const,
      frame: encodeConfirmation({ id: one, place: where, barMs: T0 }),
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
export function taken(keeper: Keeper, act: Act, icTimeMs: number, sequence: number): Keeper {
  try {
    assertMayAct(keeper, act.method, act.frame, act.sender, icTimeMs);
    return actOn(keeper, KEEPER_METHODS[act.method].type, act.frame, { icTimeMs, sequence });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return keeper;
  }
}

/** Two accounts with two markets each, and an agent with every scope on the first. */
export function populated(kind: 'replay' | 'live' = 'replay'): Keeper {
  let keeper = createKeeper(OWNER, DEFAULT_LIMITS);
  for (const account of [0, 1]) {
    for (const market of [0, 1]) {
      const history = historyOf(shortBars, { kind, place: { account, market } });
      const instrument = { ...history.instrument, symbol: `SYM${String(market)}` };
      keeper = pinPlace(keeper, { ...history, instrument }, T0);
    }
  }
  const grant = encodeGrant({ agent: AGENT, expiresMs: T0 + 1_000 * HOUR_MS });
  return actOn(keeper, 'grant', grant, { icTimeMs: T0, sequence: 1 });
}

export function play(start: Keeper, list: readonly Act[], stepMs = HOUR_MS): Keeper {
  return list.reduce((keeper, act, i) => taken(keeper, act, T0 + (i + 1) * stepMs, 10 + i), start);
}

export const isHalted = ({ halted, accounts }: Keeper): boolean[] => [
  halted,
  ...accounts.flatMap((account) => [account.halted, ...account.markets.map((market) => market.halted)]),
];
