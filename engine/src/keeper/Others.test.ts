import { describe, expect, test } from 'vitest';
import {
  bindingNotional,
  DEFAULT_LIMITS,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  instrumentHash,
  openBooks,
  takeIntoBooks,
  WARM_UP_BARS,
  type Decision,
  type Outcome,
} from '../index.ts';
import { NOTIONAL_CAPS } from '../Constraints.ts';
import { OWNER, populated, T0 } from '../../test/KeeperActs.ts';
import { historyOf, idOf, INSTRUMENT, observationOf } from '../../test/market.ts';
import { PLAY_MS, plainBars, played } from '../../test/Stage.ts';
import { HERE, watch, type Watch } from '../../test/Watch.ts';

/** What the portfolio may move in a day, as a share of the capital. */
const BUDGET = 0.01;
const BESIDE = { account: 0, market: 1 };
const ELSEWHERE = { account: 1, market: 0 };
const SECOND = 1 / 3_600;

function watched(): Watch {
  const one = watch(populated());
  for (const place of [HERE, BESIDE, ELSEWHERE]) one.look(0, {}, place);
  return one;
}

/** The others of a place, as the portfolio's budget counts them: long positive, short negative. */
const countedAt = (one: Watch, place = HERE): number[] =>
  one.wish(place).others.map(({ side, notionalUsdt }) => side * notionalUsdt);

describe('a plan of another market', () => {
  test('counts towards the budget as what is held does, while it may be entered', () => {
    const one = watched();
    one.plan(0, 1, 500, BESIDE);
    one.plan(0, -1, 300, ELSEWHERE);
    expect(countedAt(one)).toEqual([500, -300]);
    // Its own market’s next wish does not have it beside itself.
    expect(countedAt(one, BESIDE)).toEqual([-300]);
    expect(one.tick(59 * SECOND).others).toHaveLength(2);
    expect(one.tick(60 * SECOND).others).toEqual([]);
    expect(one.wish().others[0]).toMatchObject({ sigmaDay: 0.05, correlation: null });
  });

  test('counts whole though it is filled in part, and as what is held once its time is over', () => {
    const one = watched();
    one.plan(0, 1, 500, BESIDE);
    const part = { side: 1, quantity: 20, entryPrice: 10 } as const;
    one.look(30 * SECOND, part, BESIDE);
    expect(countedAt(one)).toEqual([500]);
    one.look(31 * SECOND, { ...part, quantity: 60 }, BESIDE);
    expect(countedAt(one)).toEqual([600]);
    one.look(32 * SECOND, part, BESIDE);
    one.look(60 * SECOND, part, BESIDE);
    expect(countedAt(one)).toEqual([200]);
    expect(one.account().markets[1]!.planned).toBeNull();
  });

  test('is forgotten by the first look of its account after its time, and kept before', () => {
    const one = watched();
    one.plan(0, 1, 500, BESIDE);
    one.look(59 * SECOND, {}, BESIDE);
    expect(one.account().markets[1]!.planned).not.toBeNull();
    one.look(60 * SECOND, {}, BESIDE);
    expect(one.account().markets[1]!.planned).toBeNull();
  });

  test('of another kind does not count, nor does what is held there', () => {
    const one = watched();
    const accounts = one.keeper.accounts.map((account, i) =>
      i === 1 ? { ...account, kind: 'paper' as const } : account,
    );
    one.keeper = { ...one.keeper, accounts };
    one.plan(0, 1, 500, ELSEWHERE);
    expect(countedAt(one)).toEqual([]);
    one.look(1, { side: 1, quantity: 10, entryPrice: 10 }, ELSEWHERE);
    expect(countedAt(one)).toEqual([]);
    expect(countedAt(one, { account: 1, market: 1 })).toEqual([100]);
  });
});

const budgetOf = ({ table }: Decision): number =>
  table!.constraints.notional[NOTIONAL_CAPS.indexOf('N_PORT')]!;

test('two wishes at once share the budget that one of them would have had alone', () => {
  const limits = { ...DEFAULT_LIMITS, portfolioBudget: BUDGET };
  const books = openBooks(OWNER, encodeLimits(limits));
  const take = (type: 'history' | 'observation' | 'intent', frame: Uint8Array): Outcome | null =>
    takeIntoBooks(books, type, frame, { icTimeMs: T0, sequence: 1 });
  for (const place of [HERE, BESIDE]) {
    const instrument = { ...INSTRUMENT, symbol: `SYM${String(place.market)}` };
    take('history', encodeHistory({ ...historyOf(plainBars.slice(0, WARM_UP_BARS)), place, instrument }));
    const seen = observationOf(1, [], PLAY_MS, played(0).open, { onRecord: true });
    const hash = instrumentHash(instrument);
    take('observation', encodeObservation({ ...seen, place, instrument, instrumentHash: hash }));
  }
  const wished = [HERE, BESIDE].map((place, i) => {
    const intent = { id: idOf(9 + i), place, timeMs: PLAY_MS, side: 1, notionalUsdt: 100_000 } as const;
    return take('intent', encodeIntent(intent))!.decision;
  });
  const [first, second] = wished;
  expect([first!.action, bindingNotional(first!)]).toEqual(['ENTER', 'N_PORT']);
  const { quantity, referencePrice } = first!.plan!;
  // Moving alike, as far as is known, one adds to the other.
  const left = budgetOf(first!) - quantity * referencePrice;
  expect(budgetOf(second!)).toBeCloseTo(left, 6);
});
