import type { Subnet } from '../Subnet.types.ts';
import type { Targets } from './Authentication.ts';
import { compareBytes, equalBytes } from './Bytes.ts';
import type { UrlTarget } from './EffectiveTarget.ts';
import { badRequest, forbidden, notFound } from './HttpError.ts';
import type { Path } from './Witness.ts';

/** Who asks, through which URL, for which canisters. */
export interface Reader {
  readonly sender: Uint8Array;
  readonly targets: Targets;
  readonly url: UrlTarget;
}

const REQUEST_ID_BYTES = 32;
const REQUEST_STATUS_FIELDS: ReadonlySet<string> = new Set([
  'status',
  'reply',
  'reject_code',
  'reject_message',
  'error_code',
]);
const SUBNET_FIELDS: ReadonlySet<string> = new Set(['public_key', 'canister_ranges', 'type', 'node']);

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Refuses paths this reader may not have. As on the IC, a canister's certified data cannot be read this way: it
 * travels in the certificates that the canister itself hands out in queries.
 *
 * @throws HttpError 400 for a malformed path, 403 for somebody else's, 404 for one nobody may read
 */
export function checkPaths(paths: readonly Path[], reader: Reader, subnet: Subnet): void {
  let requestId: Uint8Array | undefined;
  for (const path of paths) {
    const [head, second, third, fourth, ...more] = path;
    switch (head === undefined ? undefined : text(head)) {
      case 'time':
        if (second === undefined) continue;
        break;
      case 'subnet':
        if (isSubnetPath(path)) continue;
        break;
      case 'canister_ranges':
        if (reader.url.kind === 'subnet' && second !== undefined && third === undefined) continue;
        break;
      case 'request_status':
        if (second === undefined || fourth !== undefined) break;
        if (third !== undefined && !REQUEST_STATUS_FIELDS.has(text(third))) break;
        if (requestId !== undefined && !equalBytes(requestId, second)) {
          throw badRequest('Got paths of several requests: ask for one request id at a time.');
        }
        requestId = second;
        checkRequestStatus(second, reader, subnet);
        continue;
      case 'canister':
        if (reader.url.kind !== 'canister' || second === undefined || third === undefined || more.length > 0)
          break;
        if (fourth === undefined && !['controllers', 'module_hash'].includes(text(third))) break;
        if (fourth !== undefined && text(third) !== 'metadata') break;
        if (compareBytes(second, reader.url.id) !== 0) {
          throw badRequest('The canister in the path is not the effective canister id in the URL.');
        }
        if (fourth !== undefined) checkMetadata(second, text(fourth), reader, subnet);
        continue;
      default:
    }
    throw notFound('No such state path: see the IC interface specification for those that can be read.');
  }
}

function isSubnetPath([, subnetId, field, nodeId, nodeField, ...more]: Path): boolean {
  if (subnetId === undefined || field === undefined) return true;
  if (!SUBNET_FIELDS.has(text(field))) return false;
  if (nodeId === undefined) return true;
  if (text(field) !== 'node' || more.length > 0) return false;
  return nodeField === undefined || text(nodeField) === 'public_key';
}

function checkRequestStatus(requestId: Uint8Array, { sender, targets }: Reader, subnet: Subnet): void {
  if (requestId.length !== REQUEST_ID_BYTES) {
    throw badRequest(`Expected a request id of ${REQUEST_ID_BYTES} bytes, got ${requestId.length}.`);
  }
  const record = subnet.ingress(requestId);
  if (record === undefined) return;
  if (!equalBytes(record.sender, sender))
    throw forbidden('Another user made this request: only they may read its status.');
  if (!targets.includes(record.canisterId)) {
    throw forbidden("This request's canister is not among the targets of the sender's delegation.");
  }
}

function checkMetadata(canisterId: Uint8Array, name: string, { sender }: Reader, subnet: Subnet): void {
  const canister = subnet.canister(canisterId);
  const section = canister?.metadata.get(name);
  if (canister === undefined || section === undefined || section.isPublic) return;
  if (!canister.controllers.some((controller) => equalBytes(controller, sender))) {
    throw forbidden(`The metadata section "${name}" is private: only controllers may read it.`);
  }
}

function text(label: Uint8Array): string {
  try {
    return decoder.decode(label);
  } catch {
    throw badRequest('Expected a path label that is text where the specification has text.');
  }
}
