import { EngineError } from '@plimsoll/engine';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AGENTS,
  draw,
  FEW_UPDATES,
  FORMER,
  NEWCOMERS,
  OWN,
  RECOVERY,
  RESERVE_UPDATES,
  spend,
  type Purse,
  type Urgency,
} from './Budget.ts';
import { MAX_OWNERS } from './Owners.ts';

const DAY_MS = 86_400_000;

const policy = vi.hoisted(() => ({
  ownerUpdatesPerDay: 5,
  ownerInstructionsPerDay: 1e9,
  instructionsPerDay: 1e15,
}));
vi.mock('./Policy.ts', () => ({ policy: () => policy }));
vi.mock('./Cycles.ts', () => ({ watchCycles: vi.fn() }));
vi.mock('./Owners.ts', () => ({ MAX_OWNERS: 100_000 }));

/** Each test has a day of its own, and so a budget that nobody has drawn on. */
let nowMs = 20_000 * DAY_MS;
beforeEach(() => {
  nowMs += DAY_MS;
  policy.instructionsPerDay = 1e15;
});

/** Sends one message; whether there was room for it. */
function send(slot: number, purse: Purse, urgency: Urgency = 'act', instructions = 1): boolean {
  const paid = { updates: 0, instructions: 0 };
  try {
    draw(paid, slot, purse, urgency, nowMs);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return false;
  } finally {
    spend(paid, instructions);
  }
}

/** How many of so many messages there was room for. */
function taken(most: number, slot: number, purse: Purse, urgency: Urgency): number {
  let count = 0;
  for (let i = 0; i < most; i++) if (send(slot, purse, urgency)) count++;
  return count;
}

describe('a day', () => {
  it('has so many messages of an owner and no more, and the next day as many again', () => {
    expect(taken(9, 3, OWN, 'act')).toBe(5);
    nowMs += DAY_MS;
    expect(taken(9, 3, OWN, 'act')).toBe(5);
  });

  it('has so many instructions of an owner, and of all', () => {
    expect(send(3, OWN, 'act', 1e9)).toBe(true);
    expect(send(3, OWN)).toBe(false);
    expect(send(4, OWN)).toBe(true);
    policy.instructionsPerDay = 1e9;
    expect(send(4, OWN)).toBe(false);
    expect(send(4, OWN, 'stop')).toBe(true);
  });

  it('of an owner is not forgotten however many others register and act', () => {
    expect(taken(9, 7, AGENTS, 'tick')).toBe(5);
    for (let slot = NEWCOMERS; slot < MAX_OWNERS; slot++) if (slot !== 7) send(slot, OWN);
    expect(send(7, AGENTS, 'tick')).toBe(false);
    expect(send(MAX_OWNERS - 1, AGENTS, 'tick')).toBe(true);
  });
});

describe('a purse', () => {
  const purses = { OWN, AGENTS, FORMER, RECOVERY };

  it('is not used up by another, in messages, instructions or reserve', () => {
    for (const [name, used] of Object.entries(purses)) {
      nowMs += DAY_MS;
      for (let i = 0; i < FEW_UPDATES; i++) send(11, used, 'act', 1e6);
      for (const urgency of Object.keys(used.reserves) as Urgency[]) {
        expect(taken(RESERVE_UPDATES + 1, 11, used, urgency)).toBe(RESERVE_UPDATES);
      }
      for (const [other, purse] of Object.entries(purses)) {
        expect(send(11, purse), `${other} after ${name}`).toBe(other !== name);
        expect(send(12, purse), `${other} of another owner`).toBe(true);
      }
    }
  });

  it.each([
    ['an owner’s stops', OWN, 'stop', 5 + RESERVE_UPDATES],
    ['an owner’s other acts', OWN, 'act', 5],
    ['closed bars', AGENTS, 'bar', 5 + RESERVE_UPDATES],
    ['agents’ stops', AGENTS, 'stop', 5 + RESERVE_UPDATES],
    ['reports', AGENTS, 'report', 5 + RESERVE_UPDATES],
    ['ticks', AGENTS, 'tick', 5],
    ['reports of former agents', FORMER, 'report', FEW_UPDATES],
    ['recoveries', RECOVERY, 'stop', FEW_UPDATES + RESERVE_UPDATES],
  ] as const)('%s have the day’s messages, and their own reserve if any', (_name, purse, urgency, most) => {
    expect(taken(most + 9, 21, purse, urgency)).toBe(most);
  });

  it('whose one reserve is used up has the others', () => {
    expect(taken(20_000, 31, AGENTS, 'bar')).toBe(5 + RESERVE_UPDATES);
    expect([send(31, AGENTS, 'stop'), send(31, AGENTS, 'report'), send(31, AGENTS, 'bar')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
