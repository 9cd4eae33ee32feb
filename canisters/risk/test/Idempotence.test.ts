import { encodeGrant, encodeHistory, encodeIntent, encodeObservation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, DAY_MS, enrol, OWNER, STRANGER, told, WARM_UP } from './support/Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

const market = createMarket(WARM_UP + 80, 8);
const history = encodeHistory(historyOf(market, WARM_UP));
const record = encodeObservation(lookOf(market, WARM_UP));
const tick = encodeObservation(lookOf(market, WARM_UP, { tick: true }));
const wish = encodeIntent(wishOf(lookOf(market, WARM_UP).timeMs + 2_000, idOf(1e6)));
const inOrder = [
  ['load_history', history],
  ['observe', record],
  ['observe', tick],
  ['intent', wish],
] as const;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

function enrolled(): Risk {
  const risk = new Risk(wasm, START_MS);
  enrol(risk);
  return risk;
}

describe('a frame sent again', () => {
  it('gets the very answer it got, whatever came between, and adds nothing', () => {
    const risk = enrolled();
    const first = inOrder.map(([method, frame]) => risk.send(method, frame, AGENT));
    expect(first.map(told)).toEqual(['record', 'record', 'tick', 'record']);
    const head = risk.head(OWNER, OWNER);
    risk.clock.advanceMs(DAY_MS);
    for (let round = 0; round < 2; round++) {
      expect(inOrder.map(([method, frame]) => risk.send(method, frame, AGENT))).toEqual(first);
    }
    expect(risk.head(OWNER, OWNER)).toEqual(head);
    expect(risk.send('observe', encodeObservation(lookOf(market, WARM_UP + 1)), AGENT).kind).toBe('record');
  });

  it('gets its record after an upgrade too; a tick is decided anew', () => {
    const risk = enrolled();
    const first = inOrder.map(([method, frame]) => risk.send(method, frame, AGENT));
    risk.upgrade();
    for (const i of [0, 1, 3]) {
      const [method, frame] = inOrder[i]!;
      expect(risk.send(method, frame, AGENT)).toEqual(first[i]);
    }
    expect(told(risk.send('observe', record, AGENT))).toBe('record');
  });

  it('with the same id and another byte is refused, whichever method brings it, and changes nothing', () => {
    const risk = enrolled();
    for (const [method, frame] of inOrder) risk.send(method, frame, AGENT);
    const state = risk.head(OWNER, OWNER);
    const reused = [
      ['observe', encodeObservation({ ...lookOf(market, WARM_UP), markPrice: 1 })],
      ['observe', encodeObservation({ ...lookOf(market, WARM_UP, { tick: true }), markPrice: 1 })],
      ['intent', encodeIntent(wishOf(lookOf(market, WARM_UP).timeMs + 2_001, idOf(1e6)))],
      ['load_history', encodeHistory({ ...historyOf(market, WARM_UP), leaderSymbol: 'BTCUSDT' })],
      ['intent', encodeIntent(wishOf(1, lookOf(market, WARM_UP).id))],
      ['observe', encodeObservation({ ...lookOf(market, WARM_UP + 1), id: idOf(1e6) })],
    ] as const;
    for (const [method, frame] of reused) {
      expect(told(risk.send(method, frame, AGENT))).toBe('request/id-reused');
    }
    expect(risk.head(OWNER, OWNER)).toEqual(state);
  });

  it('is remembered for 64 records of any kind and then refused as old, never decided twice', () => {
    const risk = enrolled();
    risk.send('load_history', history, AGENT);
    const first = risk.send('observe', record, AGENT);
    const grants = (count: number, from: number): void => {
      for (let i = 0; i < count; i++) {
        const frame = encodeGrant({ agent: STRANGER, expiresMs: START_MS + DAY_MS + from + i });
        expect(told(risk.send('grant', frame, OWNER))).toBe('record');
      }
    };
    grants(63, 0);
    expect(risk.send('observe', record, AGENT)).toEqual(first);
    risk.upgrade();
    expect(risk.send('observe', record, AGENT)).toEqual(first);
    grants(1, 100);
    expect(told(risk.send('observe', record, AGENT))).toBe('request/out-of-order');
  });

  it('that was refused may be sent again once it is right', () => {
    const risk = enrolled();
    expect(told(risk.send('observe', record, AGENT))).toBe('request/no-history');
    risk.send('load_history', history, AGENT);
    expect(told(risk.send('observe', record, AGENT))).toBe('record');
  });
});
