import type { Bundle } from '../receipts/Bundle.ts';
import { WHAT_IT_PROVES } from '../receipts/ProofNote.ts';
import { decisionLines, isoTime } from './DecisionText.ts';
import type { BundleProven } from './verifyBundle.ts';
import type { ReceiptProven } from './verifyReceiptFile.ts';

/** @param isPinned whether the canister was named by the person, and not only by the file itself */
export function receiptLines(proven: ReceiptProven, isPinned: boolean): string[] {
  const { method, answer, sequence, head, refusal, decision } = proven;
  return [
    `PROVEN: canister ${proven.canisterId} answered ${method} of ${proven.sender} at ${isoTime(proven.certifiedMs)}`,
    ...pinning(proven.canisterId, isPinned),
    `request ${proven.requestId}`,
    ...(answer === 'record' ? [`record ${String(sequence)}, head ${head}`] : []),
    ...(answer === 'tick' ? [`tick on record ${String(sequence)}, head ${head}`] : []),
    ...(refusal === null ? [] : [`refused (${refusal.kind}/${refusal.leaf}): ${refusal.message}`]),
    ...(decision === null ? [] : decisionLines(decision)),
    WHAT_IT_PROVES,
  ];
}

/** @param isPinned whether the canister was named by the person, and not only by the file itself */
export function bundleLines(proven: BundleProven, bundle: Bundle, isPinned: boolean): string[] {
  const { records, ticks, refusals, decisions, signatures, fetched, start } = proven;
  return [
    `PROVEN: ${String(records)} records of canister ${proven.canisterId} from ${isoTime(proven.firstMs)} to ${isoTime(proven.lastMs)}`,
    ...pinning(proven.canisterId, isPinned),
    `owner ${proven.owner}, head ${proven.head}`,
    `replayed ${String(decisions)} decisions to the same bytes (${String(ticks)} of them ticks); ${String(refusals)} refusals of the canister`,
    ...(start === 0
      ? []
      : [`begun from the checkpoint at record ${String(start)}, whose state is here and has its hash`]),
    ...(fetched === 0
      ? []
      : [
          `${String(fetched)} of the records without a receipt of their own: the log proves them, who sent their frames is the canister's word`,
        ]),
    `signatures verified: ${String(signatures)}; the hash chain proves the rest`,
    bundle.note,
  ];
}

function pinning(canisterId: string, isPinned: boolean): string[] {
  return isPinned
    ? []
    : [`the file itself names ${canisterId}: compare it with the canister you expect, or give --canister`];
}
