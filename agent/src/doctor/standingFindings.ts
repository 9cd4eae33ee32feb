import type { Principal } from '@icp-sdk/core/principal';
import { SCOPES } from '@plimsoll/engine';
import type { CanisterHealth, GrantView, Rung } from '../canister/Standing.ts';
import { MODES, type Config, type Mode } from '../config/Config.ts';
import { fail, ok, warn, type Finding } from './Finding.ts';

/*
 * What the canister says of this agent and of itself, judged. Pure.
 */

const WEEK_MS = 7 * 86_400_000;
const LEAST_DAYS = 30;
const REGRANT = 'plimsoll pair prints what to grant.';
const TOP_UP = 'Top it up: icp canister top-up, or dfx canister deposit-cycles.';

export function grantFinding(grant: GrantView | null, account: number, nowMs: number): Finding {
  if (grant === null) return fail('grant', 'The owner has granted this agent nothing.', REGRANT);
  if (grant.isRevoked) return fail('grant', 'The owner has revoked this agent.', REGRANT);
  const { scopes, expiresMs } = grant;
  const until = new Date(expiresMs).toISOString();
  const found = `May ${scopes.join(', ')} for account ${String(grant.account)} until ${until}.`;
  if (grant.account !== account)
    return fail('grant', found, `The configuration says account ${String(account)}: change one of the two.`);
  const missing = SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) return fail('grant', `${found} It lacks ${missing.join(', ')}.`, REGRANT);
  if (expiresMs <= nowMs) return fail('grant', found, 'Renew it as owner: plimsoll pair.');
  return expiresMs - nowMs < WEEK_MS
    ? warn('grant', found, 'Renew it as owner: plimsoll pair.')
    : ok('grant', found);
}

/** The ladder advisory, paper, live is kept in the canister: what it does not allow it does not plan. */
export function ladderFinding(
  rung: Rung | null,
  { account, venue }: Pick<Config, 'account' | 'venue'>,
  mode: Mode,
): Finding {
  const wanted = venue.kind === 'localnet' ? 'localnet' : mode === 'paper' ? 'paper' : 'live';
  if (rung === null) {
    const fresh = `Account ${String(account)} is new: it becomes ${wanted} with its first run, for ever.`;
    return wanted === 'live' && mode === 'live'
      ? fail('ladder', fresh, 'Begin with --mode advisory; the owner takes the steps up on the page.')
      : ok('ladder', fresh);
  }
  const found = `Account ${String(account)} is of kind ${rung.kind} and in mode ${rung.mode}.`;
  if (rung.kind !== wanted) {
    const advice = `${mode} needs an account of kind ${wanted}: let the owner grant the agent another account.`;
    return fail('ladder', found, advice);
  }
  if (wanted === 'localnet') return ok('ladder', `${found} A market of this machine needs no ladder.`);
  if (MODES.indexOf(rung.mode) >= MODES.indexOf(mode)) return ok('ladder', found);
  const advice = `Until the owner takes the step to ${mode} on the page nothing is entered; it needs the record of the step below.`;
  return mode === 'live' ? fail('ladder', found, advice) : warn('ladder', found, advice);
}

/** As one node says, not certified. */
export function cyclesFinding({ status, isLowOnCycles, runwayDays }: CanisterHealth): Finding {
  if (status === 'failed') {
    const found = 'The canister has failed its own self-test.';
    return fail('cycles', found, 'Tell whoever deploys it; trade nothing.');
  }
  if (isLowOnCycles) return fail('cycles', 'The canister is short of cycles and turns owners away.', TOP_UP);
  if (runwayDays === null) {
    return ok(
      'cycles',
      'Enough for now; how long they last is known an hour after the canister was started.',
    );
  }
  const found = `The canister's cycles last ${runwayDays.toFixed(0)} days at the present burn.`;
  return runwayDays < LEAST_DAYS ? warn('cycles', found, TOP_UP) : ok('cycles', found);
}

/** Principals that end in this byte are one key's, whoever holds it; a multisig or an SNS is a canister. */
const SELF_AUTHENTICATING = 2;

/** Who may install other code, as the network certifies it. */
export function controllersFinding(controllers: readonly Principal[], isMainnet: boolean): Finding {
  if (controllers.length === 0) return ok('controllers', 'Nobody may install other code.');
  const found = `May install other code: ${controllers.map((each) => each.toText()).join(', ')}.`;
  const keys = controllers.filter((each) => each.toUint8Array().at(-1) === SELF_AUTHENTICATING);
  if (!isMainnet || keys.length === 0) return ok('controllers', found);
  const advice = 'A single key is among them: ask for a multisig, an SNS or none. docs/deploy.md says how.';
  return warn('controllers', found, advice);
}
