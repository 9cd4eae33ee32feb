import { HttpAgent, type Identity } from '@icp-sdk/core/agent';

export interface Network {
  /** Such as `https://icp-api.io` or `http://127.0.0.1:4943`. */
  readonly host: string;
  /** Tried in this order when the host does not answer. */
  readonly otherHosts?: readonly string[];
  /** Pinned: never fetched from the node that answers. DER. */
  readonly rootKey: Uint8Array;
}

/**
 * A client of the network for one identity.
 * @param fetchImplementation replaces the platform's `fetch`, for tests and proxies
 */
export function createHttpAgent(
  network: Network,
  identity: Identity,
  fetchImplementation?: typeof fetch,
): HttpAgent {
  const { otherHosts = [] } = network;
  const send = fetchImplementation ?? (otherHosts.length > 0 ? fetch : undefined);
  const fetching =
    send === undefined || otherHosts.length === 0 ? send : failover(network.host, otherHosts, send);
  return HttpAgent.createSync({
    host: network.host,
    rootKey: network.rootKey,
    identity,
    shouldFetchRootKey: false,
    // A call that is sent again must be our own decision, after a look-up.
    retryTimes: 0,
    // What a query brings is believed for its certificate and witness; which node signed the response adds nothing.
    verifyQuerySignatures: false,
    ...(fetching === undefined ? {} : { fetch: fetching }),
  });
}

/** Answers of a gateway that has nothing to say about what lies behind it. */
const GATEWAY = 500;

/**
 * Sends to another host what one did not take. A call that both took is one call: the network knows its request id.
 */
export function failover(
  host: string,
  otherHosts: readonly string[],
  send: typeof fetch,
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  const origins = [host, ...otherHosts].map((url) => new URL(url).origin);
  // The host that answered last is asked first.
  let first = 0;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    let failure: unknown;
    for (let tried = 0; tried < origins.length; tried++) {
      const index = (first + tried) % origins.length;
      const there = new URL(url.pathname + url.search, origins[index]);
      try {
        const response = await send(there, init);
        const isLast = tried === origins.length - 1;
        if (response.status < GATEWAY || isLast) {
          first = index;
          return response;
        }
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}
