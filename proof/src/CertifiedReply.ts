import type { HashTree } from '@icp-sdk/core/agent';
import { equalBytes, toHex } from './Bytes.ts';
import { requestIdOf } from './CallRequest.ts';
import { leafAt, verifyCertificate } from './Certificate.ts';
import { decodeLeb128 } from './Leb128.ts';
import { CertifiedRejection, ProofError } from './ProofError.ts';
import { checkReceipt, type Receipt } from './Receipt.ts';
import { checkRootKey } from './RootKey.ts';
import { checkAge, checkClock, toCanisterId, type ClockOptions, type TrustOptions } from './VerifyOptions.ts';

export interface VerifyOptions extends TrustOptions, ClockOptions {
  /** Id of the request that *we* sent. It is what defeats a replayed receipt; see {@link verifyReceipt}. */
  readonly expectedRequestId?: Uint8Array;
  /** Method that must have been called, so that the reply of another is not read as this one's. */
  readonly expectedMethodName?: string;
}

/** What the network certified in answer to one call. */
export interface CertifiedReply {
  /** The reply as the canister gave it: a Candid message, for us of one blob. */
  readonly reply: Uint8Array;
  /** Certificate time, nanoseconds since 1970-01-01 UTC. */
  readonly timeNs: bigint;
  readonly requestId: Uint8Array;
}

/**
 * Checks that a receipt proves a reply: the subnet's signature under the root key, this canister, this very request,
 * this reply, this time.
 *
 * **Replay.** An old genuine receipt verifies for ever; that is its purpose. What stops an old answer from being
 * passed off as the answer to a new question is that the reply is filed under the request id, which hashes our fresh
 * nonce and expiry: give `expectedRequestId`, and a receipt of any other request is refused as `wrong-request`.
 * The age check bounds how long even our own answer may be held back.
 *
 * @throws CertifiedRejection when the network certified that the call failed
 * @throws ProofError with a reason for everything else
 */
export async function verifyReceipt(receipt: Receipt, options: VerifyOptions): Promise<CertifiedReply> {
  const rootKey = checkRootKey(options.rootKey);
  const canisterId = toCanisterId(options.canisterId);
  checkClock(options);
  const { request, certificate } = checkReceipt(receipt);
  if (request.canisterId.toText() !== canisterId.toText()) {
    throw new ProofError(
      'wrong-canister',
      `Expected a call to canister ${canisterId.toText()}, got one to ${request.canisterId.toText()}. Use the receipt of your own canister.`,
    );
  }
  const { expectedMethodName, expectedRequestId } = options;
  if (expectedMethodName !== undefined && request.methodName !== expectedMethodName) {
    throw wrongRequest(`a call of ${expectedMethodName}`, `a call of ${request.methodName}`);
  }
  const requestId = requestIdOf(request);
  if (expectedRequestId !== undefined && !equalBytes(requestId, expectedRequestId)) {
    throw wrongRequest(`request ${toHex(expectedRequestId)}`, `request ${toHex(requestId)}`);
  }
  const { tree, timeNs } = await verifyCertificate(certificate, rootKey, canisterId);
  checkAge(timeNs, options);
  return { reply: replyIn(tree, timeNs, requestId), timeNs, requestId };
}

/** The reply filed under this request, or the reason why there is none. The tree must have been verified. */
function replyIn(tree: HashTree, timeNs: bigint, requestId: Uint8Array): Uint8Array {
  const path = ['request_status', requestId];
  const statusLeaf = leafAt(tree, [...path, 'status']);
  const status = statusLeaf === undefined ? 'nothing' : textOf(statusLeaf);
  if (status === 'rejected') throw rejectionIn(tree, timeNs, requestId);
  const reply = status === 'replied' ? leafAt(tree, [...path, 'reply']) : undefined;
  if (reply !== undefined) return reply;
  const advice =
    status === 'received' || status === 'processing'
      ? 'It is still under way: ask again.'
      : 'The certificate answers another request, the call was changed, or the answer is no longer kept: ask for this request id again.';
  throw new ProofError(
    'no-reply',
    `Expected a reply to request ${toHex(requestId)}, got a certificate saying ${status === 'replied' ? 'replied without the reply' : status} about it. ${advice}`,
  );
}

function rejectionIn(tree: HashTree, timeNs: bigint, requestId: Uint8Array): ProofError {
  const leaf = (label: string): Uint8Array | undefined => leafAt(tree, ['request_status', requestId, label]);
  const codeLeaf = leaf('reject_code');
  const code = codeLeaf === undefined ? undefined : decodeLeb128(codeLeaf);
  const message = leaf('reject_message');
  if (code === undefined || message === undefined) {
    return new ProofError(
      'malformed',
      `Expected a code and a message with the rejection of request ${toHex(requestId)}, got a certificate without them. Ask for this request id again.`,
    );
  }
  const errorCode = leaf('error_code');
  return new CertifiedRejection({
    rejectCode: Number(code.value),
    rejectMessage: textOf(message),
    ...(errorCode === undefined ? {} : { errorCode: textOf(errorCode) }),
    timeNs,
    requestId,
  });
}

function wrongRequest(expected: string, came: string): ProofError {
  return new ProofError(
    'wrong-request',
    `Expected the receipt of ${expected}, got that of ${came}. It answers another question: do not act on it, fetch your own.`,
  );
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
