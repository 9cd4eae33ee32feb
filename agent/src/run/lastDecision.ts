import type { Principal } from '@icp-sdk/core/principal';
import { decodeBlob, decodeReceipt, verifyReply, type Verified } from '@plimsoll/proof';
import { decodeAnswer, decodeDecision, decodeRecord, type Decision } from '@plimsoll/engine';
import type { Journal } from '../journal/Journal.ts';

/**
 * The decision accepted last, verified again from the journal's own evidence: what a restarted agent protects by while
 * the canister has not answered yet. Its age forbids entries; a plan's exits do not age.
 * @throws ProofError when the journal's evidence does not hold: then nothing follows from it
 */
export async function lastDecision(
  journal: Journal,
  options: { readonly rootKey: Uint8Array; readonly canisterId: Principal | string },
): Promise<Verified<Decision> | null> {
  const row = journal.latestDecision();
  if (row === null) return null;
  const receipt = decodeReceipt(row.receipt);
  // Not named as the answer to a request of this process, so that no entry can follow from it however young it is.
  return verifyReply(receipt, options, (reply) => {
    const answer = decodeAnswer(decodeBlob(reply));
    if (answer.kind === 'error') throw new TypeError('expected a decision in the journal, got a refusal');
    return decodeDecision(answer.kind === 'record' ? decodeRecord(answer.record).decision : answer.decision);
  });
}
