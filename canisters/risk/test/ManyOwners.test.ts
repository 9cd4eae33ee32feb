import {
  decodeRecord,
  DEFAULT_LIMITS,
  encodeGrant,
  encodeHistory,
  encodeLimits,
  encodeObservation,
} from '@plimsoll/engine';
import { beforeAll, expect, it } from 'vitest';
import { DAY_MS, decisionIn, enrol, principalOf, told } from './support/Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS } from './support/Market.ts';
import { headOf, narrowWasm, Risk } from './support/Risk.ts';

/** More than the heap holds at a time in a module built with little room. */
const OWNERS = 40;
const BARS = 4;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await narrowWasm();
}, 300_000);

it(
  'owners beyond what the heap holds keep their own state, whoever comes between',
  { timeout: 300_000 },
  () => {
    const market = createMarket(30, 41);
    const risk = new Risk(wasm, START_MS);
    const owner = (i: number): Uint8Array => principalOf(10 + i);
    const agent = (i: number): Uint8Array => principalOf(100 + i);
    const history = encodeHistory(historyOf(market, 20));
    for (let i = 0; i < OWNERS; i++) {
      enrol(risk, owner(i), agent(i));
      expect(told(risk.send('load_history', history, agent(i)))).toBe('record');
    }
    for (let bar = 20; bar < 20 + BARS; bar++) {
      const frame = encodeObservation(lookOf(market, bar));
      const decisions = Array.from({ length: OWNERS }, (_, i) =>
        decisionIn(risk.send('observe', frame, agent(i))),
      );
      for (const decision of decisions) expect(decision).toEqual(decisions[0]);
    }
    // A tick renews a lease in the heap only; it is not lost when others take its place there.
    const second = principalOf(200);
    const expiresMs = risk.nowMs + DAY_MS;
    expect(told(risk.send('grant', encodeGrant({ agent: second, expiresMs }), owner(0)))).toBe('record');
    risk.clock.advanceMs(100_000);
    const tick = encodeObservation(lookOf(market, 19 + BARS, { tick: true }));
    for (let i = 0; i < OWNERS; i++) expect(told(risk.send('observe', tick, agent(i)))).toBe('tick');
    risk.clock.advanceMs(100_000);
    const other = encodeObservation(lookOf(market, 19 + BARS, { tick: true, id: idOf(7), afterMs: 2_000 }));
    expect(told(risk.send('observe', other, second))).toBe('temporary/lease');
    expect(told(risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 3 }), owner(0)))).toBe(
      'record',
    );
    for (let i = 0; i < OWNERS; i++) {
      const entries = risk.page(owner(i), owner(i))!.entries;
      expect(entries.length).toBe(3 + BARS + (i === 0 ? 2 : 0));
      entries.slice(1).forEach(({ record }, k) => {
        expect(decodeRecord(Uint8Array.from(record)).previousHead).toEqual(headOf(entries[k]!));
        expect(decodeRecord(Uint8Array.from(record)).owner).toEqual(owner(i));
      });
    }
  },
);
