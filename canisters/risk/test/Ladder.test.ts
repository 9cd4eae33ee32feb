import {
  BAR_MS,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeModeChange,
  encodeObservation,
  encodeReport,
  encodeResolution,
  FLAT,
  STEPS,
  type Mode,
  type Observation,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, DAY_MS, enrol, OTHER_AGENT, OWNER, recordIn, told, WARM_UP } from './support/Cast.ts';
import { createMarket, historyOf, ICP_PERPETUAL, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';
import type { AccountRow } from './support/Views.ts';

/** The whole climb takes two minutes: `npm run campaign -- canister-ladder`. Here it goes as far as paper. */
const IS_WHOLE = process.env['LADDER_WHOLE'] === '1';

const HOUR_BARS = 12;
const HOURS = 24 * (STEPS.paper.days + (IS_WHOLE ? STEPS.live.days + 2 : 0)) + 4;
const market = createMarket(WARM_UP + HOURS * HOUR_BARS, 13);
/** Looks on record in an hour: one that closes its bars, and ticks that ask for a record. */
const LOOKS_AN_HOUR = 9;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

let id = 1e6;

/** An owner whose account 0 has a warm feed of this kind. */
function afloat(kind: 'paper' | 'replay'): Risk {
  const risk = new Risk(wasm, START_MS + WARM_UP * BAR_MS);
  enrol(risk);
  recordIn(risk.send('load_history', encodeHistory(historyOf(market, WARM_UP, kind)), AGENT));
  return risk;
}

function step(risk: Risk, mode: Mode, evidence: number | null = null, account = 0): string {
  const change = encodeModeChange({ id: idOf(id++), account, mode, evidence });
  return told(risk.send('set_mode', change, OWNER));
}

const account = (risk: Risk): AccountRow => risk.view<AccountRow>('portfolio', OWNER, OWNER)[0]!;

/** One hour of the market: a look at its twelve bars, and ticks between. */
function sailHour(risk: Risk, hour: number): void {
  const end = WARM_UP + (hour + 1) * HOUR_BARS;
  const bars = market.bars.slice(end - HOUR_BARS, end);
  const last = lookOf(market, end - 1, { id: idOf(id++) });
  const settlements = market.settlements.filter(
    ({ timeMs }) => timeMs > bars[0]!.timeMs && timeMs <= last.timeMs,
  );
  const seen = (look: Observation): void => {
    risk.clock.setMs(Math.max(risk.nowMs, look.timeMs + 1));
    recordIn(risk.send('observe', encodeObservation(look), AGENT));
  };
  seen({ ...last, bars, leaderBars: market.leaderBars.slice(end - HOUR_BARS, end), settlements });
  for (let i = 1; i < LOOKS_AN_HOUR; i++) {
    const tick = lookOf(market, end - 1, { id: idOf(id++), tick: true, afterMs: i * 20_000 });
    seen({ ...tick, position: FLAT, onRecord: true });
  }
}

/** A wish; whether a plan came of it. */
function wish(risk: Risk): boolean {
  const before = account(risk).plans_in_mode;
  const timeMs = Number(account(risk).feed_time_ms);
  risk.send('intent', encodeIntent(wishOf(timeMs + 2_000, idOf(id++), 1, 100)), AGENT);
  return account(risk).plans_in_mode > before;
}

describe('the ladder from advice to real orders', () => {
  it('is climbed one step at a time, each on its days, decisions and plans; down is immediate from anywhere', () => {
    const risk = afloat('paper');
    expect(account(risk)).toMatchObject({ mode: 'advisory', decisions_in_mode: 0 });
    expect(step(risk, 'live')).toBe('request/mode-step');
    let hour = 0;
    // Enough decisions come before enough days.
    for (; account(risk).decisions_in_mode < STEPS.paper.decisions; hour++) {
      expect(step(risk, 'paper')).toBe('temporary/mode-record');
      sailHour(risk, hour);
    }
    expect(hour).toBeLessThan(24 * STEPS.paper.days);
    for (; hour < 24 * STEPS.paper.days; hour++) {
      expect(step(risk, 'paper')).toBe('temporary/mode-record');
      sailHour(risk, hour);
    }
    expect(step(risk, 'live')).toBe('request/mode-step');

    const report = {
      place: { account: 0, market: 0 },
      report: 'violation',
      decision: 3,
      timeMs: START_MS,
    } as const;
    const violation = encodeReport({
      ...report,
      id: idOf(id++),
      side: 1,
      quantity: 1,
      price: 1,
      code: 'odd',
    });
    const { sequence } = recordIn(risk.send('report', violation, AGENT));
    expect(step(risk, 'paper')).toBe('request/mode-open-reports');
    recordIn(risk.send('resolve', encodeResolution(idOf(id++), sequence), OWNER));
    expect(step(risk, 'paper')).toBe('record');
    expect(account(risk)).toMatchObject({ mode: 'paper', decisions_in_mode: 0, plans_in_mode: 0 });
    risk.upgrade();
    expect(step(risk, 'live')).toBe('temporary/mode-record');
    if (!IS_WHOLE) return;

    const from = hour;
    let plans = 0;
    for (; hour < from + 24 * STEPS.live.days; hour++) {
      if (hour % 40 === 0) expect(step(risk, 'live')).toBe('temporary/mode-record');
      sailHour(risk, hour);
      // One plan short of enough.
      if (plans < STEPS.live.plans - 1 && wish(risk)) plans++;
    }
    expect(account(risk).decisions_in_mode).toBeGreaterThanOrEqual(STEPS.live.decisions);
    expect(plans).toBe(STEPS.live.plans - 1);
    expect(step(risk, 'live')).toBe('temporary/mode-record');
    for (; plans < STEPS.live.plans; hour++) {
      sailHour(risk, hour);
      if (wish(risk)) plans++;
    }
    expect(step(risk, 'live')).toBe('record');
    expect(account(risk)).toMatchObject({ mode: 'live', decisions_in_mode: 0, plans_in_mode: 0 });
    risk.upgrade();
    expect(account(risk).mode).toBe('live');

    // The owner's own record shows it, certified with the head.
    expect(risk.keeper(OWNER, OWNER)!.accounts[0]).toMatchObject({ mode: 'live' });
    expect(step(risk, 'advisory')).toBe('record');
    expect(account(risk).mode).toBe('advisory');
    expect(step(risk, 'paper')).toBe('temporary/mode-record');
  }, 600_000);

  it('takes no record of a replay or a home-made venue, however long, and none of another mode', () => {
    const risk = afloat('replay');
    for (let hour = 0; hour < 70; hour++) sailHour(risk, hour);
    risk.clock.advanceMs(30 * DAY_MS);
    expect(account(risk).decisions_in_mode).toBeGreaterThan(STEPS.paper.decisions);
    expect(step(risk, 'paper')).toBe('request/mode-evidence');
    // Nor does a live account go live on the record of that one.
    const grant = { agent: OTHER_AGENT, expiresMs: risk.nowMs + 99 * DAY_MS, account: 1 };
    recordIn(risk.send('grant', encodeGrant(grant), OWNER));
    const live = {
      ...historyOf(market, WARM_UP, 'localnet', idOf(id++)),
      place: { account: 1, market: 0 },
      accountHash: new Uint8Array(32).fill(8),
      instrument: ICP_PERPETUAL,
    };
    risk.clock.setMs(risk.nowMs + 1);
    const loaded = told(risk.send('load_history', encodeHistory(live), OTHER_AGENT));
    expect(loaded === 'record' || loaded === 'request/clock-late').toBe(true);
    if (loaded === 'record') expect(step(risk, 'paper', 0, 1)).toBe('request/mode-evidence');
    expect(step(risk, 'live', 0)).toBe('request/mode-step');
  });
});
