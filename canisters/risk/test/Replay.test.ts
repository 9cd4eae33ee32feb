import {
  decodeDecision,
  DEFAULT_LIMITS,
  encodeDecision,
  encodeHistory,
  encodeLimits,
  openBooks,
  takeIntoBooks,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, decisionIn, enrol, OWNER, told, WARM_UP, warm } from './support/Cast.ts';
import { createMarket, historyOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';
import { sail } from './support/Voyage.ts';

const BARS = 400;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

describe('the canister and the engine in Node', () => {
  it.each([1, 2])(
    'give the same decision bytes at every bar, tick and wish of generated market %i',
    (seed) => {
      const market = createMarket(WARM_UP + BARS, seed);
      const risk = new Risk(wasm, START_MS);
      enrol(risk);
      warm(risk, market);
      const books = openBooks(OWNER, encodeLimits(DEFAULT_LIMITS));
      const moment = { icTimeMs: risk.nowMs, sequence: 0 };
      takeIntoBooks(books, 'history', encodeHistory(historyOf(market, WARM_UP)), moment);
      const seen: Record<string, number> = {};
      sail(market, WARM_UP, WARM_UP + BARS, (method, frame) => {
        const outcome = takeIntoBooks(books, method === 'observe' ? 'observation' : 'intent', frame, moment)!;
        const expected = encodeDecision(outcome.decision);
        const answer = risk.send(method, frame, AGENT);
        expect(told(answer)).toBe(outcome.record ? 'record' : 'tick');
        const decision = decisionIn(answer);
        expect(
          Buffer.compare(decision, expected),
          `decision on ${method} at ${outcome.decision.timeMs}`,
        ).toBe(0);
        const { action } = decodeDecision(decision);
        seen[action] = (seen[action] ?? 0) + 1;
        return outcome.decision;
      });
      // A market in which nothing happened would prove little.
      expect(seen['ENTER']).toBeGreaterThan(0);
      expect(seen['HOLD']).toBeGreaterThan(BARS / 20);
      expect(seen['WAIT']).toBeGreaterThan(BARS / 20);
    },
  );
});
