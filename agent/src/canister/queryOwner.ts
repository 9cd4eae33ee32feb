import type { HttpAgent } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';
import { ProofError } from '@plimsoll/proof';

/** One read of an owner's data: a method, and what follows the owner in its arguments. */
export interface OwnerQuery {
  readonly method: string;
  readonly more?: readonly (readonly [IDL.Type, unknown])[];
  readonly result: IDL.Type;
}

/**
 * Asks one node. What it says is proven by nothing yet.
 *
 * @throws ProofError `malformed` for a rejection, or for anything but a reply of the result's type
 */
export async function queryOwner<T>(
  { agent, canisterId }: { readonly agent: HttpAgent; readonly canisterId: Principal | string },
  owner: Uint8Array,
  { method, more = [], result }: OwnerQuery,
): Promise<T> {
  const arg = IDL.encode(
    [IDL.Principal, ...more.map(([type]) => type)],
    [Principal.fromUint8Array(owner), ...more.map(([, value]) => value)],
  );
  const answer = await agent.query(canisterId, { methodName: method, arg });
  if (answer.status === 'rejected') throw unusable(method, `a rejection: ${answer.reject_message}`);
  try {
    return IDL.decode([result], answer.reply.arg)[0] as unknown as T;
  } catch (cause) {
    throw unusable(method, 'a reply that is not Candid of one', cause);
  }
}

function unusable(method: string, came: string, cause?: unknown): ProofError {
  return new ProofError('malformed', `Expected an answer of ${method}, got ${came}. Ask again.`, cause);
}
