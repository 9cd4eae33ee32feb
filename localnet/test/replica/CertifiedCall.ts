import { Certificate, lookupResultToBuffer, type HttpAgent } from '@dfinity/agent';
import { Principal } from '@dfinity/principal';
import type { Replica } from './Replica.ts';

/** Makes an update of the witness and gives the reply that its certificate, verified here, holds. */
export async function certifiedCall(
  net: Pick<Replica, 'canisterId' | 'rootKey'>,
  client: HttpAgent,
  methodName: string,
  arg = new Uint8Array(0),
): Promise<Uint8Array> {
  const canisterId = Principal.fromText(net.canisterId);
  const { response, requestId } = await client.call(canisterId, { methodName, arg, callSync: true });
  const { certificate } = response.body as { certificate: Uint8Array };
  const verified = await Certificate.create({ certificate, rootKey: net.rootKey, canisterId });
  return lookupResultToBuffer(verified.lookup_path(['request_status', requestId, 'reply']))!;
}
