import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Principal } from '@icp-sdk/core/principal';
import {
  DEFAULT_LIMITS,
  encodeLimits,
  encodeObservation,
  type Answer,
  type LogRecord,
} from '@plimsoll/engine';
import { encodeBlob, freshFor, isVerified } from '@plimsoll/proof';
import { openHarbour, setSail, type Harbour } from './testing/Harbour.ts';
import { observationOf, WARM_UP } from './testing/Sea.ts';
import { rerecorded } from './testing/Tampering.ts';

let harbour: Harbour;
beforeEach(async () => {
  harbour = await openHarbour();
});
afterEach(() => harbour.remove());

const receiptNames = async (): Promise<string[]> => (await readdir(harbour.directory)).sort();

/** Changes the newest record on its way into the certificate. */
function tampered(change: (record: LogRecord) => Partial<LogRecord>) {
  return (answer: Answer, _: string, frame: Uint8Array): Answer =>
    answer.kind === 'record' ? rerecorded(answer, frame, change) : answer;
}

/** Answers a frame with the record of another. */
function otherFrame(answer: Answer, _: string, frame: Uint8Array): Answer {
  return answer.kind === 'record' ? rerecorded(answer, flipped(frame, 20), () => ({})) : answer;
}

describe('accepted answers', () => {
  it('registers, grants, loads history, observes, ticks and asks: every answer continues the log and is kept', async () => {
    await setSail(harbour);
    const { agent, nextId, risk, log } = harbour;
    const bar = await agent.observe(observationOf(nextId(), WARM_UP));
    expect(bar.isRecord).toBe(true);
    expect(isVerified(bar.decision)).toBe(true);
    expect(freshFor(bar.decision, Date.now())).toBe('enter');
    const tick = await agent.observe(observationOf(nextId(), WARM_UP, WARM_UP + 1, 5_000));
    expect(tick.isRecord).toBe(false);
    const intent = await agent.intent({
      id: nextId(),
      timeMs: tick.decision.value.timeMs,
      side: 1,
      notionalUsdt: 1_000,
    });
    expect(intent.isRecord).toBe(true);
    expect(log.head).toEqual({ owner: risk.owner, sequence: 4, head: risk.head });
    expect(await receiptNames()).toEqual([
      '000000000-register.receipt',
      '000000001-grant.receipt',
      '000000002-load_history.receipt',
      '000000003-observe.receipt',
      '000000004-observe.receipt',
      '000000005-intent.receipt',
    ]);
    expect(agent.refusals()).toEqual([]);
  });

  it('shows the call to its journal before it is sent', async () => {
    await harbour.remove();
    const seen: string[] = [];
    harbour = await openHarbour({
      beforeSend: (method, _frame, request) => void seen.push(`${method} ${request.arg.length}`),
    });
    const limits = { ...DEFAULT_LIMITS, maxLeverage: 5 };
    await harbour.owner.register(limits);
    expect(seen).toEqual([`register ${encodeBlob(encodeLimits(limits)).length}`]);
  });

  it("gives the canister's refusals as typed errors that leave the log as it was", async () => {
    await setSail(harbour);
    const { agent, nextId, log } = harbour;
    const before = log.head;
    await expect(agent.observe(observationOf(nextId(), WARM_UP + 40))).rejects.toMatchObject({
      name: 'CanisterError',
      kind: 'request',
      leaf: 'stale-feed',
    });
    expect(log.head).toBe(before);
    const answered = await agent.observe(observationOf(nextId(), WARM_UP));
    expect(answered.isRecord).toBe(true);
  });

  it('goes on after a restart from the receipts alone', async () => {
    await setSail(harbour);
    const { log, agent } = await harbour.reopen();
    expect(log.head.sequence).toBe(2);
    const { isRecord } = await agent.observe(observationOf(harbour.nextId(), WARM_UP));
    expect(isRecord).toBe(true);
  });
});

describe('lost answers', () => {
  it('are looked up by request id: the call runs once', async () => {
    await setSail(harbour);
    const { agent, risk, nextId } = harbour;
    const calls = risk.calls.length;
    risk.interference = { dropsReply: (how) => how === 'call' };
    const { isRecord } = await agent.observe(observationOf(nextId(), WARM_UP));
    expect(isRecord).toBe(true);
    expect(risk.calls).toHaveLength(calls + 1);
  });

  it('that cannot be looked up are sent again with the same bytes and answered the same', async () => {
    await setSail(harbour);
    const { agent, risk, log, nextId } = harbour;
    const calls = risk.calls.length;
    let drops = 1;
    risk.interference = { dropsReply: (how) => how === 'look-up' || drops-- > 0 };
    const { isRecord } = await agent.observe(observationOf(nextId(), WARM_UP));
    expect(isRecord).toBe(true);
    expect(risk.calls).toHaveLength(calls + 2);
    expect(risk.calls.at(-1)).toEqual(risk.calls.at(-2));
    expect(log.head).toMatchObject({ sequence: 3, head: risk.head });
  });

  it('of a call without an id are never sent again', async () => {
    const { owner, risk } = harbour;
    risk.interference = { dropsReply: () => true };
    await expect(setSail(harbour)).rejects.toMatchObject({ name: 'FetchError', outcome: 'unknown' });
    expect(risk.calls).toHaveLength(1);
    expect(owner.refusals()).toEqual([]);
  });

  it('can be sent again after a restart: the canister knows the id', async () => {
    await setSail(harbour);
    const { agent, risk, nextId } = harbour;
    const frame = encodeObservation(observationOf(nextId(), WARM_UP));
    risk.interference = { dropsReply: () => true };
    await expect(agent.relay('observe', frame)).rejects.toMatchObject({ name: 'FetchError' });
    risk.interference = {};
    const again = await harbour.reopen();
    const { isRecord } = await again.agent.relay('observe', frame);
    expect(isRecord).toBe(true);
    expect(again.log.head).toMatchObject({ sequence: 3, head: risk.head });
    // And once more, though it has been accepted already: the same record, the same head.
    await again.agent.relay('observe', frame);
    expect(again.log.head).toMatchObject({ sequence: 3, head: risk.head });
  });
});

describe('forged answers', () => {
  it('of a middleman are refused and counted, and the genuine one is fetched by look-up', async () => {
    await setSail(harbour);
    const { agent, risk, nextId } = harbour;
    risk.interference = {
      certificate: (bytes, how) => (how === 'call' ? flipped(bytes, bytes.length - 20) : bytes),
    };
    const { isRecord } = await agent.observe(observationOf(nextId(), WARM_UP));
    expect(isRecord).toBe(true);
    expect(agent.refusals()).toEqual([{ reason: 'signature', count: 1 }]);
  });

  it('that replay an old certificate never pass for an answer', async () => {
    await setSail(harbour);
    const { agent, risk, nextId, log } = harbour;
    let old: Uint8Array | undefined;
    risk.interference = {
      certificate: (bytes) => {
        old ??= bytes;
        return old;
      },
    };
    await agent.observe(observationOf(nextId(), WARM_UP));
    const before = log.head;
    await expect(agent.observe(observationOf(nextId(), WARM_UP + 1))).rejects.toMatchObject({
      leaf: 'timeout',
    });
    expect(log.head).toBe(before);
  });

  it("of another canister's log are refused", async () => {
    await setSail(harbour);
    const { agent, risk, nextId } = harbour;
    const other = Principal.selfAuthenticating(Uint8Array.of(4)).toUint8Array();
    risk.interference = { answer: tampered(() => ({ owner: other })) };
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject({
      leaf: 'wrong-owner',
    });
    expect(agent.refusals()).toEqual([{ reason: 'wrong-owner', count: 1 }]);
  });

  it('too old to act on are refused and counted', async () => {
    await setSail(harbour);
    const { agent, risk, nextId } = harbour;
    risk.nowMs -= 301_000;
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject({
      reason: 'too-old',
    });
    expect(agent.refusals()).toEqual([{ reason: 'too-old', count: 4 }]);
  });

  it.each([
    ['wrong-frame', otherFrame],
    ['unreadable', tampered(({ essence }) => ({ essence: flipped(essence, 4) }))],
    ['wrong-method', tampered(() => ({ type: 'intent' as const }))],
    ['wrong-method', tampered(() => ({ decision: new Uint8Array() }))],
    ['wrong-id', tampered(({ decision }) => ({ decision: flipped(decision, 8) }))],
    ['unreadable', tampered(({ decision }) => ({ decision: decision.subarray(1) }))],
    ['passed', tampered(({ sequence }) => ({ sequence: sequence - 2 }))],
  ])('by the canister itself are refused as %s and counted', async (leaf, answer) => {
    await setSail(harbour);
    const { agent, risk, nextId, log } = harbour;
    const before = log.head;
    risk.interference = { answer };
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject({
      name: 'LogError',
      leaf,
    });
    expect(agent.refusals()).toEqual([{ reason: leaf, count: 1 }]);
    expect(log.head).toBe(before);
    expect(await receiptNames()).toHaveLength(4);
  });
});

describe('a fork', () => {
  it.each([
    [
      'a record on another head',
      tampered(({ previousHead }) => ({ previousHead: flipped(previousHead, 0) })),
    ],
    ['a record that passes one over', tampered(({ sequence }) => ({ sequence: sequence + 1 }))],
    ['another record at the same sequence', tampered(({ sequence }) => ({ sequence: sequence - 1 }))],
  ])('shown by %s stops every port of the owner, also after a restart', async (_, answer) => {
    await setSail(harbour);
    const { agent, owner, risk, nextId } = harbour;
    risk.interference = { answer };
    const fork = { name: 'LogError', leaf: 'fork' };
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject(fork);
    risk.interference = {};
    const calls = risk.calls.length;
    await expect(agent.observe(observationOf(nextId(), WARM_UP))).rejects.toMatchObject(fork);
    await expect(owner.revoke(new Uint8Array(29).fill(3))).rejects.toMatchObject(fork);
    expect(risk.calls).toHaveLength(calls);
    await expect(harbour.reopen()).rejects.toMatchObject(fork);
  });

  it('shown by a tick on another head stops the port', async () => {
    await setSail(harbour);
    const { agent, risk, nextId } = harbour;
    await agent.observe(observationOf(nextId(), WARM_UP));
    risk.interference = {
      answer: (answer) => (answer.kind === 'tick' ? { ...answer, head: flipped(answer.head, 3) } : answer),
    };
    await expect(agent.observe(observationOf(nextId(), WARM_UP, WARM_UP + 1, 2_000))).rejects.toMatchObject({
      leaf: 'fork',
    });
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return changed;
}
