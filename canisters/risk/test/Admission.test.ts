import {
  DEFAULT_LIMITS,
  encodeClaim,
  encodeGrant,
  encodeInvitation,
  encodeLimits,
  encodeObservation,
  encodeRecovery,
  encodeRevocation,
  type ClaimKind,
  type Scope,
} from '@plimsoll/engine';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { FEW_UPDATES, RESERVE_UPDATES } from '../src/Budget.ts';
import { encodeBlob } from '../src/CandidBlob.ts';
import { afloat, AGENT, DAY_MS, OWNER, principalOf, recordIn, STRANGER, told } from './support/Cast.ts';
import { controlFrame, lookAt, wordFrame } from './support/Frames.ts';
import { createMarket, idOf, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk, type UpdateMethod } from './support/Risk.ts';

/* Who is let in, and what a day may cost. */

const market = createMarket(30, 9);
const RECOVERY = principalOf(24);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

/** An owner with one agent and a feed of twenty bars. */
const settledRisk = (): Risk => afloat(wasm, market, 20);

const resume = (number: number): Uint8Array => controlFrame('resume', number);
const tighter = (maxLeverage: number): Uint8Array => encodeLimits({ ...DEFAULT_LIMITS, maxLeverage });
/** A look without news. */
const tick = (number: number): Uint8Array =>
  encodeObservation(lookOf(market, 20, { tick: true, id: idOf(1e6 + number), afterMs: number }));

/** Everything that an owner may need at once; `from` numbers what was not sent before. */
function exits(risk: Risk, from: number): string[] {
  const claim = (claim: ClaimKind): Uint8Array => encodeClaim({ id: idOf(from), claim, owner: OWNER });
  const sent = (method: UpdateMethod, frame: Uint8Array, sender = OWNER): string =>
    told(risk.send(method, frame, sender));
  return [
    sent('halt', controlFrame('halt', from + 1)),
    sent('flatten', controlFrame('flatten', from + 2)),
    sent('set_limits', tighter(from % 19)),
    sent('recover', claim('recover'), RECOVERY),
    sent('cancel_recovery', encodeClaim({ id: idOf(from + 3), claim: 'cancel-recovery', owner: OWNER })),
    sent('revoke', encodeRevocation(AGENT)),
  ];
}
const ALL_TAKEN = new Array<string>(6).fill('record');

describe('a day’s budget', () => {
  it('ends an owner’s acts and not its stops and closed bars; the next day has a new one', () => {
    const risk = settledRisk();
    expect(risk.setPolicy({ ownerUpdatesPerDay: 6n })).toEqual({ ok: null });
    const act = (number: number): string => told(risk.send('resume', resume(number), OWNER));
    const answers = [1, 2, 3, 4, 5, 6].map(act);
    expect(answers).toContain('record');
    expect(answers.at(-1)).toBe('temporary/budget');
    expect(told(lookAt(risk, market, 20))).toBe('record');
    expect(told(risk.send('halt', controlFrame('halt', 11), OWNER))).toBe('record');
    expect(told(risk.send('flatten', controlFrame('flatten', 12), OWNER))).toBe('record');
    expect(told(risk.send('set_limits', tighter(5), OWNER))).toBe('record');
    expect(act(13)).toBe('temporary/budget');
    const midnight = (Math.floor(risk.nowMs / DAY_MS) + 1) * DAY_MS;
    risk.clock.setMs(midnight - 1);
    expect(act(14)).toBe('temporary/budget');
    risk.clock.setMs(midnight);
    expect(act(14)).toBe('record');
  });

  it('counts instructions too, of one owner and of all', () => {
    const risk = settledRisk();
    risk.setPolicy({ ownerInstructionsPerDay: 1_000_000n });
    expect(told(risk.send('resume', resume(1), OWNER))).toBe('temporary/budget');
    expect(told(risk.send('observe', tick(1), AGENT))).toBe('temporary/budget');
    expect(told(lookAt(risk, market, 20))).toBe('record');
    risk.setPolicy({ ownerInstructionsPerDay: 10n ** 12n });
    expect(told(risk.send('resume', resume(2), OWNER))).toBe('record');
    risk.setPolicy({ instructionsPerDay: 1_000_000n });
    expect(told(risk.send('resume', resume(3), OWNER))).toBe('temporary/budget');
    expect(told(risk.send('register', encodeLimits(DEFAULT_LIMITS), STRANGER))).toBe('temporary/budget');
    expect(told(lookAt(risk, market, 21))).toBe('record');
  });

  it('that is used up turns away in the inspection what it refuses, and nothing else', () => {
    const risk = settledRisk();
    const accepts = (method: string, frame: Uint8Array, sender: Uint8Array): boolean =>
      risk.accepts(method, encodeBlob(frame), sender);
    const bar = encodeObservation(lookOf(market, 20));
    const accepted = (): boolean[] => [
      accepts('resume', resume(1), OWNER),
      accepts('observe', tick(1), AGENT),
      accepts('register', encodeLimits(DEFAULT_LIMITS), STRANGER),
      accepts('observe', bar, AGENT),
      accepts('halt', controlFrame('halt', 2), OWNER),
      accepts('halt', controlFrame('halt', 2, 0), AGENT),
      accepts('set_limits', tighter(5), OWNER),
    ];
    expect(accepted()).toEqual([true, true, true, true, true, true, true]);
    risk.setPolicy({ instructionsPerDay: 1n });
    expect(accepted()).toEqual([false, false, false, true, true, true, true]);
  });

  it('of all owners, used up, keeps nobody from stopping, tightening, recovering or closing a bar', () => {
    const risk = settledRisk();
    recordIn(risk.send('set_recovery', encodeRecovery(idOf(900), RECOVERY), OWNER));
    risk.setPolicy({ instructionsPerDay: 1n });
    expect(told(risk.send('observe', tick(1), AGENT))).toBe('temporary/budget');
    expect(told(lookAt(risk, market, 20))).toBe('record');
    expect(exits(risk, 1_000)).toEqual(ALL_TAKEN);
  });

  it(
    'of an owner is not to be used up by keys that are stolen: revoked, of one scope, or for another account',
    { timeout: 120_000 },
    () => {
      const risk = settledRisk();
      recordIn(risk.send('set_recovery', encodeRecovery(idOf(900), RECOVERY), OWNER));
      const grant = (agent: Uint8Array, scopes: readonly Scope[]): void => {
        const expiresMs = risk.nowMs + DAY_MS;
        recordIn(risk.send('grant', encodeGrant({ agent, expiresMs, scopes }), OWNER));
      };
      const [gone, reporter, relay, replacing] = [40, 41, 42, 43].map(principalOf) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      grant(gone, ['relay', 'report', 'request-entry', 'stop']);
      grant(reporter, ['report']);
      grant(relay, ['relay']);
      recordIn(risk.send('revoke', encodeRevocation(gone), OWNER));
      risk.setPolicy({ ownerUpdatesPerDay: 8n });
      const bar = encodeObservation(lookOf(market, 20));
      const elsewhere = encodeObservation({ ...lookOf(market, 20), place: { account: 1, market: 0 } });
      const stop = controlFrame('halt', 30, 0);
      // More than a reserve holds, in bars and in stops.
      for (let i = 0; i <= RESERVE_UPDATES / 2; i++) {
        expect(told(risk.send('observe', bar, gone))).toBe('request/grant-revoked');
        expect(told(risk.send('halt', stop, gone))).toBe('request/grant-revoked');
        if (i % 100 > 0) continue;
        expect(told(risk.send('observe', bar, reporter))).toBe('request/scope');
        risk.send('observe', elsewhere, relay);
      }
      expect(told(risk.send('report', wordFrame(1), reporter))).toBe('record');
      expect(told(lookAt(risk, market, 20))).toBe('record');
      expect(told(risk.send('halt', controlFrame('halt', 31, 0), AGENT))).toBe('record');
      // The owner's own day is as it was: it withdraws the keys, grants another, and stops.
      grant(replacing, ['relay']);
      expect(exits(risk, 1_000)).toEqual(ALL_TAKEN);
    },
  );

  it('of strangers is not that of recoveries', () => {
    const risk = settledRisk();
    recordIn(risk.send('set_recovery', encodeRecovery(idOf(900), RECOVERY), OWNER));
    risk.setPolicy({ ownerUpdatesPerDay: 6n, registration: 'invite' });
    const junk = (): string => told(risk.send('register', encodeLimits(DEFAULT_LIMITS), STRANGER));
    while (junk() !== 'temporary/budget');
    const claim = encodeClaim({ id: idOf(901), claim: 'recover', owner: OWNER });
    // Nor can a stranger draw on it, however often it claims.
    for (let i = 0; i <= FEW_UPDATES; i++)
      expect(told(risk.send('recover', claim, STRANGER))).toBe('request/not-recovery');
    expect(told(risk.send('recover', claim, RECOVERY))).toBe('record');
  });
});

describe('registration', () => {
  it('by invitation takes each code once, told to the canister as its hash', () => {
    const risk = new Risk(wasm, START_MS);
    risk.setPolicy({ registration: 'invite' });
    const code = idOf(12_345);
    const invited = encodeInvitation(code, DEFAULT_LIMITS);
    expect(told(risk.send('register', encodeLimits(DEFAULT_LIMITS), OWNER))).toBe('request/invite-needed');
    expect(told(risk.send('register', invited, OWNER))).toBe('request/invite-unknown');
    const hash = createHash('sha256').update(code).digest();
    expect(risk.setPolicy({ addInvites: [hash] })).toEqual({ ok: null });
    expect(told(risk.send('register', invited, OWNER))).toBe('record');
    expect(told(risk.send('register', invited, STRANGER))).toBe('request/invite-unknown');
    expect(risk.setPolicy({ addInvites: [hash.subarray(1)] })).toMatchObject({
      err: expect.any(String) as string,
    });
  });

  it('takes codes back; a change of which anything is refused changes nothing', () => {
    const risk = new Risk(wasm, START_MS);
    const hashOf = (number: number): Uint8Array => createHash('sha256').update(idOf(number)).digest();
    const many = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => hashOf(100 + i));
    const invited = (number: number): Uint8Array => encodeInvitation(idOf(number), DEFAULT_LIMITS);
    risk.setPolicy({ registration: 'invite', addInvites: [hashOf(1), hashOf(2)] });
    expect(risk.setPolicy({ removeInvites: [hashOf(1)] })).toEqual({ ok: null });
    expect(told(risk.send('register', invited(1), STRANGER))).toBe('request/invite-unknown');
    const before = risk.policy();
    for (const refused of [
      { addInvites: [hashOf(3).subarray(1)] },
      { addInvites: many(1_001) },
      { removeInvites: [hashOf(2), new Uint8Array(5)] },
      { retentionDays: 6 },
    ]) {
      const change = { removeInvites: [hashOf(2)], registration: 'open', ...refused } as const;
      expect(risk.setPolicy(change)).toMatchObject({
        err: expect.stringContaining('out-of-domain') as string,
      });
      expect(risk.policy()).toEqual(before);
    }
    expect(told(risk.send('register', invited(2), STRANGER))).toBe('record');
    // As many as may wait, and one for one of them.
    expect(risk.setPolicy({ addInvites: many(1_000) })).toEqual({ ok: null });
    expect(risk.setPolicy({ addInvites: [hashOf(4)] })).toMatchObject({ err: expect.any(String) as string });
    const exchanged = { removeInvites: [hashOf(100), hashOf(9)], addInvites: [hashOf(4), hashOf(101)] };
    expect(risk.setPolicy(exchanged)).toEqual({ ok: null });
    expect(risk.policy().invites_waiting).toBe(1_000);
  });

  it('that is closed turns newcomers away in the inspection', () => {
    const risk = new Risk(wasm, START_MS);
    const accepts = (): boolean =>
      risk.accepts('register', encodeBlob(encodeLimits(DEFAULT_LIMITS)), STRANGER);
    expect(accepts()).toBe(true);
    risk.setPolicy({ registration: 'closed' });
    expect(accepts()).toBe(false);
  });

  it('survives upgrades: the policy, its codes, and who is registered', () => {
    const risk = new Risk(wasm, START_MS);
    risk.setPolicy({ registration: 'invite', addInvites: [createHash('sha256').update(idOf(7)).digest()] });
    risk.upgrade();
    expect(told(risk.send('register', encodeLimits(DEFAULT_LIMITS), OWNER))).toBe('request/invite-needed');
    expect(told(risk.send('register', encodeInvitation(idOf(7), DEFAULT_LIMITS), OWNER))).toBe('record');
  });
});
