import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import type { IngressMessage, Reject } from '../Subnet.types.ts';
import { authenticate } from './Authentication.ts';
import { utf8 } from './Bytes.ts';
import { Certifier } from './Certificate.ts';
import { checkSubnet, checkTarget, type UrlTarget } from './EffectiveTarget.ts';
import { callContent, decodeEnvelope, readStatePaths } from './Envelope.ts';
import { badRequest } from './HttpError.ts';
import { IngressPool } from './IngressPool.ts';
import { signedQueryResponse } from './QuerySignature.ts';
import { checkPaths } from './ReadStatePermission.ts';
import type { Route } from './Route.ts';
import type { ServedSubnet } from './ServedSubnet.ts';
import type { SubnetKeys } from './SubnetKeys.ts';

/** What goes back to a client: 200 with self-described CBOR, or 202 with nothing. */
export type ApiResponse = { readonly status: 200; readonly body: Uint8Array } | { readonly status: 202 };

export interface IcApiOptions {
  readonly subnet: ServedSubnet;
  readonly keys: SubnetKeys;
  /** How long a synchronous call waits for its result before it answers 202. */
  readonly callTimeoutMs: number;
  /** Told of failures of the subnet itself, never of clients' mistakes. */
  readonly onError: (error: unknown) => void;
}

/** Version of the interface specification this follows; clients show it and do not act on it. */
const IC_API_VERSION = '0.18.0';
const REQUEST_STATUS = utf8('request_status');
const ACCEPTED: ApiResponse = { status: 202 };

/** The IC's HTTPS interface without the HTTP: bodies in, bodies out. It takes over certification of its subnet. */
export class IcApi {
  readonly pool: IngressPool;
  readonly #options: IcApiOptions;
  readonly #certifier: Certifier;

  constructor(options: IcApiOptions) {
    const { subnet, keys, onError } = options;
    this.#options = options;
    this.#certifier = new Certifier(subnet, keys);
    this.pool = new IngressPool(subnet, onError);
    subnet.setDataCertificateSource((canisterId) => this.#certifier.dataCertificate(canisterId));
    subnet.setSubnetId(keys.subnetId);
    subnet.onRound(() => {
      this.#certifier.roundEnded();
      this.pool.roundEnded();
    });
  }

  /** @throws HttpError with the status and text for the client */
  async handle(route: Route, body: Uint8Array): Promise<ApiResponse> {
    switch (route.kind) {
      case 'status':
        return ok({
          ic_api_version: IC_API_VERSION,
          impl_version: 'localnet',
          replica_health_status: 'healthy',
          root_key: this.#options.keys.root.publicKeyDer,
        });
      case 'query':
        return this.#query(route.target, body);
      case 'read_state':
        return this.#readState(route.target, body);
      case 'call':
        return this.#call(route.target, body, route.isSync);
    }
  }

  #query(target: UrlTarget, body: Uint8Array): ApiResponse {
    const { subnet, keys } = this.#options;
    const { message } = this.#message('query', target, body);
    return ok(signedQueryResponse(keys.node, subnet.query(message), message.requestId, subnet.timeNs()));
  }

  #readState(url: UrlTarget, body: Uint8Array): ApiResponse {
    const { subnet, keys } = this.#options;
    const envelope = decodeEnvelope(body, 'read_state');
    const targets = authenticate(envelope, subnet.timeNs());
    if (url.kind === 'subnet') checkSubnet(url.id, keys.subnetId);
    const paths = readStatePaths(envelope);
    checkPaths(paths, { sender: envelope.sender, targets, url }, subnet);
    return ok({ certificate: this.#certifier.certificate(paths) });
  }

  async #call(target: UrlTarget, body: Uint8Array, isSync: boolean): Promise<ApiResponse> {
    const { subnet, callTimeoutMs } = this.#options;
    const { message, expiryNs } = this.#message('call', target, body);
    if (!this.pool.knows(message.requestId)) {
      const verdict = subnet.inspect(message);
      if (!verdict.accepted) return refused(verdict);
      this.pool.submit(message, expiryNs);
    }
    if (!isSync) return ACCEPTED;
    const { requestId } = message;
    if (!(await this.pool.result(requestId, callTimeoutMs))) return ACCEPTED;
    const certificate = this.#certifier.certificate([[REQUEST_STATUS, requestId]]);
    return ok({ status: 'replied', certificate });
  }

  #message(
    kind: 'call' | 'query',
    target: UrlTarget,
    body: Uint8Array,
  ): { readonly message: IngressMessage; readonly expiryNs: bigint } {
    const envelope = decodeEnvelope(body, kind);
    const content = callContent(envelope);
    const targets = authenticate(envelope, this.#options.subnet.timeNs());
    if (!targets.includes(content.canisterId)) {
      throw badRequest('Invalid delegation: this canister is not among the targets it is limited to.');
    }
    checkTarget(content, target, this.#options.keys.subnetId);
    const { requestId, sender, ingressExpiryNs } = envelope;
    return { message: { requestId, sender, ...content }, expiryNs: ingressExpiryNs };
  }
}

function refused({ rejectCode, rejectMessage, errorCode }: Reject): ApiResponse {
  return ok({
    status: 'non_replicated_rejection',
    reject_code: rejectCode,
    reject_message: rejectMessage,
    error_code: errorCode,
  });
}

function ok(value: Readonly<Record<string, unknown>>): ApiResponse {
  return { status: 200, body: encodeWithSelfDescribedTag(value) };
}
