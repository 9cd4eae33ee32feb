import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReceiptStore } from './ReceiptStore.ts';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'store-')), 'receipts');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

async function contents(store: ReceiptStore): Promise<[string, number[]][]> {
  const all: [string, number[]][] = [];
  for await (const { fileName, bytes } of store.read()) all.push([fileName, [...bytes]]);
  return all;
}

it('keeps receipts in order, for this user alone, and goes on with the next number after a restart', async () => {
  const store = await ReceiptStore.open(directory);
  expect(await store.keep('register', Uint8Array.of(1))).toBe('000000000-register.receipt');
  const again = await ReceiptStore.open(directory);
  expect(await again.keep('load_history', Uint8Array.of(2))).toBe('000000001-load_history.receipt');
  expect(await contents(again)).toEqual([
    ['000000000-register.receipt', [1]],
    ['000000001-load_history.receipt', [2]],
  ]);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, '000000000-register.receipt'))).mode & 0o777).toBe(0o600);
});

it('text order is time order past every power of ten', async () => {
  const store = await ReceiptStore.open(directory);
  for (let i = 0; i < 12; i++) await store.keep('observe', Uint8Array.of(i));
  expect((await contents(store)).map(([, bytes]) => bytes[0])).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
});

it('what a crash left half written is no receipt and goes away', async () => {
  await ReceiptStore.open(directory);
  await writeFile(join(directory, '000000000-observe.receipt.part'), 'half');
  const store = await ReceiptStore.open(directory);
  expect(await contents(store)).toEqual([]);
  expect(await readdir(directory)).toEqual([]);
});

it('never overwrites what another process wrote', async () => {
  const one = await ReceiptStore.open(directory);
  const other = await ReceiptStore.open(directory);
  await one.keep('observe', Uint8Array.of(1));
  await expect(other.keep('observe', Uint8Array.of(2))).rejects.toMatchObject({
    name: 'StoreError',
    leaf: 'taken',
  });
  expect([...(await readFile(join(directory, '000000000-observe.receipt')))]).toEqual([1]);
});

it('a directory that cannot be made or was taken away is a typed error', async () => {
  const store = await ReceiptStore.open(directory);
  await rm(directory, { recursive: true });
  await expect(store.keep('observe', Uint8Array.of(1))).rejects.toMatchObject({ leaf: 'unwritable' });
  await expect(contents(store)).rejects.toMatchObject({ leaf: 'unreadable' });
  await writeFile(directory, 'a file');
  await expect(ReceiptStore.open(directory)).rejects.toMatchObject({ leaf: 'unwritable' });
});

it('other files in the directory are left alone', async () => {
  const store = await ReceiptStore.open(directory);
  await writeFile(join(directory, 'notes.txt'), 'mine');
  expect(await contents(store)).toEqual([]);
  await store.keep('observe', Uint8Array.of(1));
  expect(await readdir(directory)).toContain('notes.txt');
});
