// Everything a test needs around the fake canister: identities, a receipt directory, the ports.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { Principal } from '@icp-sdk/core/principal';
import { DEFAULT_LIMITS } from '@plimsoll/engine';
import { subnetKey, type SubnetKey } from '../../../../proof/test/MiniIc.ts';
import { ReceiptStore } from '../../receipts/ReceiptStore.ts';
import { createHttpAgent } from '../Network.ts';
import { OwnerLog } from '../OwnerLog.ts';
import { RiskCanister, type RiskCanisterOptions } from '../RiskCanister.ts';
import { FakeRisk } from './FakeRisk.ts';
import { countingIds, historyOf } from './Sea.ts';

export const ROOT: SubnetKey = subnetKey('root');
export const CANISTER = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 1, 0x20, 0, 7, 1, 1));

export interface Harbour {
  readonly directory: string;
  readonly risk: FakeRisk;
  readonly log: OwnerLog;
  readonly owner: RiskCanister;
  readonly agent: RiskCanister;
  /** The agent's principal, raw bytes. */
  readonly agentPrincipal: Uint8Array;
  readonly nextId: () => Uint8Array;
  /** Opens log and agent's port again on the same directory, as after a restart. */
  readonly reopen: () => Promise<{ readonly log: OwnerLog; readonly agent: RiskCanister }>;
  readonly remove: () => Promise<void>;
}

/** @param shared a canister that others use too */
export async function openHarbour(
  options: Partial<RiskCanisterOptions> = {},
  shared?: FakeRisk,
): Promise<Harbour> {
  const directory = await mkdtemp(join(tmpdir(), 'receipts-'));
  const ownerKey = Ed25519KeyIdentity.generate(new Uint8Array(32).fill(1));
  const agentKey = Ed25519KeyIdentity.generate(new Uint8Array(32).fill(2));
  const risk = shared ?? new FakeRisk(CANISTER, ownerKey.getPrincipal(), ROOT);
  const openLog = async (): Promise<OwnerLog> =>
    OwnerLog.open({
      owner: risk.owner,
      canisterId: CANISTER,
      rootKey: ROOT.der,
      store: await ReceiptStore.open(directory),
    });
  const portOf = (key: Ed25519KeyIdentity, log: OwnerLog): RiskCanister => {
    const agent = createHttpAgent({ host: 'http://127.0.0.1:4943', rootKey: ROOT.der }, key, risk.fetch);
    return new RiskCanister({
      agent,
      canisterId: CANISTER,
      rootKey: ROOT.der,
      log,
      timeoutMs: 400,
      pollIntervalMs: 50,
      ...options,
    });
  };
  const log = await openLog();
  return {
    directory,
    risk,
    log,
    owner: portOf(ownerKey, log),
    agent: portOf(agentKey, log),
    agentPrincipal: agentKey.getPrincipal().toUint8Array(),
    nextId: countingIds(),
    reopen: async () => {
      const again = await openLog();
      return { log: again, agent: portOf(agentKey, again) };
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Registered, granted, warm: the log holds records 0 to 2. */
export async function setSail(harbour: Harbour): Promise<void> {
  await harbour.owner.register(DEFAULT_LIMITS);
  await harbour.owner.grant({ agent: harbour.agentPrincipal, expiresMs: harbour.risk.nowMs + 86_400_000 });
  await harbour.agent.loadHistory(historyOf(harbour.nextId()));
}
