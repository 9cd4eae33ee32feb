import { describe, expect, test } from 'vitest';
import {
  assertAgent,
  assertMay,
  encodeHistory,
  encodeIntent,
  encodeObservation,
  grantOf,
  MAX_GRANTS,
  REPORT_GRACE_MS,
  type Keeper,
} from '../index.ts';
import { AGENT, HOUR_MS, OWNER, populated, shortBars, T0 } from '../../test/KeeperActs.ts';
import { historyOf, idOf, observationOf } from '../../test/market.ts';
import { refusal } from '../../test/Stage.ts';
import { grantAgent, isForgotten, revokeAgent, rotateAgent } from './Agents.ts';

const NEW = Uint8Array.of(7, 7);
const moment = { icTimeMs: T0, sequence: 9 };
const grant = (keeper: Keeper, agent: Uint8Array, expiresMs = T0 + HOUR_MS): Keeper =>
  grantAgent(keeper, { agent, expiresMs }, moment);
const leaf = (act: () => unknown): string => refusal(act).leaf;

describe('a grant', () => {
  test('is refused to the owner, to nobody, for a time that is past, and to the ninth', () => {
    expect(leaf(() => grant(populated(), OWNER))).toBe('agent-refused');
    expect(leaf(() => grant(populated(), Uint8Array.of(4)))).toBe('agent-refused');
    expect(leaf(() => grant(populated(), NEW, T0))).toBe('out-of-domain');
    const full = Array.from({ length: MAX_GRANTS - 1 }).reduce<Keeper>(
      (keeper, _, i) => grant(keeper, idOf(i)),
      populated(),
    );
    expect(leaf(() => grant(full, NEW))).toBe('too-many-grants');
    expect(() => grant(revokeAgent(full, AGENT, moment), NEW)).not.toThrow();
  });

  test('given again as it is changes nothing, given otherwise replaces what it was', () => {
    const once = grant(populated(), NEW);
    expect(grant(once, NEW)).toBe(once);
    const longer = grant(once, NEW, T0 + 2 * HOUR_MS);
    expect(longer.grants).toHaveLength(once.grants.length);
  });

  test('moves to another key as it is, and the old key has nothing left', () => {
    const moved = rotateAgent(populated(), AGENT, NEW, moment);
    const [old, held] = [grantOf(moved, AGENT), grantOf(moved, NEW)];
    expect(old!.revokedMs).toBe(T0);
    expect(held).toMatchObject({ revokedMs: 0, expiresMs: old!.expiresMs, scopes: old!.scopes });
    expect(leaf(() => rotateAgent(populated(), AGENT, AGENT, moment))).toBe('agent-refused');
    expect(leaf(() => rotateAgent(populated(), NEW, OWNER, moment))).toBe('not-granted');
    expect(leaf(() => revokeAgent(moved, AGENT, moment))).toBe('not-granted');
  });
});

describe('what an agent may', () => {
  const held = (keeper: Keeper, isOpen: boolean): Keeper => ({
    ...keeper,
    accounts: keeper.accounts.map((account) => ({
      ...account,
      markets: account.markets.map((market) => ({ ...market, side: isOpen ? 1 : 0 })),
    })),
  });
  const report = (keeper: Keeper, icTimeMs: number): void =>
    assertAgent(keeper, AGENT, 'report', 0, icTimeMs);

  test('ends with its grant, but for reports on what is still open, and those after seven days', () => {
    const gone = revokeAgent(populated(), AGENT, moment);
    const last = T0 + REPORT_GRACE_MS;
    expect(() => report(held(gone, true), last - 1)).not.toThrow();
    expect(leaf(() => report(held(gone, true), last))).toBe('grant-revoked');
    expect(leaf(() => report(held(gone, false), T0))).toBe('grant-revoked');
    expect(leaf(() => assertAgent(held(gone, true), AGENT, 'relay', 0, T0))).toBe('grant-revoked');
    const expired = grantAgent(populated(), { agent: AGENT, expiresMs: T0 + 1, scopes: ['relay'] }, moment);
    expect(leaf(() => assertAgent(expired, AGENT, 'relay', 0, T0 + 1))).toBe('grant-expired');
    expect(leaf(() => assertAgent(expired, AGENT, 'stop', 0, T0))).toBe('scope');
    expect(leaf(() => assertAgent(expired, AGENT, 'relay', 1, T0))).toBe('other-account');
    expect(leaf(() => assertAgent(expired, AGENT, 'relay', null, T0))).toBe('other-account');
    expect(leaf(() => assertAgent(expired, NEW, 'relay', 0, T0))).toBe('not-granted');
    const [over] = gone.grants;
    expect([isForgotten(over!, last - 1), isForgotten(over!, last)]).toEqual([false, true]);
  });

  test('a wish is the owner’s or an agent’s with that scope; looks and histories are for relays alone', () => {
    const frames = {
      intent: encodeIntent({ id: idOf(1), timeMs: T0, side: 1, notionalUsdt: 10 }),
      observe: encodeObservation(observationOf(1, [], T0, 10)),
      load_history: encodeHistory(historyOf(shortBars)),
      resume: new Uint8Array(0),
      checkpoint: new Uint8Array(0),
    };
    const may = (method: keyof typeof frames, sender: Uint8Array): void =>
      assertMay(populated(), method, frames[method], sender, T0);
    for (const method of ['intent', 'observe', 'load_history'] as const) {
      expect(() => may(method, AGENT)).not.toThrow();
      expect(leaf(() => may(method, NEW))).toBe('not-granted');
    }
    for (const method of ['observe', 'load_history'] as const) {
      expect(leaf(() => may(method, OWNER))).toBe('not-granted');
    }
    expect(() => may('intent', OWNER)).not.toThrow();
    expect(() => may('checkpoint', OWNER)).not.toThrow();
    expect(leaf(() => may('checkpoint', AGENT))).toBe('not-owner');
    expect(leaf(() => may('resume', AGENT))).toBe('not-owner');
  });
});
