import {
  DEFAULT_LIMITS,
  encodeHistory,
  encodeLimits,
  encodeObservation,
  encodeRevocation,
} from '@plimsoll/engine';
import { beforeAll, expect, it } from 'vitest';
import { LOW_CYCLES, SCARCE_CYCLES } from '../src/Cycles.ts';
import { AGENT, DAY_MS, enrol, OWNER, recordIn, STRANGER, told } from './support/Cast.ts';
import { controlFrame, wordFrame } from './support/Frames.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

const market = createMarket(40, 83);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

/** Sets the balance and lets the time pass for which the canister believes the last one, which was ample. */
function left(risk: Risk, cycles: number): void {
  risk.subnet.setCycles(risk.id, BigInt(cycles));
  risk.clock.advanceMs(601_000);
}

it('short of cycles new owners are shed first, then ticks; bars, stops and reports never', () => {
  const risk = new Risk(wasm, START_MS);
  enrol(risk);
  recordIn(risk.send('load_history', encodeHistory(historyOf(market, 20)), AGENT));
  let number = 1;
  const register = (): string => told(risk.send('register', encodeLimits(DEFAULT_LIMITS), STRANGER));
  const tick = (): string => {
    const id = idOf(1e6 + number);
    const look = lookOf(market, 19 + bars, { tick: true, id, afterMs: 1_000 + number++ });
    return told(risk.send('observe', encodeObservation(look), AGENT));
  };
  let bars = 0;
  const bar = (): string => {
    bars++;
    return told(risk.send('observe', encodeObservation(lookOf(market, 19 + bars)), AGENT));
  };
  const control = (kind: 'halt' | 'flatten'): string =>
    told(risk.send(kind, controlFrame(kind, 2e6 + number++, 0), AGENT));
  const report = (): string => told(risk.send('report', wordFrame(3e6 + number++), AGENT));
  expect(bar()).toBe('record');
  expect(tick()).toBe('tick');

  left(risk, LOW_CYCLES - 1);
  expect(register()).toBe('temporary/short-of-cycles');
  expect([tick(), bar(), control('halt'), report()]).toEqual(['tick', 'record', 'record', 'record']);

  left(risk, SCARCE_CYCLES - 1);
  expect(register()).toBe('temporary/short-of-cycles');
  expect(tick()).toBe('temporary/short-of-cycles');
  expect([bar(), control('flatten'), report()]).toEqual(['record', 'record', 'record']);
  // Nothing of its own either: a checkpoint can wait.
  risk.clock.advanceMs(8 * DAY_MS);
  risk.subnet.run();
  expect(risk.kept(OWNER, OWNER)!.checkpoints).toEqual([]);
  expect(told(risk.send('revoke', encodeRevocation(AGENT), OWNER))).toBe('record');
  expect(JSON.parse(Buffer.from(risk.http('GET', '/health').body).toString())).toMatchObject({
    lowCycles: true,
  });

  left(risk, 10 * LOW_CYCLES);
  expect(register()).toBe('record');
});
