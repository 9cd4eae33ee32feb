import { type HttpAgent, isV2ResponseBody, isV4ResponseBody, type SubmitResponse } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import { equalBytes, toHex } from './Bytes.ts';
import { checkCallRequest, requestIdOf, type CallRequest } from './CallRequest.ts';
import { leafAt, readCertificateForm } from './Certificate.ts';
import { FetchError } from './FetchError.ts';
import { before, explainAgentError, followClock, LateError } from './AgentFailure.ts';
import { ProofError } from './ProofError.ts';
import { RECEIPT_VERSION, type Receipt } from './Receipt.ts';
import { verifySignature } from './Signature.ts';
import { type BeforeSend, type SentCall, sentCallsOf } from './SentCalls.ts';

export interface ReceiptCall {
  readonly canisterId: Principal | string;
  readonly methodName: string;
  /** A Candid message; for the hot methods {@link encodeBlob} of a frame. */
  readonly arg: Uint8Array;
}

export interface FetchOptions {
  /** How long to wait for a final answer, submission and polling together. Default 30,000. */
  readonly timeoutMs?: number;
  /** Pause between polls. Default 500. */
  readonly pollIntervalMs?: number;
  /** Sees the call's exact content before it is sent: the place to journal it for {@link refetchReceipt}. */
  readonly beforeSend?: BeforeSend;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_POLL_INTERVAL_MS = 500;
const NONCE_BYTES = 16;

/**
 * Makes an update call with a fresh nonce and returns its receipt, of a reply or of a certified rejection alike.
 * Nothing in it may be believed before `verifyReceipt`, given `expectedRequestId: requestIdOf(receipt.request)`.
 * @throws FetchError when there is no receipt; its `outcome` says whether the call may have run
 */
export async function fetchReceipt(
  agent: HttpAgent,
  call: ReceiptCall,
  options: FetchOptions = {},
): Promise<Receipt> {
  const deadlineMs = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  // A copy: it is the key under which the call is found again, so it must be this call's alone.
  const arg = Uint8Array.from(call.arg);
  const sent: SentCall = {
    nonce: crypto.getRandomValues(new Uint8Array(NONCE_BYTES)),
    beforeSend: options.beforeSend,
    request: undefined,
    isAbandoned: false,
  };
  sentCallsOf(agent).set(arg, sent);
  let response: SubmitResponse;
  try {
    const { canisterId, methodName } = call;
    response = await before(deadlineMs, agent.call(canisterId, { methodName, arg }));
  } catch (cause) {
    sent.isAbandoned = true;
    await followClock(agent, cause, call.canisterId);
    throw explainAgentError(cause, sent.request);
  }
  const request = contentOf(sent, response.requestId);
  const { body, status } = response.response;
  if (isV4ResponseBody(body)) {
    const { isFinal } = progressIn(body.certificate, request);
    if (isFinal) return toReceipt(body.certificate, request);
  } else if (isV2ResponseBody(body)) {
    throw refused(body, request);
  } else if (status !== 202) {
    throw unusable(`HTTP ${status} without a certificate`, request);
  }
  return poll(agent, request, deadlineMs, options);
}

/**
 * Looks a call up by its request id instead of sending it again. Works while the network keeps the answer, which is at
 * least until the call's expiry.
 * @throws FetchError `gone` once it is past finding: then only the canister's own record can tell
 */
export async function refetchReceipt(
  agent: HttpAgent,
  request: CallRequest,
  options: Omit<FetchOptions, 'beforeSend'> = {},
): Promise<Receipt> {
  const call = checkCallRequest(request);
  const deadlineMs = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let principal: Principal;
  try {
    principal = await agent.getPrincipal();
  } catch (cause) {
    throw explainAgentError(cause, call);
  }
  if (principal.toText() !== call.sender.toText()) {
    throw new FetchError(
      `Expected to ask as the sender ${call.sender.toText()}, the agent is ${principal.toText()}. The network tells a request's status to its sender only: use that identity.`,
      { kind: 'request', leaf: 'sender', outcome: 'unknown', request: call },
    );
  }
  return poll(agent, call, deadlineMs, options);
}

async function poll(
  agent: HttpAgent,
  request: CallRequest,
  deadlineMs: number,
  { pollIntervalMs = DEFAULT_POLL_INTERVAL_MS }: FetchOptions,
): Promise<Receipt> {
  const paths = [[new TextEncoder().encode('request_status'), requestIdOf(request)]];
  for (;;) {
    let certificate: Uint8Array;
    try {
      // The age of the certificate is verifyReceipt's to judge, by the caller's clock.
      const reading = agent.readState(
        { canisterId: request.canisterId },
        { paths, disableTimeVerification: true, blsVerify: verifySignature },
      );
      certificate = (await before(deadlineMs, reading)).certificate;
    } catch (cause) {
      await followClock(agent, cause, request.canisterId);
      throw explainAgentError(cause, request);
    }
    const { isFinal, isGone } = progressIn(certificate, request);
    if (isFinal) return toReceipt(certificate, request);
    if (isGone) throw gone(request);
    if (performance.now() + pollIntervalMs >= deadlineMs)
      throw explainAgentError(new LateError('No final answer in the time given'), request);
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}

/**
 * How far a certificate says the call is. It decides only whether to go on asking, never what to believe.
 * `isGone`: answered once and forgotten, or unknown although no longer acceptable.
 * @throws FetchError `unusable-answer`
 */
function progressIn(certificate: unknown, request: CallRequest): { isFinal: boolean; isGone: boolean } {
  if (!(certificate instanceof Uint8Array)) throw unusable('a certificate that is not bytes', request);
  try {
    const { tree, timeNs } = readCertificateForm(certificate);
    const leaf = leafAt(tree, ['request_status', requestIdOf(request), 'status']);
    const status = leaf === undefined ? undefined : new TextDecoder().decode(leaf);
    return {
      isFinal: status === 'replied' || status === 'rejected',
      isGone: status === 'done' || (status === undefined && timeNs > request.ingressExpiry),
    };
  } catch (cause) {
    if (cause instanceof ProofError) throw unusable(cause.message, request, cause);
    throw cause;
  }
}

function toReceipt(certificate: Uint8Array, request: CallRequest): Receipt {
  return { version: RECEIPT_VERSION, certificate, request };
}

/** The content exactly as sent: checked against the id that the agent computed from what was signed. */
function contentOf({ request }: SentCall, signedId: Uint8Array): CallRequest {
  if (request !== undefined && equalBytes(requestIdOf(request), signedId)) return request;
  throw new FetchError(
    'Expected an identity that signs the call as it is, got one that adds fields to it, which a receipt cannot carry. ' +
      'The call was sent: look its outcome up in the canister, and use a key or delegation identity.',
    { kind: 'request', leaf: 'sender', outcome: 'unknown', ...(request === undefined ? {} : { request }) },
  );
}

function refused(body: { reject_code: number; reject_message: string }, request: CallRequest): FetchError {
  const isTransient = body.reject_code === 2;
  return new FetchError(
    `Expected the call to be taken in, a node refused it (uncertified) with code ${body.reject_code}: ${body.reject_message}. ` +
      (isTransient ? 'Try again later.' : 'Correct the call before sending another.'),
    {
      kind: isTransient ? 'temporary' : 'request',
      leaf: 'refused',
      outcome: 'refused',
      request,
      rejectCode: body.reject_code,
    },
  );
}

function gone(request: CallRequest): FetchError {
  return new FetchError(
    `Expected the answer to request ${toHex(requestIdOf(request))}, the network keeps none any more. ` +
      'It never ran, or it ran and the answer was dropped: look its outcome up in the canister.',
    { kind: 'request', leaf: 'gone', outcome: 'unknown', request },
  );
}

function unusable(what: string, request: CallRequest, cause?: unknown): FetchError {
  return new FetchError(
    `Expected a certificate, got ${what}. Look the request up again, best through another node.`,
    {
      kind: 'temporary',
      leaf: 'unusable-answer',
      outcome: 'unknown',
      request,
      cause,
    },
  );
}
