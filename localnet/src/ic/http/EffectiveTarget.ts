import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { equalBytes } from './Bytes.ts';
import type { CallContent } from './Envelope.ts';
import { badRequest } from './HttpError.ts';

/** What the URL of a request names, by which a real network would route it. */
export type UrlTarget =
  | { readonly kind: 'canister'; readonly id: Uint8Array }
  | { readonly kind: 'subnet'; readonly id: Uint8Array };

/** Management methods name the canister they act on in one of two fields; the other fields are skipped. */
const ManagementArg = IDL.Record({
  target_canister: IDL.Opt(IDL.Principal),
  canister_id: IDL.Opt(IDL.Principal),
});

interface ManagementArg {
  readonly target_canister: [] | [Principal];
  readonly canister_id: [] | [Principal];
}

const MANAGEMENT_CANISTER = new Uint8Array(0);

/**
 * Refuses a call or query sent to a URL that a real network would route elsewhere: for a canister the URL must
 * name it; for the management canister it must name the canister acted on, where there is one.
 *
 * @throws HttpError 400
 */
export function checkTarget(content: CallContent, target: UrlTarget, subnetId: Uint8Array): void {
  const isManagement = equalBytes(content.canisterId, MANAGEMENT_CANISTER);
  if (target.kind === 'subnet') {
    checkSubnet(target.id, subnetId);
    if (!isManagement) {
      throw badRequest(
        'Only the management canister can be addressed through a subnet: use /canister/<id>/ instead.',
      );
    }
    return;
  }
  const expected = isManagement ? managementTarget(content) : content.canisterId;
  if (expected !== undefined && !equalBytes(expected, target.id)) {
    throw badRequest(
      `The effective canister id in the URL is ${Principal.fromUint8Array(target.id).toText()}, ` +
        `but ${content.method} acts on ${Principal.fromUint8Array(expected).toText()}: use that in the URL.`,
    );
  }
}

/** @throws HttpError 400 if the URL names another subnet than this one */
export function checkSubnet(id: Uint8Array, subnetId: Uint8Array): void {
  if (equalBytes(id, subnetId)) return;
  throw badRequest(
    `The only subnet here is ${Principal.fromUint8Array(subnetId).toText()}, ` +
      `got ${Principal.fromUint8Array(id).toText()}.`,
  );
}

function managementTarget({ method, arg }: CallContent): Uint8Array | undefined {
  // Creating names no canister yet; `specified_id` is a wish, and any canister may carry the call.
  if (method.startsWith('provisional_create')) return undefined;
  let fields: ManagementArg;
  try {
    [fields] = IDL.decode([ManagementArg], arg) as unknown as [ManagementArg];
  } catch {
    // Arguments that are no record name no canister; the method itself will say what it expects.
    return undefined;
  }
  return (fields.target_canister[0] ?? fields.canister_id[0])?.toUint8Array();
}
