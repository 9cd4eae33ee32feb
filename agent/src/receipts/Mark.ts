import { readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeAnswer, type Answer } from '@plimsoll/engine';
import { decodeBlob, decodeReceipt } from '@plimsoll/proof';
import { z } from 'zod';
import type { ReceiptStore } from './ReceiptStore.ts';
import { uncheckedReply } from './UncheckedReply.ts';

/**
 * A place in the receipts from which a start may go on reading: a record's receipt, which the canister signed, and what
 * stood behind it. It is no evidence: whoever goes on from it verifies that receipt and compares.
 */
const MARK = z.strictObject({
  version: z.literal(1),
  /** The record's receipt. */
  file: z.string().min(1),
  /** Hash of that record, hex. */
  head: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the canister had been told, as `Relayed`. */
  relayed: z.strictObject({
    barMs: z.number(),
    leaderBarMs: z.number(),
    settlementMs: z.number(),
    instrumentHash: z.number().nullable(),
  }),
  /** Up to here ticks have been thrown away. */
  prunedThrough: z.string(),
});

export type Mark = z.infer<typeof MARK>;

const pathOf = (store: Pick<ReceiptStore, 'directory'>): string => join(store.directory, 'mark.json');
/** Files looked at for a record before a mark is put off until the next time. */
const MAX_LOOKED = 2_000;
/** Files looked at in one pruning. */
const MAX_PRUNED = 5_000;

/** Null where there is none, or none that can be read: then all is read. */
export async function readMark(store: Pick<ReceiptStore, 'directory'>): Promise<Mark | null> {
  try {
    return MARK.parse(JSON.parse(await readFile(pathOf(store), 'utf8')));
  } catch {
    return null;
  }
}

/** Marks the newest record's receipt. @returns whether there was one */
export async function putMark(store: ReceiptStore, relayed: Mark['relayed']): Promise<boolean> {
  const known = await readMark(store);
  const names = await store.names(known?.file);
  for (const file of names.slice(-MAX_LOOKED).reverse()) {
    const answer = await answerIn(store, file);
    if (answer?.kind !== 'record') continue;
    const prunedThrough = known?.prunedThrough ?? '';
    const head = Buffer.from(answer.head).toString('hex');
    await write(store, { version: 1, file, head, relayed, prunedThrough });
    return true;
  }
  return false;
}

/**
 * Throws away receipts of ticks from before a wall time: no record hangs on them. Records' receipts are the proof and stay.
 * Only behind the mark, so that a start never misses one. @returns how many
 */
export async function pruneTicks(store: ReceiptStore, beforeMs: number): Promise<number> {
  const mark = await readMark(store);
  if (mark === null) return 0;
  const names = (await store.names(mark.prunedThrough, mark.file)).filter(
    (name) => name > mark.prunedThrough,
  );
  let pruned = 0;
  let through = mark.prunedThrough;
  for (const name of names.slice(0, MAX_PRUNED)) {
    const path = join(store.directory, name);
    if ((await stat(path)).mtimeMs >= beforeMs) break;
    if ((await answerIn(store, name))?.kind === 'tick') {
      await unlink(path);
      pruned += 1;
    }
    through = name;
  }
  if (through !== mark.prunedThrough) await write(store, { ...mark, prunedThrough: through });
  return pruned;
}

async function write(store: ReceiptStore, mark: Mark): Promise<void> {
  const path = pathOf(store);
  await writeFile(`${path}.part`, JSON.stringify(mark), { mode: 0o600 });
  await rename(`${path}.part`, path);
}

/** What a receipt's answer was, unchecked; null for a file that holds none. */
export async function answerIn(store: Pick<ReceiptStore, 'directory'>, file: string): Promise<Answer | null> {
  if (!file.endsWith('.receipt')) return null;
  try {
    const receipt = decodeReceipt(new Uint8Array(await readFile(join(store.directory, file))));
    return decodeAnswer(decodeBlob(uncheckedReply(receipt)));
  } catch {
    return null;
  }
}
