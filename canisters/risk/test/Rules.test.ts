import {
  BAR_MS,
  encodeClaim,
  encodeConfirmation,
  encodeGrant,
  encodeHistory,
  encodeObservation,
  encodeRecovery,
  encodeRevocation,
  instrumentHash,
  type Answer,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  afloat,
  AGENT,
  DAY_MS,
  enrol,
  OTHER_AGENT,
  OWNER,
  principalOf,
  recordIn,
  told,
  warm,
  WARM_UP,
} from './support/Cast.ts';
import { controlFrame, lookAt } from './support/Frames.ts';
import { createMarket, historyOf, ICP_PERPETUAL, idOf, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';
import type { AccountRow, AgentRow } from './support/Views.ts';

const market = createMarket(60, 9);
const RECOVERY = principalOf(30);
const SECOND = principalOf(31);
const lateMs = START_MS + 3650 * DAY_MS;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

/** An owner with one agent and a feed of twenty bars. */
const settledRisk = (): Risk => afloat(wasm, market, 20);

describe('a jump', () => {
  const jumped = (index: number): Uint8Array => {
    const seen = lookOf(market, index);
    const close = 3 * seen.bars[0]!.close;
    const bar = { ...seen.bars[0]!, high: close, close };
    return encodeObservation({ ...seen, bars: [bar], markPrice: close });
  };
  const confirm = (risk: Risk, barMs: number, id: number, market = 0): string =>
    told(
      risk.send(
        'confirm_jump',
        encodeConfirmation({ id: idOf(id), place: { account: 0, market }, barMs }),
        OWNER,
      ),
    );

  it('is quarantined until the owner has vouched for that very bar, and then goes on record', () => {
    const risk = settledRisk();
    const { timeMs } = market.bars[20]!;
    expect(told(risk.send('observe', jumped(20), AGENT))).toBe('temporary/quarantined');
    expect(confirm(risk, timeMs - BAR_MS, 41)).toBe('record');
    expect(told(risk.send('observe', jumped(20), AGENT))).toBe('temporary/quarantined');
    expect(confirm(risk, timeMs, 42)).toBe('record');
    expect(confirm(risk, timeMs, 43, 1)).toBe('request/no-history');
    // The word outlives an upgrade.
    risk.upgrade();
    expect(told(risk.send('observe', jumped(20), AGENT))).toBe('record');
    const records = Number(risk.standing(OWNER, OWNER)!.records);
    expect(confirm(risk, timeMs, 42)).toBe('record');
    expect(Number(risk.standing(OWNER, OWNER)!.records)).toBe(records);
  });
});

describe('recovery', () => {
  it('hands the account over after seven days, agents withdrawn, rules and log as they were', () => {
    const risk = settledRisk();
    const claim = (number: number): Answer =>
      risk.send('recover', encodeClaim({ id: idOf(number), claim: 'recover', owner: OWNER }), RECOVERY);
    recordIn(risk.send('set_recovery', encodeRecovery(idOf(50), RECOVERY), OWNER));
    recordIn(risk.send('halt', controlFrame('halt', 51), OWNER));
    expect(told(claim(52))).toBe('record');
    risk.clock.setMs(risk.nowMs + 7 * DAY_MS - 1);
    expect(told(claim(53))).toBe('temporary/recovery-waits');
    risk.clock.setMs(risk.nowMs + 1);
    const record = recordIn(claim(54));
    // The log runs on under the founder's name.
    expect(record.owner).toEqual(OWNER);
    expect(told(risk.send('resume', controlFrame('resume', 55), OWNER))).toBe('request/not-owner');
    expect(told(lookAt(risk, market, 20))).toBe('request/grant-revoked');
    const keeper = risk.keeper(OWNER, RECOVERY)!;
    expect(keeper).toMatchObject({ halted: true, owner: RECOVERY, recovery: null });
    expect(risk.keeper(OWNER, OWNER)).toBeUndefined();
    risk.upgrade();
    expect(told(risk.send('resume', controlFrame('resume', 56), RECOVERY))).toBe('record');
  });

  it('is stopped by the owner at any time before', () => {
    const risk = settledRisk();
    recordIn(risk.send('set_recovery', encodeRecovery(idOf(60), RECOVERY), OWNER));
    const claim = (number: number): string =>
      told(risk.send('recover', encodeClaim({ id: idOf(number), claim: 'recover', owner: OWNER }), RECOVERY));
    expect(claim(61)).toBe('record');
    risk.clock.setMs(risk.nowMs + 7 * DAY_MS);
    const cancel = encodeClaim({ id: idOf(62), claim: 'cancel-recovery', owner: OWNER });
    recordIn(risk.send('cancel_recovery', cancel, OWNER));
    // A new claim begins a new wait.
    expect(claim(63)).toBe('record');
    expect(claim(64)).toBe('temporary/recovery-waits');
  });
});

describe('the relay lease', () => {
  it('lets one agent steer at a time, says when it is free, and is free at once when the holder is revoked', () => {
    const risk = settledRisk();
    recordIn(risk.send('grant', encodeGrant({ agent: SECOND, expiresMs: lateMs }), OWNER));
    expect(told(lookAt(risk, market, 20))).toBe('record');
    const heldFrom = risk.nowMs;
    risk.clock.setMs(heldFrom + 119_999);
    const refused = lookAt(risk, market, 21, SECOND);
    expect(told(refused)).toBe('temporary/lease');
    expect(refused.kind === 'error' && refused.message).toContain(String(heldFrom + 120_000));
    risk.clock.setMs(heldFrom + 120_000);
    expect(told(lookAt(risk, market, 21, SECOND))).toBe('record');
    expect(told(lookAt(risk, market, 22))).toBe('temporary/lease');
    recordIn(risk.send('revoke', encodeRevocation(SECOND), OWNER));
    expect(told(lookAt(risk, market, 22))).toBe('record');
  });

  it('is not freed by an upgrade that forgets the ticks which renewed it', () => {
    const risk = settledRisk();
    recordIn(risk.send('grant', encodeGrant({ agent: SECOND, expiresMs: lateMs }), OWNER));
    expect(told(lookAt(risk, market, 20))).toBe('record');
    risk.clock.advanceMs(100_000);
    const tick = lookOf(market, 20, { tick: true });
    expect(told(risk.send('observe', encodeObservation(tick), AGENT))).toBe('tick');
    const heardMs = risk.nowMs;
    risk.clock.advanceMs(50_000);
    risk.upgrade();
    const upgradedMs = risk.nowMs;
    // The record alone would have freed it by now.
    expect(told(lookAt(risk, market, 21, SECOND))).toBe('temporary/lease');
    expect(upgradedMs).toBeGreaterThanOrEqual(heardMs);
    risk.clock.setMs(upgradedMs + 120_000);
    expect(told(lookAt(risk, market, 21, SECOND))).toBe('record');
  });

  it('shows after an upgrade that an agent was silent before it', () => {
    const risk = settledRisk();
    lookAt(risk, market, 20);
    const row = (): AgentRow => risk.view<AgentRow>('agents', OWNER, OWNER)[0]!;
    // A bar later at the latest it would have been on record again.
    risk.clock.advanceMs(300_000 + 180_001);
    risk.upgrade();
    expect(row().silent).toBe(true);
  });

  it('shows who was heard of when, and who has fallen silent', () => {
    const risk = settledRisk();
    lookAt(risk, market, 20);
    const lastMs = BigInt(risk.nowMs);
    const row = (): AgentRow => risk.view<AgentRow>('agents', OWNER, OWNER)[0]!;
    expect(row()).toMatchObject({
      last_relay_ms: [lastMs],
      lease_until_ms: [lastMs + 120_000n],
      silent: false,
    });
    risk.clock.setMs(risk.nowMs + 180_000);
    expect(row()).toMatchObject({ lease_until_ms: [], silent: false });
    risk.clock.setMs(risk.nowMs + 1);
    expect(row().silent).toBe(true);
  });
});

describe('several markets', () => {
  it('have a desk each, share the portfolio’s budget and survive an upgrade', () => {
    const long = createMarket(WARM_UP + 4, 3);
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    warm(risk, long);
    const second = { account: 0, market: 1 };
    const other = {
      ...historyOf(long, WARM_UP, 'replay', idOf(70)),
      place: second,
      instrument: { ...ICP_PERPETUAL, symbol: 'SOLUSDT' },
    };
    recordIn(risk.send('load_history', encodeHistory(other), AGENT));
    const position = {
      side: 1,
      quantity: 3_000,
      entryPrice: long.bars[WARM_UP]!.close,
      walletUsdt: 9_000,
      venueLiquidationPrice: 0,
      openedMs: START_MS,
    } as const;
    const seen = lookOf(long, WARM_UP, { position, restingStopPrice: 1 });
    recordIn(risk.send('observe', encodeObservation(seen), AGENT));
    risk.upgrade();
    const { instrument } = other;
    const looked = {
      ...lookOf(long, WARM_UP),
      id: idOf(71),
      place: second,
      instrument,
      instrumentHash: instrumentHash(instrument),
    };
    expect(told(risk.send('observe', encodeObservation(looked), AGENT))).toBe('record');
    const [account] = risk.view<AccountRow>('portfolio', OWNER, OWNER);
    expect(account!.markets.map(({ symbol, side }) => [symbol, side])).toEqual([
      ['ICPUSDT', 1],
      ['SOLUSDT', 0],
    ]);
    expect(account!.gross_usdt).toBeCloseTo(3_000 * seen.markPrice, 6);
    expect(account!.decisions_in_mode).toBe(2);
  });

  it('are pinned: another symbol, kind or account at the same place is refused', () => {
    const risk = settledRisk();
    const load = (changes: object): string =>
      told(
        risk.send(
          'load_history',
          encodeHistory({ ...historyOf(market, 20, 'replay', idOf(80)), ...changes }),
          AGENT,
        ),
      );
    expect(load({ instrument: { ...ICP_PERPETUAL, symbol: 'BTCUSDT' } })).toBe('request/other-market');
    expect(load({ kind: 'localnet' as const })).not.toBe('record');
    expect(load({ venue: 'elsewhere' })).toBe('request/other-account');
    expect(load({ place: { account: 0, market: 1 } })).toBe('request/other-market');
    expect(load({ place: { account: 1, market: 0 } })).toBe('request/other-account');
  });
});

it('an agent of another owner is not known here', () => {
  const risk = settledRisk();
  expect(told(lookAt(risk, market, 20, OTHER_AGENT))).toBe('request/not-granted');
});
