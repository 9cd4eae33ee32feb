import { HttpAgent } from '@dfinity/agent';
import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { Agent, request } from 'node:http';
import { rawKey, signed } from '../src/ic/http/testing/RawClient.ts';

const NO_ARGUMENT = IDL.encode([], []);
const EXPIRY_NS = 240_000_000_000n;

type Fetch = typeof fetch;

/** An unmodified agent that signs its requests and verifies the answers. */
export function verifyingAgent(url: string, rootKey: Uint8Array, fetcher: Fetch = fetch): Promise<HttpAgent> {
  const identity = Ed25519KeyIdentity.generate(new Uint8Array(32).fill(7));
  return HttpAgent.create({ host: url, identity, rootKey, fetch: fetcher });
}

/**
 * A `fetch` that asks the network once per request body and gives the same answer again from memory. A client behind it
 * does all its own work (encoding, signing, decoding, verifying) and nothing else costs time.
 */
export function rememberingFetch(): Fetch {
  const answers = new Map<string, { readonly status: number; readonly body: ArrayBuffer }>();
  return async (input, init) => {
    const { body } = init ?? {};
    const bytes = body instanceof Uint8Array ? body : new Uint8Array(body as ArrayBuffer);
    const key = Buffer.from(bytes).toString('base64');
    let answer = answers.get(key);
    if (answer === undefined) {
      const response = await fetch(input, init);
      answer = { status: response.status, body: await response.arrayBuffer() };
      answers.set(key, answer);
    }
    return new Response(answer.body, {
      status: answer.status,
      headers: { 'content-type': 'application/cbor' },
    });
  };
}

/** One verified query; throws when it is refused. */
export async function query(
  agent: HttpAgent,
  canisterId: string,
  methodName: string,
  arg = NO_ARGUMENT,
): Promise<void> {
  const answered = await agent.query(canisterId, { methodName, arg });
  if (answered.status !== 'replied')
    throw new Error(`${methodName} was rejected: ${answered.reject_message}`);
}

/** Sends requests that were signed before, over one kept connection, and does not look into the answers. */
export class RawSender {
  readonly #connections = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #key = rawKey();
  readonly #url: URL;
  #nonce = 0;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** A signed body, each with a nonce of its own. */
  body(type: 'call' | 'query', canisterId: string, method: string, arg = NO_ARGUMENT): Uint8Array {
    const content = {
      request_type: type,
      canister_id: Principal.fromText(canisterId).toUint8Array(),
      method_name: method,
      arg,
      sender: this.#key.sender,
      ingress_expiry: BigInt(Date.now()) * 1_000_000n + EXPIRY_NS,
      nonce: new TextEncoder().encode(String(this.#nonce++)),
    };
    return encodeWithSelfDescribedTag(signed(content, this.#key));
  }

  /** Posts and waits for the whole answer; throws when it is not a 200. */
  post(type: 'call' | 'query', canisterId: string, body: Uint8Array): Promise<void> {
    const version = type === 'call' ? 'v4' : 'v3';
    const path = `/api/${version}/canister/${canisterId}/${type}`;
    const { hostname: host, port } = this.#url;
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, path, method: 'POST', agent: this.#connections }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`expected 200, got ${response.statusCode}`));
        response.resume().once('end', resolve);
      });
      sent.once('error', reject).end(body);
    });
  }

  close(): void {
    this.#connections.destroy();
  }
}
