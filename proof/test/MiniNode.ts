import { Cbor, requestIdOf } from '@icp-sdk/core/agent';
import { answerTree, certify, type SubnetKey, type Tree } from './MiniIc.ts';
import { encode } from 'cborg';

/** What a node answers, given the id it computed itself from the bytes on the wire and how often it was asked. */
export type Answer = (requestId: Uint8Array, count: number) => Response | Promise<Response>;

export interface MiniNode {
  readonly fetch: typeof fetch;
  /** Ids of the calls received, in order. */
  readonly calls: Uint8Array[];
  readonly polls: Uint8Array[];
}

/** A node behind the HTTP interface of the Internet Computer, as a `fetch` for HttpAgent. */
export function miniNode(
  onCall: Answer,
  onReadState: Answer = () => new Response('no', { status: 503 }),
): MiniNode {
  const calls: Uint8Array[] = [];
  const polls: Uint8Array[] = [];
  const answer: typeof fetch = async (input, init) => {
    const { content } = Cbor.decode<{ content: Record<string, unknown> }>(init?.body as Uint8Array);
    if (!String(input).endsWith('/read_state')) {
      const requestId = requestIdOf(content);
      calls.push(requestId);
      return onCall(requestId, calls.length);
    }
    const [[, requestId]] = content['paths'] as [[Uint8Array, Uint8Array]];
    polls.push(requestId);
    return onReadState(requestId, polls.length);
  };
  return { fetch: answer, calls, polls };
}

export const cborResponse = (value: unknown): Response =>
  new Response(Uint8Array.from(encode(value)), { status: 200 });
export const accepted = (): Response => new Response(null, { status: 202 });

/** A sync answer, or an answer to read_state, with this status certified. */
export function certified(key: SubnetKey, requestId: Uint8Array, status: Tree, timeNs: bigint): Response {
  return cborResponse({
    status: 'replied',
    certificate: certify(answerTree(requestId, status, timeNs), key),
  });
}
