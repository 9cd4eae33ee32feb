import { Endpoint, type HttpAgent, type CallRequest as WireCall } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { checkCallRequest, type CallRequest } from './CallRequest.ts';

/** Called with the call's final content just before it is signed and sent; what it throws stops the call. */
export type BeforeSend = (request: CallRequest) => void | Promise<void>;

/** One call on its way through an agent, found again by its own argument array. */
export interface SentCall {
  readonly nonce: Uint8Array;
  readonly beforeSend: BeforeSend | undefined;
  /** Undefined until the agent has fixed the expiry and `beforeSend` has agreed, which is just before sending. */
  request: CallRequest | undefined;
  /** Set once nobody waits any more: what has not left by then must not leave later. */
  isAbandoned: boolean;
}

const tapped = new WeakMap<HttpAgent, WeakMap<Uint8Array, SentCall>>();

/**
 * The calls an agent is sending. An HttpAgent fixes a call's expiry inside `call` and reports it only when `call`
 * succeeds; but a call whose answer was lost is just the one whose exact content we need: so a transform, added
 * once per agent, notes it before anything leaves the machine.
 */
export function sentCallsOf(agent: HttpAgent): WeakMap<Uint8Array, SentCall> {
  const existing = tapped.get(agent);
  if (existing !== undefined) return existing;
  const calls = new WeakMap<Uint8Array, SentCall>();
  agent.addTransform('update', async (outgoing) => {
    if (outgoing.endpoint !== Endpoint.Call) return;
    const sent = calls.get(outgoing.body.arg);
    if (sent === undefined) return;
    outgoing.body.nonce = Object.assign(Uint8Array.from(sent.nonce), { __nonce__: undefined });
    const request = fromWire(outgoing.body);
    await sent.beforeSend?.(request);
    if (sent.isAbandoned) throw new Error('The call was given up before it was sent');
    sent.request = request;
  });
  tapped.set(agent, calls);
  return calls;
}

/** A call's content in our terms. */
function fromWire(call: WireCall): CallRequest {
  return checkCallRequest({
    requestType: call.request_type,
    canisterId: call.canister_id,
    methodName: call.method_name,
    arg: Uint8Array.from(call.arg),
    sender: call.sender instanceof Uint8Array ? Principal.fromUint8Array(call.sender) : call.sender,
    ingressExpiry: call.ingress_expiry.toBigInt(),
    ...(call.nonce === undefined ? {} : { nonce: Uint8Array.from(call.nonce) }),
  });
}
