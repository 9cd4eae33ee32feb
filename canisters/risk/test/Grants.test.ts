import { encodeGrant, encodeObservation, encodeRevocation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { control, frames, lateMs, market, NEWCOMER, peopled, STOP_AGENT } from './support/Callers.ts';
import {
  AGENT,
  ANONYMOUS,
  DAY_MS,
  enrol,
  OTHER_AGENT,
  OTHER_OWNER,
  OWNER,
  recordIn,
  STRANGER,
  told,
} from './support/Cast.ts';
import { controlFrame } from './support/Frames.ts';
import { idOf, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

describe('a grant', () => {
  it('an agent may halt its own account, not another and not all of them', () => {
    const risk = peopled(wasm);
    const halt = (account: number | null, number: number): string =>
      told(risk.send('halt', controlFrame('halt', number, account), STOP_AGENT));
    expect(halt(null, 500)).toBe('request/other-account');
    expect(halt(1, 501)).toBe('request/other-account');
    expect(halt(0, 502)).toBe('record');
    for (const kind of ['resume', 'takeover', 'release'] as const) {
      expect(told(risk.send(kind, control(kind, 503), STOP_AGENT))).toBe('request/not-registered');
    }
  });

  it('an agent key that serves one owner is refused to another, and free once revoked', () => {
    const risk = peopled(wasm);
    const grant = encodeGrant({ agent: AGENT, expiresMs: lateMs });
    expect(told(risk.send('grant', grant, OTHER_OWNER))).toBe('request/agent-refused');
    risk.send('revoke', encodeRevocation(AGENT), OWNER);
    expect(told(risk.send('grant', grant, OTHER_OWNER))).toBe('record');
    expect(risk.grants(OTHER_OWNER, OTHER_OWNER).map(({ agent }) => agent)).toEqual([OTHER_AGENT, AGENT]);
  });

  it.each<[string, Uint8Array, number, string]>([
    ['the anonymous principal', ANONYMOUS, lateMs, 'request/agent-refused'],
    ['the owner', OWNER, lateMs, 'request/agent-refused'],
    ['another owner', OTHER_OWNER, lateMs, 'request/agent-refused'],
    ['a key whose time is over already', STRANGER, START_MS, 'request/out-of-domain'],
  ])('%s cannot be an agent', (_name, agent, expiresMs, answer) => {
    const risk = peopled(wasm);
    expect(told(risk.send('grant', encodeGrant({ agent, expiresMs }), OWNER))).toBe(answer);
  });

  it('a ninth agent is refused until one is revoked; granting again only moves the expiry', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    const grant = (number: number, expiresMs = lateMs): string => {
      const agent = new Uint8Array(29).fill(100 + number);
      return told(risk.send('grant', encodeGrant({ agent, expiresMs }), OWNER));
    };
    for (let i = 1; i < 8; i++) expect(grant(i)).toBe('record');
    expect(grant(8)).toBe('request/too-many-grants');
    expect(grant(7, lateMs + 1)).toBe('record');
    expect(risk.grants(OWNER, OWNER).length).toBe(8);
    risk.send('revoke', encodeRevocation(AGENT), OWNER);
    expect(grant(8)).toBe('record');
  });

  it('a grant runs up to its expiry and not at it', () => {
    const risk = peopled(wasm);
    const grant = encodeGrant({ agent: NEWCOMER, expiresMs: risk.nowMs + 200_000 });
    recordIn(risk.send('grant', grant, OWNER));
    risk.clock.setMs(risk.nowMs + 199_999);
    expect(told(risk.send('observe', frames.observe, NEWCOMER))).toBe('record');
    risk.clock.setMs(risk.nowMs + 1);
    expect(told(risk.send('observe', frames.observe, NEWCOMER))).toBe('request/grant-expired');
  });

  it('a withdrawn agent still reports on an open trade for seven days, and does nothing else', () => {
    const risk = peopled(wasm);
    const position = {
      side: 1,
      quantity: 100,
      entryPrice: market.bars[20]!.close,
      walletUsdt: 500,
      venueLiquidationPrice: 0,
      openedMs: START_MS,
    } as const;
    risk.clock.setMs(risk.nowMs + 121_000);
    const seen = encodeObservation(lookOf(market, 20, { position, restingStopPrice: 1 }));
    recordIn(risk.send('observe', seen, AGENT));
    recordIn(risk.send('revoke', encodeRevocation(AGENT), OWNER));
    const report = (number: number): string => {
      const frame = Uint8Array.from(frames.report);
      frame.set(idOf(number), 2);
      return told(risk.send('report', frame, AGENT));
    };
    expect(report(600)).toBe('record');
    expect(told(risk.send('halt', control('halt', 601), AGENT))).toBe('request/grant-revoked');
    risk.clock.setMs(risk.nowMs + 7 * DAY_MS - 1);
    expect(report(602)).toBe('record');
    risk.clock.setMs(risk.nowMs + 1);
    expect(report(603)).toBe('request/grant-revoked');
  });
});
