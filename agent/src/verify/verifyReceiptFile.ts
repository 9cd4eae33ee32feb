import type { Principal } from '@icp-sdk/core/principal';
import { decodeBlob, verifyReceipt, type Receipt } from '@plimsoll/proof';
import { decodeAnswer, decodeRecord, type Answer, type Decision } from '@plimsoll/engine';
import { readAnswer } from '../canister/Answered.ts';
import { toHex } from '../canister/Bytes.ts';
import { CanisterError } from '../canister/CanisterError.ts';
import { emptyLog, type LogHead } from '../canister/LogHead.ts';
import { isMethod } from '../canister/Method.ts';
import { StoreError } from '../receipts/StoreError.ts';

/** What one receipt proves by itself. Times in milliseconds since 1970-01-01 UTC, hashes in hexadecimal. */
export interface ReceiptProven {
  readonly canisterId: string;
  readonly method: string;
  /** Who called. */
  readonly sender: string;
  /** When the network certified the answer. */
  readonly certifiedMs: number;
  readonly requestId: string;
  readonly answer: Answer['kind'];
  /** Of the record, or of the record that a tick stands on; −1 for a refusal. */
  readonly sequence: number;
  /** SHA-256 of the record, or the head that a tick stands on; empty for a refusal. */
  readonly head: string;
  readonly decision: Decision | null;
  /** The canister's refusal, where it was one. */
  readonly refusal: { readonly kind: string; readonly leaf: string; readonly message: string } | null;
}

/**
 * Checks one receipt offline: signature, canister, request, reply, and that the answer fits the frame it answers. Its
 * place in the owner's log is for a bundle to show.
 * @throws ProofError, LogError, StoreError with what does not hold
 */
export async function verifyReceiptFile(
  receipt: Receipt,
  options: { readonly rootKey: Uint8Array; readonly canisterId: Principal },
): Promise<ReceiptProven> {
  const { reply, timeNs, requestId } = await verifyReceipt(receipt, options);
  const { methodName, arg, sender, canisterId } = receipt.request;
  if (!isMethod(methodName)) {
    throw new StoreError(
      'malformed',
      `Expected a call of the risk canister, got one of ${methodName}. The receipt is genuine, but not of this canister.`,
    );
  }
  const certified = {
    canisterId: canisterId.toText(),
    method: methodName,
    sender: sender.toText(),
    certifiedMs: Number(timeNs / 1_000_000n),
    requestId: toHex(requestId),
  };
  try {
    const answer = decodeAnswer(decodeBlob(reply));
    const { decision, log } = readAnswer(logBefore(answer), methodName, decodeBlob(arg), reply);
    return {
      ...certified,
      answer: answer.kind,
      sequence: log.sequence,
      head: toHex(log.head),
      decision,
      refusal: null,
    };
  } catch (error) {
    if (!(error instanceof CanisterError)) throw error;
    const { kind, leaf, message } = error;
    return {
      ...certified,
      answer: 'error',
      sequence: -1,
      head: '',
      decision: null,
      refusal: { kind, leaf, message },
    };
  }
}

/** The log that this answer continues by its own word: alone it can be held against no other. */
function logBefore(answer: Answer): LogHead {
  switch (answer.kind) {
    case 'record': {
      const { owner, sequence, previousHead } = decodeRecord(answer.record);
      return { owner, sequence: sequence - 1, head: previousHead };
    }
    case 'tick':
      return { owner: new Uint8Array(), sequence: answer.sequence, head: answer.head };
    case 'error':
      return emptyLog(new Uint8Array());
  }
}
