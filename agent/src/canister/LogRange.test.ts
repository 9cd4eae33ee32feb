import { DEFAULT_LIMITS } from '@plimsoll/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHarbour, setSail, type Harbour } from './testing/Harbour.ts';
import type { Page } from './ReadTypes.ts';
import { observationOf, WARM_UP } from './testing/Sea.ts';

let harbour: Harbour;
/** Another machine of the same owner, with receipts of its own. */
let elsewhere: Harbour;
beforeEach(async () => {
  harbour = await openHarbour();
  await setSail(harbour);
  elsewhere = await openHarbour({}, harbour.risk);
});
afterEach(async () => {
  await harbour.remove();
  await elsewhere.remove();
});

const look = (n: number) => observationOf(harbour.nextId(), WARM_UP + n);

describe('records that another machine made', () => {
  it('are fetched, proven and kept before the answer is acted on, and known again after a restart', async () => {
    const { agent, log, risk } = harbour;
    await elsewhere.owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 });
    await elsewhere.owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 8 });
    const { isRecord } = await agent.observe(look(0));
    expect(isRecord).toBe(true);
    expect(log.head).toMatchObject({ sequence: 5, head: risk.head });
    const again = await harbour.reopen();
    expect(again.log.head).toEqual(log.head);
    expect((await again.agent.observe(look(1))).log.sequence).toBe(6);
  });

  it('are fetched from the registration on by a machine that begins without receipts', async () => {
    await elsewhere.agent.observe(look(0));
    expect(elsewhere.log.head).toMatchObject({ sequence: 3, head: harbour.risk.head });
  });

  it.each<[string, (page: Page) => Page]>([
    [
      'a record changed',
      (page) => ({ ...page, entries: page.entries.map((e) => ({ ...e, record: flipped(e.record, 90) })) }),
    ],
    [
      'a frame changed',
      (page) => ({ ...page, entries: page.entries.map((e) => ({ ...e, frame: flipped(e.frame, 30) })) }),
    ],
    ['a record left out', (page) => ({ ...page, entries: page.entries.slice(1) })],
    ['records exchanged', (page) => ({ ...page, entries: [...page.entries].reverse() })],
    ['another newest record', (page) => proofed(page, (p) => ({ ...p, newest: page.entries[0]! }))],
    [
      'the certificate changed',
      (page) => proofed(page, (p) => ({ ...p, certificate: flipped(p.certificate, 60) })),
    ],
    ['the witness changed', (page) => proofed(page, (p) => ({ ...p, witness: flipped(p.witness, 2) }))],
  ])('with %s are refused, and nothing is acted on', async (_, page) => {
    const { agent, log, risk } = harbour;
    await elsewhere.owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 });
    await elsewhere.owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 8 });
    const before = log.head;
    risk.interference = { page };
    await expect(agent.observe(look(0))).rejects.toMatchObject({ name: 'ProofError' });
    expect([log.head, log.fork]).toEqual([before, null]);
    risk.interference = {};
    await agent.observe(look(1));
    expect(log.head).toMatchObject({ sequence: 6, head: risk.head });
  });

  it('that certified do not continue ours are a fork: it ends the log for good', async () => {
    const { agent, log, risk } = harbour;
    await elsewhere.owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 });
    log.advance({ ...log.head, head: flipped(log.head.head, 3) });
    await expect(agent.observe(look(0))).rejects.toMatchObject({ name: 'LogError', leaf: 'fork' });
    const calls = risk.calls.length;
    await expect(agent.observe(look(1))).rejects.toMatchObject({ leaf: 'fork' });
    expect(risk.calls).toHaveLength(calls);
  });
});

type Proof = Extract<Page['standing']['proof'], [unknown]>[0];

function proofed(page: Page, change: (proof: Proof) => Proof): Page {
  const [proof] = page.standing.proof;
  return { ...page, standing: { ...page.standing, proof: [change(proof!)] } };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return changed;
}
