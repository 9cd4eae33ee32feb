import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { subnetKey } from '../../../proof/test/MiniIc.ts';
import { ReceiptStore } from '../receipts/ReceiptStore.ts';
import { OwnerLog } from './OwnerLog.ts';
import { CANISTER, openHarbour, setSail, type Harbour } from './testing/Harbour.ts';
import { observationOf, WARM_UP } from './testing/Sea.ts';

let harbour: Harbour;
beforeEach(async () => {
  harbour = await openHarbour();
  await setSail(harbour);
});
afterEach(() => harbour.remove());

const file = (name: string): string => join(harbour.directory, name);

describe('opening the receipts of before', () => {
  it('refuses a newest record whose certificate was damaged: it is what proves the others', async () => {
    const newest = file('000000002-load_history.receipt');
    const bytes = await readFile(newest);
    const at = bytes.lastIndexOf(Buffer.from('signature')) + 'signature'.length + 10;
    bytes.set([(bytes[at] ?? 0) ^ 1], at);
    await writeFile(newest, bytes);
    await expect(harbour.reopen()).rejects.toMatchObject({ name: 'ProofError', reason: 'signature' });
  });

  it('refuses receipts with one missing or two exchanged', async () => {
    const [first, second] = ['000000000-register.receipt', '000000001-grant.receipt'];
    await rename(file(first), file('aside'));
    await expect(harbour.reopen()).rejects.toMatchObject({ leaf: 'sequence-gap' });
    await rename(file(second), file('000000000-grant.receipt'));
    await rename(file('aside'), file('000000001-register.receipt'));
    await expect(harbour.reopen()).rejects.toMatchObject({ leaf: 'sequence-gap' });
  });

  it('refuses a file that is no receipt and names it', async () => {
    await writeFile(file('000000003-observe.receipt'), 'nonsense');
    await expect(harbour.reopen()).rejects.toMatchObject({
      leaf: 'malformed',
      message: expect.stringContaining('000000003-observe.receipt') as string,
    });
  });

  it('refuses receipts of another network', async () => {
    const store = await ReceiptStore.open(harbour.directory);
    const rootKey = subnetKey('another').der;
    const open = OwnerLog.open({ owner: harbour.risk.owner, canisterId: CANISTER, rootKey, store });
    await expect(open).rejects.toMatchObject({ reason: 'signature' });
  });

  it('begins before the registration when there are none', async () => {
    for (const name of await readdir(harbour.directory)) await rm(file(name));
    const { log } = await harbour.reopen();
    expect(log.head).toMatchObject({ sequence: -1, head: new Uint8Array(32) });
  });
});

it('calls of owner and agent at once are made one after the other, in the order they were asked for', async () => {
  const { owner, agent, nextId, log } = harbour;
  const other = new Uint8Array(29).fill(3);
  const results = await Promise.all([
    agent.observe(observationOf(nextId(), WARM_UP)),
    owner.grant({ agent: other, expiresMs: harbour.risk.nowMs + 60_000 }),
    agent.observe(observationOf(nextId(), WARM_UP + 1)),
  ]);
  expect(results.map((result) => result.log.sequence)).toEqual([3, 4, 5]);
  expect(log.head.sequence).toBe(5);
});

it('a call that fails does not hold up the next one', async () => {
  const { agent, nextId } = harbour;
  const [bad, good] = await Promise.allSettled([
    agent.observe(observationOf(nextId(), WARM_UP + 40)),
    agent.observe(observationOf(nextId(), WARM_UP)),
  ]);
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
});
