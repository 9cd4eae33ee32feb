import { Certificate, type HttpAgent } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { SCOPES } from '@plimsoll/engine';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { createHttpAgent } from '../canister/Network.ts';
import { readGrant, readHealth, readRung } from '../canister/Standing.ts';
import { MODES, type Config, type Mode } from '../config/Config.ts';
import { identityPathOf, rootKeyOf } from '../run/openAgent.ts';
import { fail, ok, warn, type Finding } from './Finding.ts';

const WEEK_MS = 7 * 86_400_000;

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
  return [
    ...softened,
    await checkGrant(agent, config, canisterId),
    await checkLadder(agent, config, canisterId, mode),
    await checkCycles(agent, canisterId),
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

const REGRANT = 'plimsoll pair prints what to grant.';

async function checkGrant(agent: HttpAgent, config: Config, canisterId: Principal): Promise<Finding> {
  try {
    const grant = await readGrant(agent, canisterId, Principal.fromText(config.owner));
    if (grant === null) return fail('grant', 'The owner has granted this agent nothing.', REGRANT);
    if (grant.isRevoked) return fail('grant', 'The owner has revoked this agent.', REGRANT);
    const { scopes, expiresMs, account } = grant;
    const found = `May ${scopes.join(', ')} for account ${String(account)} until ${new Date(expiresMs).toISOString()}.`;
    if (account !== config.account)
      return fail(
        'grant',
        found,
        `The configuration says account ${String(config.account)}: change one of the two.`,
      );
    const missing = SCOPES.filter((scope) => !scopes.includes(scope));
    if (missing.length > 0) return fail('grant', `${found} It lacks ${missing.join(', ')}.`, REGRANT);
    if (expiresMs <= Date.now()) return fail('grant', found, 'Renew it as owner: plimsoll pair.');
    return expiresMs - Date.now() < WEEK_MS
      ? warn('grant', found, 'Renew it as owner: plimsoll pair.')
      : ok('grant', found);
  } catch (error) {
    return fail('grant', messageOf(error), 'Check that the canister is the risk canister.');
  }
}

const LEAST_DAYS = 30;
const TOP_UP = 'Top it up: icp canister top-up, or dfx canister deposit-cycles.';

/** As one node says, not certified. */
async function checkCycles(agent: HttpAgent, canisterId: Principal): Promise<Finding> {
  try {
    const { status, isLowOnCycles, runwayDays } = await readHealth(agent, canisterId);
    if (status === 'failed')
      return fail(
        'cycles',
        'The canister has failed its own self-test.',
        'Tell whoever deploys it; trade nothing.',
      );
    if (isLowOnCycles)
      return fail('cycles', 'The canister is short of cycles and turns owners away.', TOP_UP);
    if (runwayDays === null)
      return ok(
        'cycles',
        'Enough for now; how long they last is known an hour after the canister was started.',
      );
    const found = `The canister's cycles last ${runwayDays.toFixed(0)} days at the present burn.`;
    return runwayDays < LEAST_DAYS ? warn('cycles', found, TOP_UP) : ok('cycles', found);
  } catch (error) {
    return fail('cycles', messageOf(error), 'Check that the canister is the risk canister.');
  }
}

/** The ladder advisory, paper, live is kept in the canister: what it does not allow it does not plan. */
async function checkLadder(
  agent: HttpAgent,
  config: Config,
  canisterId: Principal,
  mode: Mode,
): Promise<Finding> {
  const { account, owner, venue } = config;
  try {
    const rung = await readRung(agent, canisterId, Principal.fromText(owner), account);
    const wanted = venue.kind === 'localnet' ? 'localnet' : mode === 'paper' ? 'paper' : 'live';
    if (rung === null) {
      const fresh = `Account ${String(account)} is new: it becomes ${wanted} with its first run, for ever.`;
      return wanted === 'live' && mode === 'live'
        ? fail('ladder', fresh, 'Begin with --mode advisory; the owner takes the steps up on the page.')
        : ok('ladder', fresh);
    }
    const found = `Account ${String(account)} is of kind ${rung.kind} and in mode ${rung.mode}.`;
    if (rung.kind !== wanted)
      return fail(
        'ladder',
        found,
        `${mode} needs an account of kind ${wanted}: grant the agent another account.`,
      );
    if (wanted === 'localnet') return ok('ladder', `${found} A market of this machine needs no ladder.`);
    if (MODES.indexOf(rung.mode as Mode) >= MODES.indexOf(mode)) return ok('ladder', found);
    const advice = `Until the owner takes the step to ${mode} on the page nothing is entered; it needs the record of the step below.`;
    return mode === 'live' ? fail('ladder', found, advice) : warn('ladder', found, advice);
  } catch (error) {
    return fail('ladder', messageOf(error), 'Check that the canister is the risk canister.');
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
