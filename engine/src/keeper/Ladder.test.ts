import { describe, expect, test } from 'vitest';
import {
  createKeeper,
  DEFAULT_LIMITS,
  pinPlace,
  STEPS,
  type AccountState,
  type FeedKind,
  type Keeper,
  type Mode,
} from '../index.ts';
import { historyOf, idOf } from '../../test/market.ts';
import { OWNER, shortBars, T0 } from '../../test/KeeperActs.ts';
import { refusal } from '../../test/Stage.ts';
import { changeMode } from './Ladder.ts';

const DAY_MS = 86_400_000;

/** One account of each kind, 0 to 3, all of them in this mode for so long and with so much on record. */
const KINDS: readonly FeedKind[] = ['live', 'paper', 'replay', 'localnet'];
function keeperWith(changes: Partial<AccountState>): Keeper {
  const pinned = KINDS.reduce(
    (keeper, kind, account) => {
      const accountHash = new Uint8Array(32).fill(account);
      return pinPlace(keeper, historyOf(shortBars, { kind, accountHash, place: { account, market: 0 } }), T0);
    },
    createKeeper(OWNER, DEFAULT_LIMITS),
  );
  return {
    ...pinned,
    accounts: pinned.accounts.map((account) => ({ ...account, modeSinceMs: T0, ...changes })),
  };
}

/** The mode that account 0 or another one is in after asking for one. */
function asked(keeper: Keeper, mode: Mode, days: number, account = 0, evidence: number | null = null): Mode {
  const change = { id: idOf(1), account, mode, evidence };
  return changeMode(keeper, change, T0 + days * DAY_MS).accounts[account]!.mode;
}

const leaf = (act: () => unknown): string => refusal(act).leaf;

describe('a step up the ladder', () => {
  test.each([
    ['paper', 'advisory', 1],
    ['live', 'paper', 1],
  ] as const)('to %s wants every part of its record on the step below', (mode, below, account) => {
    const { days, decisions, plans } = STEPS[mode];
    const enough = { mode: below, decisions, plans };
    expect(asked(keeperWith(enough), mode, days, account)).toBe(mode);
    expect(leaf(() => asked(keeperWith(enough), mode, days - 1e-6, account))).toBe('mode-record');
    expect(leaf(() => asked(keeperWith({ ...enough, decisions: decisions - 1 }), mode, days, account))).toBe(
      'mode-record',
    );
    if (plans > 0) {
      expect(leaf(() => asked(keeperWith({ ...enough, plans: plans - 1 }), mode, days, account))).toBe(
        'mode-record',
      );
    }
  });

  test('goes one step at a time, and starts its record anew', () => {
    const keeper = keeperWith({ mode: 'advisory', decisions: 9_999, plans: 99 });
    expect(leaf(() => asked(keeper, 'live', 100))).toBe('mode-step');
    const next = changeMode(
      keeper,
      { id: idOf(1), account: 0, mode: 'paper', evidence: null },
      T0 + 3 * DAY_MS,
    );
    expect(next.accounts[0]).toMatchObject({
      mode: 'paper',
      modeSinceMs: T0 + 3 * DAY_MS,
      decisions: 0,
      plans: 0,
    });
  });

  test('to live may show the record of another account, on paper only, and a replay or home-made one never', () => {
    const keeper = keeperWith({ mode: 'paper', decisions: 9_999, plans: 99 });
    expect(asked(keeper, 'live', 20, 0, 1)).toBe('live');
    // A live feed's own days in mode paper are no paper trading; replays and home-made feeds count for nothing.
    for (const evidence of [null, 0, 2, 3, 7]) {
      expect(leaf(() => asked(keeper, 'live', 20, 0, evidence))).toBe('mode-evidence');
    }
    for (const account of [2, 3]) {
      const advised = keeperWith({ mode: 'advisory', decisions: 9_999 });
      expect(leaf(() => asked(advised, 'paper', 20, account))).toBe('mode-evidence');
    }
  });

  test('is not taken while a violation or an ambiguity is open', () => {
    const open = [{ sequence: 5, account: 3, report: 'violation', decision: 1 }] as const;
    const keeper = { ...keeperWith({ mode: 'advisory', decisions: 9_999 }), open };
    expect(leaf(() => asked(keeper, 'paper', 20))).toBe('mode-open-reports');
    expect(asked({ ...keeper, open: [] }, 'paper', 20)).toBe('paper');
  });
});

describe('a step down', () => {
  test('is immediate from wherever, whatever is open, and staying changes nothing', () => {
    const keeper = keeperWith({ mode: 'live' });
    expect(asked(keeper, 'advisory', 0)).toBe('advisory');
    expect(asked(keeper, 'paper', 0)).toBe('paper');
    expect(changeMode(keeper, { id: idOf(1), account: 0, mode: 'live', evidence: null }, T0)).toBe(keeper);
    expect(leaf(() => asked(keeper, 'paper', 0, 9))).toBe('no-history');
  });
});
