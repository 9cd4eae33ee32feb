import { BAR_MS, encodeHistory, encodeIntent, encodeObservation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, DAY_MS, enrol, OWNER, told, warm, WARM_UP } from './support/Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

const market = createMarket(WARM_UP + 3, 31);
const warmMs = START_MS + WARM_UP * BAR_MS;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

describe('a live feed', () => {
  it('is held to IC time in all three methods, and what came late changed nothing', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    const history = encodeHistory(historyOf(market, WARM_UP, 'live'));
    risk.clock.setMs(warmMs - 6_000);
    expect(told(risk.send('load_history', history, AGENT))).toBe('temporary/clock-ahead');
    risk.clock.setMs(warmMs + 60_000);
    expect(told(risk.send('load_history', history, AGENT))).toBe('record');
    const look = encodeObservation(lookOf(market, WARM_UP));
    expect(told(risk.send('observe', look, AGENT))).toBe('temporary/clock-ahead');
    risk.clock.setMs(warmMs + BAR_MS + 20_000);
    const tick = encodeObservation(lookOf(market, WARM_UP, { tick: true }));
    expect(told(risk.send('observe', look, AGENT))).toBe('record');
    expect(told(risk.send('observe', tick, AGENT))).toBe('request/clock-late');
    const wish = encodeIntent(wishOf(warmMs + BAR_MS + 1, idOf(1e6)));
    expect(told(risk.send('intent', wish, AGENT))).toBe('request/clock-late');
    const head = risk.head(OWNER, OWNER);
    risk.clock.setMs(warmMs + 2 * BAR_MS + 90_001);
    const next = encodeObservation(lookOf(market, WARM_UP + 1));
    expect(told(risk.send('observe', next, AGENT))).toBe('request/clock-late');
    expect(risk.head(OWNER, OWNER)).toEqual(head);
    // Two bars at once, the newest of them fresh: nothing of what was refused is missing.
    risk.clock.setMs(warmMs + 3 * BAR_MS + 5);
    const both = {
      ...lookOf(market, WARM_UP + 2),
      bars: market.bars.slice(-2),
      leaderBars: market.leaderBars.slice(-2),
    };
    expect(told(risk.send('observe', encodeObservation(both), AGENT))).toBe('record');
    expect(told(risk.send('observe', look, AGENT)), 'a stored answer does not grow old').toBe('record');
  });

  it('stays live for ever', () => {
    const risk = new Risk(wasm, warmMs);
    enrol(risk);
    warm(risk, market, WARM_UP, 'live');
    risk.upgrade();
    risk.clock.advanceMs(DAY_MS);
    const replay = encodeHistory(historyOf(market, WARM_UP, 'replay', idOf(9)));
    expect(told(risk.send('load_history', replay, AGENT))).toBe('request/feed-kind');
  });
});
