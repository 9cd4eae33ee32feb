import { decodeDecision, encodeObservation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, decisionIn, enrol, OWNER, told, WARM_UP, warm } from './support/Cast.ts';
import { createMarket, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';
import { sail } from './support/Voyage.ts';

const BARS = 120;
const market = createMarket(WARM_UP + BARS + 1, 11);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

function warmed(): Risk {
  const risk = new Risk(wasm, START_MS);
  enrol(risk);
  warm(risk, market);
  return risk;
}

describe('an upgrade', () => {
  it('at any moment leaves every later answer byte-equal to that of an instance never upgraded', () => {
    const steady = warmed();
    const upgraded = warmed();
    let messages = 0;
    sail(market, WARM_UP, WARM_UP + BARS, (method, frame) => {
      const expected = steady.send(method, frame, AGENT);
      expect(upgraded.send(method, frame, AGENT), `${method}, message ${messages}`).toEqual(expected);
      // After records and after ticks, with and without a position.
      if (++messages % 13 === 0) upgraded.upgrade();
      return decodeDecision(decisionIn(expected));
    });
    expect(messages).toBeGreaterThan(150);
    expect(upgraded.head(OWNER, OWNER)).toEqual(steady.head(OWNER, OWNER));
    expect(upgraded.records(OWNER, OWNER)).toEqual(steady.records(OWNER, OWNER));
    expect(upgraded.grants(OWNER, OWNER)).toEqual(steady.grants(OWNER, OWNER));
  });

  it('before the first history leaves a desk that can be warmed', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    risk.upgrade();
    warm(risk, market);
    risk.upgrade();
    const look = encodeObservation(lookOf(market, WARM_UP));
    const steady = warmed();
    expect(decisionIn(risk.send('observe', look, AGENT))).toEqual(
      decisionIn(steady.send('observe', look, AGENT)),
    );
    expect(told(risk.send('observe', look, AGENT))).toBe('record');
  });
});
