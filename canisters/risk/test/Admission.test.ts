import { DEFAULT_LIMITS, encodeInvitation, encodeLimits } from '@plimsoll/engine';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { afloat, DAY_MS, OWNER, STRANGER, told } from './support/Cast.ts';
import { controlFrame, lookAt } from './support/Frames.ts';
import { createMarket, idOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

/* Who is let in, and what a day may cost. */

const market = createMarket(30, 9);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

/** An owner with one agent and a feed of twenty bars. */
const settledRisk = (): Risk => afloat(wasm, market, 20);

describe('a day’s budget', () => {
  it('ends an owner’s acts and not its stops and closed bars; the next day has a new one', () => {
    const risk = settledRisk();
    expect(risk.setPolicy({ ownerUpdatesPerDay: 6n })).toEqual({ ok: null });
    const wish = (maxLeverage: number): string =>
      told(risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage }), OWNER));
    const answers = [19, 18, 17, 16, 15, 14].map(wish);
    expect(answers).toContain('record');
    expect(answers.at(-1)).toBe('temporary/budget');
    expect(told(lookAt(risk, market, 20))).toBe('record');
    expect(told(risk.send('halt', controlFrame('halt', 1), OWNER))).toBe('record');
    expect(told(risk.send('flatten', controlFrame('flatten', 2), OWNER))).toBe('record');
    expect(told(risk.send('resume', controlFrame('resume', 3), OWNER))).toBe('temporary/budget');
    const midnight = (Math.floor(risk.nowMs / DAY_MS) + 1) * DAY_MS;
    risk.clock.setMs(midnight - 1);
    expect(wish(13)).toBe('temporary/budget');
    risk.clock.setMs(midnight);
    expect(wish(13)).toBe('record');
  });

  it('counts instructions too, of one owner and of all', () => {
    const risk = settledRisk();
    expect(told(lookAt(risk, market, 20))).toBe('record');
    risk.setPolicy({ instructionsPerDay: 1_000_000n });
    expect(told(risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 3 }), OWNER))).toBe(
      'temporary/budget',
    );
    expect(told(risk.send('register', encodeLimits(DEFAULT_LIMITS), STRANGER))).toBe('temporary/budget');
    expect(told(lookAt(risk, market, 21))).toBe('record');
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

  it('survives upgrades: the policy, its codes, and who is registered', () => {
    const risk = new Risk(wasm, START_MS);
    risk.setPolicy({ registration: 'invite', addInvites: [createHash('sha256').update(idOf(7)).digest()] });
    risk.upgrade();
    expect(told(risk.send('register', encodeLimits(DEFAULT_LIMITS), OWNER))).toBe('request/invite-needed');
    expect(told(risk.send('register', encodeInvitation(idOf(7), DEFAULT_LIMITS), OWNER))).toBe('record');
  });
});
