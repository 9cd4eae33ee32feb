import {
  BAR_MS,
  decodeDecision,
  encodeGrant,
  encodeIntent,
  encodeObservation,
  encodeRotation,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { afloat, AGENT, DAY_MS, decisionIn, OTHER_AGENT, OWNER, recordIn, WARM_UP } from './support/Cast.ts';
import { lookAt } from './support/Frames.ts';
import { createMarket, idOf, lookOf, wishOf } from './support/Market.ts';
import { builtWasm, type Risk } from './support/Risk.ts';
import type { AccountRow, AgentRow } from './support/Views.ts';

const SILENCE_MS = 180_000;
const market = createMarket(WARM_UP + 3, 31);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

const silent = (risk: Risk): boolean[] =>
  risk.view<AgentRow>('agents', OWNER, OWNER).map((agent) => agent.silent);
const unattended = (risk: Risk): bigint | null =>
  risk.view<AccountRow>('portfolio', OWNER, OWNER)[0]!.unattended_since_ms[0] ?? null;

/** A look that finds a position. */
function hold(risk: Risk, index: number): void {
  const position = {
    side: 1,
    quantity: 30,
    entryPrice: market.bars[index]!.close,
    walletUsdt: 9_000,
    venueLiquidationPrice: 0,
    openedMs: market.bars[index]!.timeMs,
  } as const;
  recordIn(risk.send('observe', encodeObservation(lookOf(market, index, { position })), AGENT));
}

describe('an account that nobody looks after', () => {
  it('is shown from three minutes of silence on, however its grants end, until somebody looks again', () => {
    const risk = afloat(wasm, market, 20);
    hold(risk, 20);
    const lastMs = BigInt(risk.nowMs);
    const expiresMs = risk.nowMs + DAY_MS;
    recordIn(risk.send('grant', encodeGrant({ agent: AGENT, expiresMs }), OWNER));
    risk.clock.advanceMs(SILENCE_MS);
    expect([silent(risk), unattended(risk)]).toEqual([[false], null]);
    risk.clock.advanceMs(1);
    expect([silent(risk), unattended(risk)]).toEqual([[true], lastMs]);
    // The grant runs out: no agent is late any more, but the position is still there.
    risk.clock.setMs(expiresMs);
    expect([silent(risk), unattended(risk)]).toEqual([[false], lastMs]);
    recordIn(risk.send('grant', encodeGrant({ agent: OTHER_AGENT, expiresMs: expiresMs + DAY_MS }), OWNER));
    recordIn(lookAt(risk, market, 21, OTHER_AGENT));
    expect(unattended(risk)).toBeNull();
  });

  it('is shown when its key was rotated to one that never appears, and that key as silent', () => {
    const risk = afloat(wasm, market, 20);
    hold(risk, 20);
    const lastMs = BigInt(risk.nowMs);
    risk.clock.advanceMs(60_000);
    recordIn(risk.send('rotate', encodeRotation(AGENT, OTHER_AGENT), OWNER));
    risk.clock.advanceMs(SILENCE_MS);
    expect([silent(risk), unattended(risk)]).toEqual([[false, false], lastMs]);
    risk.clock.advanceMs(1);
    expect(silent(risk)).toEqual([false, true]);
    risk.clock.advanceMs(DAY_MS);
    risk.upgrade();
    expect([silent(risk), unattended(risk) !== null]).toEqual([[false, true], true]);
  });

  it('is shown while a plan waits, and not while it is flat without one', () => {
    const risk = afloat(wasm, market, WARM_UP);
    recordIn(lookAt(risk, market, WARM_UP));
    risk.clock.advanceMs(SILENCE_MS + 1);
    expect(unattended(risk)).toBeNull();
    const wish = wishOf(market.bars[WARM_UP]!.timeMs + BAR_MS + 1, idOf(1e6));
    const answer = risk.send('intent', encodeIntent(wish), OWNER);
    expect(decodeDecision(decisionIn(answer)).action).toBe('ENTER');
    expect(unattended(risk)).toBe(BigInt(risk.nowMs - SILENCE_MS - 1));
  });

  it('has no agent to be late where none may relay', () => {
    const risk = afloat(wasm, market, 20);
    const grant = { agent: OTHER_AGENT, expiresMs: risk.nowMs + DAY_MS, scopes: ['stop'] as const };
    recordIn(risk.send('grant', encodeGrant(grant), OWNER));
    risk.clock.advanceMs(SILENCE_MS + 1);
    expect(silent(risk)).toEqual([true, false]);
  });
});
