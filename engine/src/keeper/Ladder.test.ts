import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../Limits.ts';
import type { FeedKind } from '../History.ts';
import { createKeeper, withAccount, type AccountState, type Keeper } from './Keeper.ts';
import { changeMode, STEPS } from './Ladder.ts';
import type { Mode } from './Mode.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 100 * DAY_MS;

function accountAs(kind: FeedKind, mode: Mode, more: Partial<AccountState> = {}): AccountState {
  return {
    account: 0,
    halted: false,
    manual: false,
    kind,
    venue: 'binance-usdm',
    accountHash: new Uint8Array(32),
    mode,
    modeSinceMs: 0,
    decisions: 1_000_000,
    plans: 1_000_000,
    timeMs: 0,
    equityUsdt: 0,
    peakUsdt: 0,
    day: 0,
    dayStartUsdt: 0,
    losses: 0,
    realisedUsdt: 0,
    breaker: null,
    breakerUntilMs: 0,
    coolUntilMs: 0,
    takeoverUsdt: 0,
    markets: [],
    ...more,
  };
}

const keeperOf = (...accounts: AccountState[]): Keeper =>
  accounts.reduce(withAccount, createKeeper(Uint8Array.of(1), DEFAULT_LIMITS));

/** What becomes of a step: the mode it leads to, or why it is refused. */
function step(keeper: Keeper, mode: Mode, evidence: number | null = null, account = 0): string {
  try {
    const next = changeMode(keeper, { id: new Uint8Array(16), account, mode, evidence }, NOW_MS);
    return next.accounts.find((one) => one.account === account)!.mode;
  } catch (error) {
    return (error as { leaf: string }).leaf;
  }
}

/** The step's own record, and one short of it in each of its conditions. */
function around({ days, decisions, plans }: (typeof STEPS)['paper']) {
  const enough = { modeSinceMs: NOW_MS - days * DAY_MS, decisions, plans };
  return {
    enough,
    short: [
      { ...enough, modeSinceMs: enough.modeSinceMs + 1 },
      { ...enough, decisions: decisions - 1 },
      ...(plans > 0 ? [{ ...enough, plans: plans - 1 }] : []),
    ],
  };
}

describe('a step up the ladder', () => {
  it.each([
    ['advisory', 'paper', 'paper'],
    ['advisory', 'paper', 'live'],
    ['paper', 'live', 'paper'],
  ] as const)(
    'from %s to %s on a %s feed needs days, decisions and plans, each of them',
    (from, to, kind) => {
      const { enough, short } = around(STEPS[to]);
      expect(step(keeperOf(accountAs(kind, from, enough)), to)).toBe(to);
      for (const record of short)
        expect(step(keeperOf(accountAs(kind, from, record)), to)).toBe('mode-record');
    },
  );

  it('is one step, never two', () => {
    expect(step(keeperOf(accountAs('paper', 'advisory')), 'live')).toBe('mode-step');
  });

  it.each(['replay', 'localnet'] as const)('never counts the record of a %s feed', (kind) => {
    expect(step(keeperOf(accountAs(kind, 'advisory')), 'paper')).toBe('mode-evidence');
    expect(step(keeperOf(accountAs(kind, 'paper')), 'live')).toBe('mode-evidence');
    const shown = accountAs(kind, 'paper', { account: 1 });
    expect(step(keeperOf(accountAs('live', 'paper'), shown), 'live', 1)).toBe('mode-evidence');
  });

  it('to live of an account with real money rests on a paper account’s record in mode paper', () => {
    const real = accountAs('live', 'paper');
    expect(step(keeperOf(real), 'live')).toBe('mode-evidence');
    expect(step(keeperOf(real, accountAs('paper', 'paper', { account: 1 })), 'live', 1)).toBe('live');
    expect(step(keeperOf(real, accountAs('paper', 'advisory', { account: 1 })), 'live', 1)).toBe(
      'mode-evidence',
    );
    expect(step(keeperOf(real), 'live', 7)).toBe('mode-evidence');
  });

  it('waits while a violation or an ambiguity is open', () => {
    const keeper = keeperOf(accountAs('paper', 'advisory'));
    const open = [{ sequence: 4, account: 0, report: 'violation', decision: 2 }] as const;
    expect(step({ ...keeper, open }, 'paper')).toBe('mode-open-reports');
  });
});

describe('a step down the ladder', () => {
  it.each([
    ['live', 'paper'],
    ['live', 'advisory'],
    ['paper', 'advisory'],
  ] as const)('from %s to %s is immediate, whatever the record, and the record begins anew', (from, to) => {
    const open = [{ sequence: 4, account: 0, report: 'violation', decision: 2 }] as const;
    const keeper = { ...keeperOf(accountAs('live', from, { modeSinceMs: NOW_MS })), open };
    expect(step(keeper, to)).toBe(to);
    const change = { id: new Uint8Array(16), account: 0, mode: to, evidence: null };
    expect(changeMode(keeper, change, NOW_MS).accounts[0]).toMatchObject({
      modeSinceMs: NOW_MS,
      decisions: 0,
      plans: 0,
    });
  });
});
