import { lookup_path, lookupResultToBuffer, type HashTree } from '@icp-sdk/core/agent';
import { decode } from 'cborg';
import { requestIdOf, type Receipt } from '@plimsoll/proof';
import { StoreError } from './StoreError.ts';

/** CBOR tag 55799 before every certificate. */
const SELF_DESCRIBED_BYTES = 3;

/**
 * The reply in a receipt, read without checking the signature: only for records that a later, checked record's hash
 * chain proves. Everything else goes through `verifyReceipt`.
 * @throws StoreError `malformed` when the certificate holds no reply to the receipt's own request
 */
export function uncheckedReply(receipt: Receipt): Uint8Array {
  const requestId = requestIdOf(receipt.request);
  let reply: Uint8Array | undefined;
  try {
    const { tree } = decode(receipt.certificate.subarray(SELF_DESCRIBED_BYTES)) as { tree: HashTree };
    reply = lookupResultToBuffer(lookup_path(['request_status', requestId, 'reply'], tree));
  } catch (cause) {
    throw noReply(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (reply === undefined) throw noReply('none');
  return reply;
}

function noReply(came: string, cause?: unknown): StoreError {
  return new StoreError(
    'malformed',
    `Expected a certificate with the reply to its receipt's own request, got ${came}. Frame, request or certificate was changed.`,
    cause,
  );
}
