import type { QueryResult } from '../Subnet.types.ts';
import { concat, domainSeparator } from './Bytes.ts';
import { hashOfMap } from './RequestId.ts';
import type { NodeKey } from './SubnetKeys.ts';

const IC_RESPONSE = domainSeparator('ic-response');

/** A query's response as it goes over the wire, before CBOR. */
export type SignedQueryResponse = Readonly<Record<string, unknown>>;

/**
 * The response to a query with the node's signature over its content, the time and the request it answers
 * (IC interface specification, "Query call"). `timeNs` is nanoseconds since the epoch.
 */
export function signedQueryResponse(
  node: NodeKey,
  result: QueryResult,
  requestId: Uint8Array,
  timeNs: bigint,
): SignedQueryResponse {
  const content =
    result.status === 'replied'
      ? { status: 'replied', reply: { arg: result.reply } }
      : {
          status: 'rejected',
          reject_code: result.rejectCode,
          reject_message: result.rejectMessage,
          error_code: result.errorCode,
        };
  const hash = hashOfMap(Object.entries({ ...content, timestamp: timeNs, request_id: requestId }));
  const signature = node.sign(concat(IC_RESPONSE, hash));
  return { ...content, signatures: [{ timestamp: timeNs, signature, identity: node.nodeId }] };
}
