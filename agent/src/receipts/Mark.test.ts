import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHarbour, setSail, type Harbour } from '../canister/testing/Harbour.ts';
import { observationOf, WARM_UP } from '../canister/testing/Sea.ts';
import { relayedIn } from '../observe/relayedIn.ts';
import { pruneTicks, putMark, readMark } from './Mark.ts';
import { ReceiptStore } from './ReceiptStore.ts';

const RELAYED = { barMs: 1, leaderBarMs: 1, settlementMs: -1, instrumentHash: 7 };
let harbour: Harbour;
let store: ReceiptStore;

beforeEach(async () => {
  harbour = await openHarbour();
  await setSail(harbour);
  const { agent, nextId } = harbour;
  // A bar, three ticks, a bar, a tick: files 3 to 8.
  for (const [bars, laterMs] of [
    [0, 0],
    [1, 5_000],
    [1, 9_000],
    [1, 12_000],
    [1, 0],
    [2, 5_000],
  ] as const) {
    if (laterMs === 0) await agent.observe(observationOf(nextId(), WARM_UP + bars));
    else await agent.observe(observationOf(nextId(), WARM_UP + bars - 1, WARM_UP + bars, laterMs));
  }
  store = await ReceiptStore.open(harbour.directory);
});
afterEach(() => harbour.remove());

it('a start goes on from the mark, reads nothing before it, and comes to the same head', async () => {
  expect(await putMark(store, RELAYED)).toBe(true);
  const mark = await readMark(store);
  expect(mark?.file).toBe('000000007-observe.receipt');
  // What lies before the mark could not even be read.
  for (const name of await store.names())
    if (name < (mark?.file ?? '')) await writeFile(join(harbour.directory, name), 'damaged');
  const { log, agent } = await harbour.reopen();
  expect(log.head).toEqual(harbour.log.head);
  expect(await relayedIn(store)).toMatchObject({
    barMs: observationOf(harbour.nextId(), WARM_UP + 1).bars.at(-1)?.timeMs,
  });
  expect((await agent.observe(observationOf(harbour.nextId(), WARM_UP + 2))).isRecord).toBe(true);
});

it('a mark that its receipt does not bear out is as none: all is read', async () => {
  await putMark(store, RELAYED);
  const path = join(harbour.directory, 'mark.json');
  const mark = JSON.parse(await readFile(path, 'utf8')) as { head: string };
  await writeFile(path, JSON.stringify({ ...mark, head: '00'.repeat(32) }));
  expect((await harbour.reopen()).log.head).toEqual(harbour.log.head);
  await writeFile(path, 'not a mark');
  expect((await harbour.reopen()).log.head).toEqual(harbour.log.head);
});

it('old ticks behind the mark are thrown away, once each; records and what is young stay', async () => {
  const now = Date.now();
  expect(await pruneTicks(store, now + 1)).toBe(0);
  await putMark(store, RELAYED);
  const [, , , , old = ''] = await store.names();
  await utimes(join(harbour.directory, old), 1, 1);
  expect(await pruneTicks(store, now - 60_000)).toBe(0);
  for (const name of await store.names()) await utimes(join(harbour.directory, name), 1, 1);
  expect(await pruneTicks(store, now - 60_000)).toBe(3);
  expect(await pruneTicks(store, now - 60_000)).toBe(0);
  expect((await store.names()).map((name) => name.slice(6, 9))).toEqual([
    '000',
    '001',
    '002',
    '003',
    '007',
    '008',
  ]);
  expect((await harbour.reopen()).log.head).toEqual(harbour.log.head);
});
