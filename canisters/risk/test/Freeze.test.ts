import {
  DEFAULT_LIMITS,
  encodeGrant,
  encodeHistory,
  encodeLimits,
  encodeObservation,
  encodeRevocation,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { LOW_CYCLES, SCARCE_CYCLES } from '../src/Cycles.ts';
import { AGENT, DAY_MS, enrol, OTHER_AGENT, OWNER, recordIn, STRANGER, told } from './support/Cast.ts';
import { wordFrame } from './support/Frames.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS } from './support/Market.ts';
import { reserveOf } from './support/Reserve.ts';
import { builtWasm, Risk } from './support/Risk.ts';

const HOUR_MS = 3_600_000;
const market = createMarket(40, 83);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

/** The canister has swept once more, and knows its reserve. */
function hourLater(risk: Risk): void {
  risk.clock.advanceMs(HOUR_MS + 1_000);
  risk.subnet.run();
}

function metric(risk: Risk, name: string): number {
  const text = Buffer.from(risk.http('GET', '/metrics').body).toString();
  return Number(new RegExp(`^plimsoll_${name} (.*)$`, 'm').exec(text)?.[1] ?? NaN);
}

function health(risk: Risk): { readonly lowCycles: boolean; readonly runwayDays: number | null } {
  return JSON.parse(Buffer.from(risk.http('GET', '/health').body).toString()) as ReturnType<typeof health>;
}

describe('short of cycles', () => {
  it.each([
    [30n, 1n],
    [90n, 1n],
    [90n, 3n],
    [365n, 8n],
  ])('with %i days kept for and %i GiB, what can wait is shed before the network refuses', (days, gib) => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    recordIn(risk.send('load_history', encodeHistory(historyOf(market, 20)), AGENT));
    const reserve = reserveOf(risk, days, gib);
    hourLater(risk);
    expect(metric(risk, 'cycles_reserve')).toBeCloseTo(Number(reserve), -4);
    let number = 1;
    const register = (): string => told(risk.send('register', encodeLimits(DEFAULT_LIMITS), STRANGER));
    const tick = (): string => {
      const look = lookOf(market, 19, { tick: true, id: idOf(1e6 + number), afterMs: 1_000 + number++ });
      return told(risk.send('observe', encodeObservation(look), AGENT));
    };
    const report = (): string => told(risk.send('report', wordFrame(2e6 + number++), AGENT));
    /** Leaves so many cycles above the reserve, and lets the last look at the balance grow old. */
    const left = (cycles: number): void => {
      risk.subnet.setCycles(risk.id, reserve + BigInt(cycles));
      risk.clock.advanceMs(601_000);
    };

    // An update sees the balance without the 40 G that the network holds back for it.
    left(1.05 * LOW_CYCLES);
    expect(tick()).toBe('record');
    expect([tick(), report(), health(risk).lowCycles]).toEqual(['tick', 'record', false]);
    left(0.99 * LOW_CYCLES);
    expect([register(), tick()]).toEqual(['temporary/short-of-cycles', 'tick']);
    left(0.99 * SCARCE_CYCLES);
    expect([tick(), report(), health(risk).lowCycles]).toEqual(['temporary/short-of-cycles', 'record', true]);
    left(-1);
    expect(report).toThrow(/out of cycles/);
    expect(() => risk.http('GET', '/health')).toThrow(/frozen/);
    left(1.05 * LOW_CYCLES);
    expect([register(), tick(), report()]).toEqual(['record', 'tick', 'record']);
  });

  it('what a day burns is told from hours without a top-up, and the runway ends where the canister freezes', () => {
    const T = 1_000_000_000_000;
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    const reserve = Number(reserveOf(risk, 90n, 3n));
    expect([health(risk).runwayDays, metric(risk, 'runway_days')]).toEqual([null, NaN]);
    // An hour burns 1 T and the next 3 T; then 50 T come, of which nobody knows how many the hour burned.
    for (const balance of [99, 96, 146, 145, 142]) {
      risk.subnet.setCycles(risk.id, BigInt(balance * T));
      hourLater(risk);
    }
    expect(metric(risk, 'cycles_burned_per_day') / (48 * T)).toBeCloseTo(1, 1);
    const days = (metric(risk, 'cycles') - reserve) / metric(risk, 'cycles_burned_per_day');
    expect(days).toBeCloseTo((142 * T - reserve) / (48 * T), 1);
    expect([health(risk).runwayDays, metric(risk, 'runway_days')].map((one) => one!.toFixed(6))).toEqual([
      days.toFixed(6),
      days.toFixed(6),
    ]);
    // With nothing above the reserve no time is left, however much lies below it.
    risk.subnet.setCycles(risk.id, BigInt(reserve));
    risk.clock.advanceMs(601_000);
    expect(health(risk).runwayDays).toBe(0);
  });
});

describe('after a freeze', () => {
  /** Frozen while this is due, and topped up again. */
  function thawed(risk: Risk, frozenMs: number): void {
    const reserve = reserveOf(risk, 90n, 3n);
    risk.subnet.setCycles(risk.id, reserve - 1n);
    risk.clock.advanceMs(frozenMs);
    risk.subnet.run();
    expect(() => risk.send('revoke', encodeRevocation(AGENT), OWNER)).toThrow(/out of cycles/);
    risk.subnet.setCycles(risk.id, reserve + 5_000_000_000_000n);
  }

  let number = 0;
  const act = (risk: Risk): void => {
    const grant = encodeGrant({ agent: OTHER_AGENT, expiresMs: START_MS + 400 * DAY_MS + number++ });
    recordIn(risk.send('grant', grant, OWNER));
  };

  it('heads are certified again with the next records, for as many batches as come', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    // Enough of them that a batch is called for.
    for (let i = 0; i < 20; i++) act(risk);
    thawed(risk, 20_000);
    for (let batch = 0; batch < 4; batch++) {
      for (let i = 0; i < 30; i++) act(risk);
      risk.subnet.run();
      expect(risk.head(OWNER, OWNER)).toMatchObject({ pending: false, sequence: 21 + 30 * (batch + 1) });
      expect(metric(risk, 'journal_links')).toBeLessThan(16);
      risk.clock.advanceMs(300_000);
    }
    // An upgrade gives the timers back, and they do as before.
    risk.upgrade();
    for (let i = 0; i < 40; i++) act(risk);
    expect(risk.head(OWNER, OWNER)?.pending).toBe(true);
    risk.clock.advanceMs(5_000);
    risk.subnet.run();
    expect(risk.head(OWNER, OWNER)?.pending).toBe(false);
  });

  it('sweeps go on with the next records: sizes are measured and checkpoints made', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    thawed(risk, HOUR_MS + 1_000);
    for (let day = 0; day < 9; day++) {
      risk.clock.advanceMs(DAY_MS);
      act(risk);
      risk.subnet.run();
    }
    expect(metric(risk, 'cycles_reserve')).toBeGreaterThan(2e12);
    expect(risk.kept(OWNER, OWNER)!.checkpoints).toHaveLength(1);
  });
});
