import {
  decodeAnswer,
  decodeDecision,
  decodeIntent,
  decodeObservation,
  decodeRecord,
} from '@plimsoll/engine';
import { binding, type Decision, type Intent, type Observation } from '@plimsoll/engine';
import { decodeBlob } from '@plimsoll/proof';
import { ReceiptStore } from '../receipts/ReceiptStore.ts';
import { uncheckedReply } from '../receipts/UncheckedReply.ts';

/** A wish and its answer. */
export interface AnsweredIntent {
  readonly intent: Intent;
  readonly decision: Decision | null;
  /** The constraint or reason that refused it, null when it was granted. */
  readonly refusedBy: string | null;
}

export interface AnsweredObservation {
  readonly observation: Observation;
  readonly decision: Decision;
}

/** What a run left on record: read back from its receipts, so that it is the same after a crash and a restart. */
export interface RunRecord {
  readonly receipts: number;
  readonly observations: readonly AnsweredObservation[];
  readonly intents: readonly AnsweredIntent[];
}

/** Reads receipts that this machine itself verified before it kept them. */
export async function readRunRecord(store: ReceiptStore): Promise<RunRecord> {
  const observations: AnsweredObservation[] = [];
  const intents: AnsweredIntent[] = [];
  let receipts = 0;
  for await (const stored of store.read()) {
    receipts += 1;
    const receipt = ReceiptStore.decode(stored);
    const { methodName, arg } = receipt.request;
    if (methodName !== 'observe' && methodName !== 'intent') continue;
    const frame = decodeBlob(arg);
    const answer = decodeAnswer(decodeBlob(uncheckedReply(receipt)));
    const decision =
      answer.kind === 'error'
        ? null
        : decodeDecision(answer.kind === 'tick' ? answer.decision : decodeRecord(answer.record).decision);
    if (methodName === 'intent') {
      const refusedBy =
        answer.kind === 'error'
          ? answer.leaf
          : decision?.action === 'ENTER'
            ? null
            : decision && binding(decision);
      intents.push({ intent: decodeIntent(frame), decision, refusedBy });
    } else if (decision !== null) {
      observations.push({ observation: decodeObservation(frame), decision });
    }
  }
  return { receipts, observations, intents };
}
