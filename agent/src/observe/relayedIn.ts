import { decodeAnswer, decodeHistory, decodeObservation } from '@plimsoll/engine';
import { decodeBlob } from '@plimsoll/proof';
import { readMark } from '../receipts/Mark.ts';
import { ReceiptStore } from '../receipts/ReceiptStore.ts';
import { uncheckedReply } from '../receipts/UncheckedReply.ts';
import { afterHistory, afterObservation, NOTHING_RELAYED, type Relayed } from './Relayed.ts';

/**
 * What the canister was told according to the receipts on this machine, from their mark on: where an observer goes on after a restart.
 * @throws StoreError when the receipts cannot be read
 */
export async function relayedIn(store: ReceiptStore): Promise<Relayed> {
  const mark = await readMark(store);
  let relayed: Relayed = mark?.relayed ?? NOTHING_RELAYED;
  for await (const stored of store.read(mark?.file)) {
    const receipt = ReceiptStore.decode(stored);
    const { methodName, arg } = receipt.request;
    if (methodName !== 'load_history' && methodName !== 'observe') continue;
    if (decodeAnswer(decodeBlob(uncheckedReply(receipt))).kind === 'error') continue;
    const frame = decodeBlob(arg);
    relayed =
      methodName === 'observe'
        ? afterObservation(relayed, decodeObservation(frame))
        : afterHistory(decodeHistory(frame));
  }
  return relayed;
}
