import { Certificate, type HttpAgent } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { createHttpAgent } from '../canister/Network.ts';
import type { Config } from '../config/Config.ts';
import { identityPathOf, rootKeyOf } from '../run/openAgent.ts';
import { fail, ok, warn, type Finding } from './Finding.ts';

const Agents = IDL.Vec(
  IDL.Record({
    agent: IDL.Principal,
    scopes: IDL.Vec(IDL.Text),
    expires_ms: IDL.Nat64,
    revoked_ms: IDL.Opt(IDL.Nat64),
  }),
);

interface AgentView {
  readonly agent: Principal;
  readonly scopes: readonly string[];
  readonly expires_ms: bigint;
  readonly revoked_ms: readonly [] | readonly [bigint];
}
const WEEK_MS = 7 * 86_400_000;

/** Asks the network for a certificate under the pinned root key, and the canister for this agent's grant. */
export async function checkCanister(config: Config): Promise<readonly Finding[]> {
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
  return [...softened, await checkGrant(agent, config, canisterId)];
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
    const path = [Buffer.from('canister'), canisterId.toUint8Array(), Buffer.from('module_hash')];
    const { certificate } = await agent.readState({ canisterId }, { paths: [path] });
    const checked = await Certificate.create({
      certificate,
      rootKey,
      principal: { canisterId },
      agent,
    });
    const found = checked.lookup_path(path);
    const ms = Math.round(performance.now() - startedMs);
    if (!('value' in found)) {
      return fail(
        'canister',
        `${host} certifies that ${canisterId.toText()} has no code.`,
        'Check the canister id.',
      );
    }
    const hash = Buffer.from(found.value as Uint8Array).toString('hex');
    return ok(
      'canister',
      `${host} answers in ${String(ms)} ms under the pinned root key; module ${hash.slice(0, 16)}….`,
    );
  } catch (error) {
    return fail(
      'canister',
      `${host}: ${messageOf(error)}`,
      'Check the URL, the canister id and the root key.',
    );
  }
}

async function checkGrant(agent: HttpAgent, { owner }: Config, canisterId: Principal): Promise<Finding> {
  try {
    const me = await agent.getPrincipal();
    const reply = await agent.query(canisterId, {
      methodName: 'agents',
      arg: IDL.encode([IDL.Principal], [Principal.fromText(owner)]),
    });
    if (!('reply' in reply))
      return fail('grant', 'The canister does not tell its agents.', 'It may be of another version.');
    const [agents] = IDL.decode([Agents], reply.reply.arg) as unknown as [readonly AgentView[]];
    const mine = agents.find((each) => each.agent.toText() === me.toText());
    if (mine === undefined)
      return fail(
        'grant',
        'The owner has granted this agent nothing.',
        'plimsoll pair prints what to grant.',
      );
    const expiresMs = Number(mine.expires_ms);
    const found = `May ${mine.scopes.join(', ')} until ${new Date(expiresMs).toISOString()}.`;
    if (mine.revoked_ms.length > 0)
      return fail('grant', 'The owner has revoked this agent.', 'plimsoll pair prints what to grant.');
    if (expiresMs <= Date.now()) return fail('grant', found, 'Renew it as owner: plimsoll pair.');
    return expiresMs - Date.now() < WEEK_MS
      ? warn('grant', found, 'Renew it as owner: plimsoll pair.')
      : ok('grant', found);
  } catch (error) {
    return fail('grant', messageOf(error), 'Check that the canister is the risk canister.');
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
