import { join } from 'node:path';
import type { HttpAgent } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { checkRootKey, mainnetRootKey, parseRootKey } from '@plimsoll/proof';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { idOf } from '../canister/Method.ts';
import { createHttpAgent } from '../canister/Network.ts';
import { OwnerLog } from '../canister/OwnerLog.ts';
import { RiskCanister } from '../canister/RiskCanister.ts';
import type { Config } from '../config/Config.ts';
import type { Journal } from '../journal/Journal.ts';
import { ReceiptStore } from '../receipts/ReceiptStore.ts';

/** The canister as this machine's key talks with it, and the record of that. */
export interface OpenCanister {
  readonly canister: RiskCanister;
  readonly agent: HttpAgent;
  readonly store: ReceiptStore;
  readonly canisterId: Principal;
  readonly rootKey: Uint8Array;
}

/** The root key that a configuration pins. @throws ProofError `root-key` */
export function rootKeyOf({ network }: Pick<Config, 'network'>): Uint8Array {
  return network.rootKey === 'mainnet' ? mainnetRootKey() : checkRootKey(parseRootKey(network.rootKey));
}

/** Where a key of the agent is kept. */
export const identityPathOf = ({ state }: Pick<Config, 'state'>): string => join(state, 'agent.pem');

/**
 * For the holder of the journal alone: receipts are kept by one process at a time.
 * @param timeoutMs how long one answer is waited for
 * @throws IdentityFileError, StoreError, ProofError, LogError
 */
export async function openCanister(
  config: Config,
  journal: Journal,
  timeoutMs?: number,
): Promise<OpenCanister> {
  const { state, network, venue } = config;
  const rootKey = rootKeyOf(config);
  const canisterId = Principal.fromText(config.canister);
  const identity = await readIdentityFile(identityPathOf(config));
  const store = await ReceiptStore.open(join(state, 'receipts'));
  const owner = Principal.fromText(config.owner).toUint8Array();
  const log = await OwnerLog.open({ owner, canisterId, rootKey, store });
  const [host = '', ...otherHosts] = network.urls;
  const agent = createHttpAgent({ host, otherHosts, rootKey }, identity);
  const canister = new RiskCanister({
    agent,
    canisterId,
    rootKey,
    log,
    // A network of this machine answers sooner.
    pollIntervalMs: venue.url === undefined ? 500 : 50,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    beforeSend: (method, frame) => {
      const id = idOf(method, frame);
      if (id !== null) journal.intendCall({ id, method, frame });
    },
  });
  return { canister, agent, store, canisterId, rootKey };
}
