// A short life of one owner: every kind of answer once or more, kept in a receipt directory.
import { DEFAULT_LIMITS } from '@plimsoll/engine';
import type { Receipt } from '@plimsoll/proof';
import { setSail, type Harbour } from '../../canister/testing/Harbour.ts';
import { observationOf, WARM_UP } from '../../canister/testing/Sea.ts';
import { ReceiptStore } from '../../receipts/ReceiptStore.ts';

/** Records 0–2 of `setSail`, then: limits, bar, tick, refusal, intent, bar, bar, tick. */
export const VOYAGE = { records: 8, ticks: 2, refusals: 1, decisions: 6 } as const;

export async function sail(harbour: Harbour): Promise<void> {
  await setSail(harbour);
  const { owner, agent, nextId } = harbour;
  await owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 10 });
  await agent.observe(observationOf(nextId(), WARM_UP));
  const { decision } = await agent.observe(observationOf(nextId(), WARM_UP, WARM_UP + 1, 5_000));
  await agent.observe(observationOf(nextId(), WARM_UP + 60)).catch(() => undefined);
  await agent.intent({ id: nextId(), timeMs: decision.value.timeMs, side: 1, notionalUsdt: 1_000 });
  await agent.observe(observationOf(nextId(), WARM_UP + 1));
  await agent.observe(observationOf(nextId(), WARM_UP + 2));
  await agent.observe(observationOf(nextId(), WARM_UP + 2, WARM_UP + 3, 5_000));
}

export async function receiptsOf(harbour: Harbour): Promise<{ bytes: Uint8Array; receipt: Receipt }[]> {
  const all: { bytes: Uint8Array; receipt: Receipt }[] = [];
  for await (const stored of harbour.log.store.read()) {
    all.push({ bytes: stored.bytes, receipt: ReceiptStore.decode(stored) });
  }
  return all;
}
