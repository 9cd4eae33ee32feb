import { Cbor, Certificate, type HttpAgent } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { createHttpAgent } from '../canister/Network.ts';
import { readGrant, readHealth, readRung } from '../canister/Standing.ts';
import type { Config, Mode } from '../config/Config.ts';
import { identityPathOf, rootKeyOf } from '../run/openCanister.ts';
import { fail, failNow, ok, type Finding } from './Finding.ts';
import { controllersFinding, cyclesFinding, grantFinding, ladderFinding } from './standingFindings.ts';

/** Asks the network for a certificate under the pinned root key, and the canister for this agent's grant. */
export async function checkCanister(config: Config, mode: Mode): Promise<readonly Finding[]> {
  let rootKey: Uint8Array;
  try {
    rootKey = rootKeyOf(config);
  } catch (error) {
    return [fail('root key', messageOf(error), 'Write mainnet, or the whole DER key in hex.')];
  }
  const canisterId = Principal.fromText(config.canister);
  const findings: Finding[] = [];
  for (const host of config.network.urls) {
    const agent = createHttpAgent({ host, rootKey }, await identityOrAnonymous(config));
    findings.push(await checkHost(agent, host, canisterId, rootKey));
  }
  if (findings.every(({ grade }) => grade === 'fail')) return findings;
  // One that answers is enough to run; the others are for the day it does not.
  const softened = findings.map((each) =>
    each.grade === 'fail' ? { ...each, grade: 'warn' as const } : each,
  );
  const [host = '', ...otherHosts] = config.network.urls;
  const agent = createHttpAgent({ host, otherHosts, rootKey }, await identityOrAnonymous(config));
  const owner = Principal.fromText(config.owner);
  const { account } = config;
  return [
    ...softened,
    await asked(
      'grant',
      () => readGrant(agent, canisterId, owner),
      (grant) => grantFinding(grant, account, Date.now()),
    ),
    await asked(
      'ladder',
      () => readRung(agent, canisterId, owner, account),
      (rung) => ladderFinding(rung, config, mode),
    ),
    await asked('cycles', () => readHealth(agent, canisterId), cyclesFinding),
    await asked(
      'controllers',
      () => readControllers(agent, canisterId, rootKey),
      (controllers) => controllersFinding(controllers, config.network.rootKey === 'mainnet'),
    ),
  ];
}

async function identityOrAnonymous(config: Config) {
  try {
    return await readIdentityFile(identityPathOf(config));
  } catch {
    const { AnonymousIdentity } = await import('@icp-sdk/core/agent');
    return new AnonymousIdentity();
  }
}

async function checkHost(
  agent: HttpAgent,
  host: string,
  canisterId: Principal,
  rootKey: Uint8Array,
): Promise<Finding> {
  const startedMs = performance.now();
  try {
    const found = await certified(agent, canisterId, rootKey, 'module_hash');
    const ms = Math.round(performance.now() - startedMs);
    if (found === null) {
      return fail(
        'canister',
        `${host} certifies that ${canisterId.toText()} has no code.`,
        'Check the canister id.',
      );
    }
    const hash = Buffer.from(found).toString('hex');
    return ok(
      'canister',
      `${host} answers in ${String(ms)} ms under the pinned root key; module ${hash.slice(0, 16)}….`,
    );
  } catch (error) {
    return failNow(
      'canister',
      `${host}: ${messageOf(error)}`,
      'Check the URL, the canister id and the root key.',
    );
  }
}

/** What the network certifies of the canister under the pinned root key; null where there is no such thing. */
async function certified(
  agent: HttpAgent,
  canisterId: Principal,
  rootKey: Uint8Array,
  name: 'module_hash' | 'controllers',
): Promise<Uint8Array | null> {
  const path = [Buffer.from('canister'), canisterId.toUint8Array(), Buffer.from(name)];
  const { certificate } = await agent.readState({ canisterId }, { paths: [path] });
  const checked = await Certificate.create({ certificate, rootKey, principal: { canisterId }, agent });
  const found = checked.lookup_path(path);
  return 'value' in found ? (found.value as Uint8Array) : null;
}

async function readControllers(
  agent: HttpAgent,
  canisterId: Principal,
  rootKey: Uint8Array,
): Promise<readonly Principal[]> {
  const told = await certified(agent, canisterId, rootKey, 'controllers');
  if (told === null) return [];
  return Cbor.decode<Uint8Array[]>(told).map((bytes) => Principal.fromUint8Array(Uint8Array.from(bytes)));
}

/** A query that fails is a finding. */
async function asked<T>(name: string, read: () => Promise<T>, judge: (told: T) => Finding): Promise<Finding> {
  try {
    return judge(await read());
  } catch (error) {
    return failNow(name, messageOf(error), 'Check that the canister is the risk canister.');
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The client writes where in its own code it happened: that is of no use to a person.
  return message
    .replace(/\s+/g, ' ')
    .replace(/ at (?:async |node:|file:|\S+ \((?:file|node):).*$/, '')
    .slice(0, 300);
}
