import { HttpAgent, type Identity } from '@icp-sdk/core/agent';

export interface Network {
  /** Such as `https://icp-api.io` or `http://127.0.0.1:4943`. */
  readonly host: string;
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
  return HttpAgent.createSync({
    host: network.host,
    rootKey: network.rootKey,
    identity,
    shouldFetchRootKey: false,
    // A call that is sent again must be our own decision, after a look-up.
    retryTimes: 0,
    // What a query brings is believed for its certificate and witness; which node signed the response adds nothing.
    verifyQuerySignatures: false,
    ...(fetchImplementation === undefined ? {} : { fetch: fetchImplementation }),
  });
}
